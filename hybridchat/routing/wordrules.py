"""The word rules of the documents that the presets `oblix-perf` and `oblix-cost` come from, to the letter.

They know nothing of what a message asks for; they are here so that a program written against those documents is routed the
way they say. Substrings count ("reanalyzed" holds "analyze"), and a message of exactly 20, or 25, words is a short one.
"""

from __future__ import annotations

from hybridchat.facts import Budget, BudgetState, Check, Target

PERF_WORDS = 20
PERF_KEYWORDS = ("analyze", "compare", "explain", "discuss", "evaluate", "synthesize", "recommend", "critique")
COST_WORDS = 25


def perf(text: str) -> Check:
    """A simple task stays on this machine; for a complex one (over 20 words, or a keyword in it) the gauges and scores decide."""
    words, low = len(text.split()), text.lower()
    keyword = next((k for k in PERF_KEYWORDS if k in low), None)
    if words > PERF_WORDS or keyword is not None:
        reason = f"{words} words" if words > PERF_WORDS else f"the word {keyword}"
        return Check("oblix-perf", "complex", Target.HYBRID, reason=reason)
    return Check("oblix-perf", "simple", Target.LOCAL, reason=f"{words} words and no keyword")


def cost(text: str, budget: Budget) -> Check:
    """Over 25 words go to the cloud, the rest stay; above 70 % of the budget nothing is asked for, above 90 % local is."""
    if budget.state is BudgetState.CRITICAL:
        return Check("oblix-cost", "budget_critical", Target.LOCAL, reason="today's budget is nearly spent")
    if budget.state is BudgetState.CONSTRAINED:
        return Check("oblix-cost", "budget_constrained", Target.HYBRID, reason="much of today's budget is spent")
    words = len(text.split())
    target = Target.CLOUD if words > COST_WORDS else Target.LOCAL
    return Check("oblix-cost", "budget_available", target, reason=f"{words} words")


def word_rule(strategy: str, text: str, budget: Budget) -> Check | None:
    """The verdict of the strategy's word rule (`Policy.word_rule`) on a message; `None` for a strategy without one."""
    if strategy == "perf":
        return perf(text)
    return cost(text, budget) if strategy == "cost" else None

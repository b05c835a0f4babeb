"""The documents' word rules, to the letter."""

from __future__ import annotations

import pytest

from hybridchat.facts import Budget, BudgetState, Target
from hybridchat.routing.strategies import strategy
from hybridchat.routing.wordrules import PERF_KEYWORDS, cost, perf, word_rule

RICH = Budget(BudgetState.AVAILABLE, 5.0)


@pytest.mark.parametrize(
    ("text", "state", "target"),
    [
        ("What is 15 + 27?", "simple", Target.LOCAL),
        (" ".join(["word"] * 20), "simple", Target.LOCAL),
        (" ".join(["word"] * 21), "complex", Target.HYBRID),
        ("", "simple", Target.LOCAL),
        *((f"please {word.upper()} this", "complex", Target.HYBRID) for word in PERF_KEYWORDS),
        ("it was reanalyzed", "complex", Target.HYBRID),
    ],
)
def test_over_20_words_or_a_keyword_anywhere_is_complex(text: str, state: str, target: Target) -> None:
    check = perf(text)
    assert (check.state, check.target, check.proceed) == (state, target, True)


@pytest.mark.parametrize(
    ("words", "state", "told", "target"),
    [
        (25, BudgetState.AVAILABLE, "budget_available", Target.LOCAL),
        (26, BudgetState.AVAILABLE, "budget_available", Target.CLOUD),
        (26, BudgetState.UNKNOWN, "budget_available", Target.CLOUD),
        (26, BudgetState.CONSTRAINED, "budget_constrained", Target.HYBRID),
        (26, BudgetState.CRITICAL, "budget_critical", Target.LOCAL),
    ],
)
def test_over_25_words_go_to_the_cloud_while_there_is_money(words: int, state: BudgetState, told: str, target: Target) -> None:
    check = cost(" ".join(["word"] * words), Budget(state, 5.0))
    assert (check.state, check.target, check.proceed) == (told, target, True)


def test_only_the_two_presets_have_a_rule() -> None:
    assert word_rule(strategy("local-first").word_rule, "analyze this", RICH) is None
    assert word_rule(strategy("oblix-perf").word_rule, "hello", RICH) == perf("hello")
    assert word_rule(strategy("oblix-cost").word_rule, "hello", RICH) == cost("hello", RICH)


def test_the_presets_carry_the_documents_figures() -> None:
    fast, cheap = strategy("oblix-perf"), strategy("oblix-cost")
    assert (fast.thresholds.latency_ms, fast.thresholds.check_interval_s) == (100, 15)
    assert (cheap.daily_budget, cheap.budget_window) == (5.0, "rolling24h")
    assert strategy("local-first").daily_budget is None

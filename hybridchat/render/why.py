"""A decision told to somebody who never read of rules and scores: who answers, why, who else and why not. Pure.

The screen, plain mode and `hybridchat why` say it in these words; figures stand behind the words, never alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hybridchat.facts import Candidate, Decision, Rejection
from hybridchat.render.words import HARD, money, seconds, short, started
from hybridchat.routing.scores import NOT_MEASURED, UNPRICED
from hybridchat.routing.words import place

_BECAUSE: Mapping[str, str] = {
    "pin": "You asked for it by name.",
    "asked": "You asked for the other side, this once.",
    "stay": "The conversation is with it already, and nobody else is enough better to be worth a change.",
    "only": "No other model can answer now.",
    "critical": "This machine is busy and nobody else can be reached, so the smallest model here answers.",
    "settling": "The network is only just back, so this machine answers for now.",
    "machine": "This machine is too busy or too slow now.",
}
"""By rule, where the rule says it all."""
_PARTS = {"quality": "ability", "cost": "price", "speed": "speed", "locality": "nearness", "pressure": "at ease now"}
"""What the parts of a score are about."""
_ORDINALS = {2: "second", 3: "third"}


def headline(decision: Decision) -> str:
    """`llama3.2 on this machine was chosen. The message looks easy, and this machine comes first.`"""
    if decision.chosen is None:
        return f"{decision.reason} You can: {decision.unlock}." if decision.unlock else decision.reason
    return f"{decision.chosen.name} {place(decision.chosen)} was chosen. {_because(decision)}"


def _because(decision: Decision) -> str:
    reason = decision.reason
    if decision.rule == "rule" or reason.startswith('your rule "'):
        return started(reason)
    if decision.rule in _BECAUSE:
        return _BECAUSE[decision.rule]
    message = f"The message {_in_brackets(reason)}"
    if decision.rule == "local_first":
        return f"{message}, {'but' if reason.startswith(HARD) else 'and'} this machine comes first."
    if decision.rule == "difficulty":
        return f"{message}, and hard ones may go to the cloud here."
    if decision.rule == "score":
        return f"{message}, and of those that may answer it suits that best."
    return started(reason)


def _in_brackets(reason: str) -> str:
    """`may be hard: numbers, 3 constraints` -> `may be hard (numbers, 3 constraints)`."""
    head, colon, rest = reason.partition(": ")
    return f"{head} ({rest})" if colon else head


def ranked(decision: Decision) -> list[Candidate]:
    """The candidates in the order of trying, then those that are out."""
    rank = {model_id: n for n, model_id in enumerate(decision.order)}
    return sorted(decision.candidates, key=lambda one: rank.get(one.model.id, len(rank)))


def verdict(decision: Decision, one: Candidate) -> str:
    """`answers`, `offered`, `comes second` or `not asked`."""
    if one.rejected is not None:
        return "not asked"
    if decision.chosen is not None and one.model.id == decision.chosen.id:
        return "answers"
    if one.model.id == decision.offer:
        return "offered"
    at = decision.order.index(one.model.id) + 1 if one.model.id in decision.order else 0
    return f"comes {_ORDINALS.get(at, f'{at}th')}" if at > 1 else "could answer"


def about(decision: Decision, one: Candidate) -> str:
    """What there is to say of one model: why it is not asked, or where it is, what it costs and what weighs on it."""
    if one.rejected is not None:
        figures = _figures(one.rejected)
        return f"{one.rejected.reason.rstrip('.')}{f' ({figures})' if figures else ''}"
    said = [place(one.model)]
    if one.est_cost:
        told = money(one.est_cost)
        said.append(f"under {told[2:]}" if told.startswith("<") else f"about {told}")
    if one.est_first_token_s is not None:
        said.append(f"first word after about {seconds(one.est_first_token_s)}")
    said += one.notes
    if one.model.id == decision.offer:
        said.append("offered for a second answer")
    return ", ".join(said)


def _figures(rejected: Rejection) -> str:
    """The figures that settled it, where the reason has not named them."""
    had, limit = rejected.value, rejected.limit
    if not isinstance(had, float | int):
        return ""
    if rejected.rule == "breaker":
        return f"for another {seconds(had)}"
    if not isinstance(limit, float | int):
        return ""
    if rejected.rule == "context":
        return f"{had:,.0f} tokens with the answer; it takes {limit:,.0f}"
    if rejected.rule == "budget" and "reach" in rejected.reason:
        return f"{money(had)} with this message, of {money(limit)}"
    return f"{had:.0f} % spent; the line is at {limit:.0f} %" if rejected.rule == "budget" else ""


def points(one: Candidate) -> str:
    """`suits to 92 of 100: ability 80, price 100, speed 90`; empty for who is not asked."""
    if one.rejected is not None or one.score is None:
        return ""
    # a price that nobody told, or a speed that was never measured, has no figure
    unknown = {name for note, name in ((UNPRICED, "cost"), (NOT_MEASURED, "speed")) if note in one.notes}
    parts = [f"{_PARTS.get(name, name)} {100 * part:.0f}" for name, part in one.parts.items() if name not in unknown]
    return f"suits to {100 * one.score:.0f} of 100: {', '.join(parts)}"


def decided(decision: Decision) -> str:
    """`Decided by the strategy local-first, 21 of 100 points ahead of the next.`, and the agents that failed."""
    ahead = (
        ""
        if decision.margin is None or decision.margin <= 0
        else f", {100 * decision.margin:.0f} of 100 points ahead of the next"
    )
    failed = [started(f"the agent {failure}") for failure in decision.failed]
    return " ".join([*([f"Decided by the strategy {decision.strategy}{ahead}."] if decision.strategy else []), *failed])


def told(decision: Decision, changed: Sequence[tuple[str, str]] | None = None, answered: str | None = None) -> Iterator[str]:
    """All of it in lines; `answered` is the model whose answer stands, `changed` what would have changed it, where known."""
    yield headline(decision)
    if answered is not None and decision.chosen is not None and answered != decision.chosen.id:
        yield f"In the end {short(answered)} answered."
    for one in ranked(decision):
        if decision.chosen is None or one.model.id != decision.chosen.id:
            yield f"  {one.model.name}, {verdict(decision, one)}: {about(decision, one)}."
    yield from (started(f"the agent {failure}") for failure in decision.failed)
    if changed or (changed is not None and decision.chosen is not None):
        yield "What would have changed it:" if changed else "Nothing that was tried would have changed it."
        yield from (f"  {condition}: {outcome}." for condition, outcome in changed)

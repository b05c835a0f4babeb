"""A decision is told in sentences: who answers and why, who else and why not, and what would have changed it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from hybridchat.facts import Budget, Mode, Request, Snapshot
from hybridchat.render.changes import changes
from hybridchat.render.why import about, decided, points, ranked, told
from hybridchat.routing.decide import decide
from hybridchat.routing.policy import Policy
from hybridchat.routing.strategies import STRATEGIES, strategy
from tests.routing.cases import EASY, HARD, LARGE, MEDIUM, MINI, SMALL, ask, world

P = strategy("local-first")
AUTO = replace(P, cloud="auto")
WORLD = world(MEDIUM, MINI)


@pytest.mark.parametrize(
    ("request_", "policy", "first"),
    [
        (ask(difficulty=EASY), P, "The message looks easy, and this machine comes first."),
        (ask(difficulty=HARD), P, "but this machine comes first."),
        (ask(difficulty=HARD), AUTO, "and hard ones may go to the cloud here."),
        (ask(pin=MINI.id), P, "You asked for it by name."),
        (ask(mode=Mode.ONLY_LOCAL), P, "LOCAL ONLY is on."),
        (ask(mode=Mode.ONLY_CLOUD), P, "You asked for the cloud."),
        (ask(), strategy("quality"), "and of those that may answer it suits that best."),
    ],
)
def test_the_first_line_says_who_answers_and_why(request_: Request, policy: Policy, first: str) -> None:
    decision = decide(request_, WORLD, policy)
    line, *_ = told(decision)
    assert decision.chosen is not None
    assert line.startswith(f"{decision.chosen.name} ")
    assert " was chosen. " in line
    assert line.endswith(first)


def test_every_other_model_has_a_line_with_what_stands_against_it() -> None:
    lines = list(told(decide(ask(mode=Mode.ONLY_LOCAL), world(SMALL, MEDIUM, LARGE, MINI), P)))
    assert sum(line.startswith("  ") for line in lines) == 3
    assert f"  {MINI.name}, not asked: LOCAL ONLY is on." in lines
    assert sum(", comes second: on this machine" in line for line in lines) <= 1


def test_a_budget_that_does_not_reach_is_told_with_its_figures() -> None:
    snapshot = replace(world(SMALL, MINI), budget=Budget(spent=0.999, limit=1.0))
    decision = decide(ask(mode=Mode.AUTO, message_tokens=4_000), snapshot, P)
    (out,) = [one for one in decision.candidates if one.rejected is not None]
    assert re.fullmatch(r"today's budget does not reach \(\$1\.\d\d with this message, of \$1\.00\)", about(decision, out))


def test_that_another_model_answered_in_the_end_is_said() -> None:
    decision = decide(ask(), WORLD, P)
    assert "In the end " not in "\n".join(told(decision, answered=MEDIUM.id))
    assert f"In the end {MINI.name} answered." in told(decision, answered=MINI.id)


def test_nothing_a_program_calls_things_is_printed() -> None:
    raw = re.compile(r"\w_\w|\brule (?!\")|\bout:|score|only_|\b0\.\d\d\b(?! of 1)")
    for policy in (*STRATEGIES.values(), AUTO):
        for request in (ask(), ask(difficulty=HARD), ask(pin=MINI.id), ask(mode=Mode.ONLY_LOCAL), ask(kinds={"SECRET": 1})):
            for snapshot in (WORLD, world(MINI), world(SMALL), Snapshot(), replace(WORLD, os_online=False)):
                decision = decide(request, snapshot, policy)
                lines = [*told(decision, changes(request, snapshot, policy)), decided(decision), *map(points, ranked(decision))]
                assert not [line for line in lines if raw.search(line)], lines

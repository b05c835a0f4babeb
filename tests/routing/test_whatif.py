"""What would have changed a decision."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hybridchat.facts import Device, Difficulty, Mode, Request, ResourceState, Snapshot
from hybridchat.routing.decide import decide
from hybridchat.routing.policy import Policy
from hybridchat.routing.strategies import strategy
from hybridchat.routing.whatif import what_if
from tests.routing.cases import EASY, HARD, LARGE, MEDIUM, MINI, SMALL, ask, world

P = strategy("local-first")
AUTO = replace(P, cloud="auto")


def conditions(request: Request, snapshot: Snapshot, policy: Policy) -> dict[str, str | None]:
    found = what_if(request, snapshot, policy)
    return {c.condition: c.decision.chosen.id if c.decision.chosen is not None else None for c in found}


def test_only_what_changes_the_outcome_is_told() -> None:
    snapshot = world(SMALL, MINI)
    made = decide(ask(), snapshot, P)
    for change in what_if(ask(), snapshot, P):
        other = change.decision
        assert (other.chosen, other.offer) != (made.chosen, made.offer), change.condition


def test_an_easy_message_says_from_where_on_the_cloud_would_be_offered() -> None:
    (harder,) = [c for c in what_if(ask(difficulty=EASY), world(MEDIUM, MINI), P) if "harder" in c.condition]
    assert harder.condition == "were it harder, from difficulty 0.45 on"
    assert harder.decision.offer == MINI.id


def test_a_hard_one_says_below_what_it_would_have_stayed() -> None:
    found = conditions(ask(difficulty=HARD), world(MEDIUM, MINI), AUTO)
    assert found["were it easier, at difficulty 0.59 and less"] == MEDIUM.id


@pytest.mark.parametrize(
    ("condition", "request_", "answers"),
    [
        ("with CLOUD ONLY", ask(), MINI.id),
        ("with LOCAL ONLY", ask(mode=Mode.ONLY_CLOUD), SMALL.id),
        ("without a pinned model", ask(pin=MINI.id), SMALL.id),
        ("without private data in it", ask(kinds={"SECRET": 1}, mode=Mode.PREFER_CLOUD), MINI.id),
        ("if this machine were offline", ask(mode=Mode.PREFER_CLOUD), SMALL.id),
        ("with the quality strategy", ask(), MINI.id),
    ],
)
def test_circumstances(condition: str, request_: Request, answers: str) -> None:
    assert conditions(request_, world(SMALL, MINI), P)[condition] == answers


def test_a_busy_machine_counts_when_the_cloud_needs_no_asking() -> None:
    found = conditions(ask(), world(SMALL, LARGE), AUTO)
    assert found["if this machine were critically busy"] == LARGE.id
    busy = world(SMALL, LARGE, device=Device(state=ResourceState.CRITICAL, memory_free=16 << 30))
    assert conditions(ask(), busy, AUTO)["if this machine were idle"] == SMALL.id


def test_a_single_model_that_answers_whatever_happens_has_little_to_tell() -> None:
    found = what_if(ask(difficulty=Difficulty(0.2)), world(SMALL), P)
    assert [c.condition for c in found if c.decision.chosen is not None] == []

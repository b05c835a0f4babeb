"""Escalation is for one turn; where a conversation stays in the cloud by choice, the decision says what going back costs."""

from __future__ import annotations

import pytest

from hybridchat.facts import Difficulty, Live, Mode, Request, Return, Snapshot
from hybridchat.routing.decide import decide
from hybridchat.routing.explain import from_record, to_record
from hybridchat.routing.policy import Policy
from tests.routing.cases import EASY, HARD, LARGE, MEDIUM, MINI, ask, world

P = Policy()
AUTO = Policy(cloud="auto")
READ = {MEDIUM.id: Live(resident=True, prefill_per_second=500)}


def there(**changes: object) -> Request:
    return ask(current=MINI.id, turns=4, history_tokens=6000, **changes)


def back(request: Request, snapshot: Snapshot, policy: Policy = P) -> Return | None:
    decision = decide(request, snapshot, policy)
    assert decision.chosen == MINI
    return decision.back


def test_holding_the_cloud_names_the_seconds_to_read_it_all_here() -> None:
    held = there(mode=Mode.ONLY_CLOUD)
    assert back(held, world(MEDIUM, MINI, live=READ)) == Return(MEDIUM.id, 0.0, 12.0)
    cold = {MEDIUM.id: Live(resident=False, load_s=6.0)}
    assert back(held, world(MEDIUM, MINI, live=cold)) == Return(MEDIUM.id, 6.0, None), "never measured is no number"


@pytest.mark.parametrize(("score", "stays"), [(0.5, True), (0.59, True), (0.6, False), (0.9, False)])
def test_staying_because_it_was_hard_is_a_stay_and_being_hard_is_not(score: float, stays: bool) -> None:
    decision = decide(there(difficulty=Difficulty(score)), world(MEDIUM, MINI, live=READ), AUTO)
    assert decision.chosen == MINI
    assert (decision.back is not None) is stays


@pytest.mark.parametrize(
    "request_",
    [
        ask(mode=Mode.ONLY_CLOUD),  # the first message
        there(mode=Mode.ONLY_CLOUD, pin=MINI.id),
        ask(current=MEDIUM.id, turns=3, escalated=True),
        ask(current=LARGE.id, turns=3, mode=Mode.ONLY_CLOUD),  # it moves
    ],
)
def test_what_does_not_stay_by_choice_has_no_way_back_to_tell(request_: Request) -> None:
    assert back(request_, world(MEDIUM, MINI, live=READ)) is None


def test_where_nothing_here_could_take_it_there_is_no_way_back() -> None:
    assert back(there(mode=Mode.ONLY_CLOUD), world(MINI)) is None
    long = there(mode=Mode.ONLY_CLOUD, message_tokens=200_000)
    assert back(long, world(MEDIUM, MINI, live=READ)) is None, "not only the mode keeps it out"


def test_an_escalation_is_for_one_turn() -> None:
    """The next message of a local-first conversation is answered here again."""
    decision = decide(there(difficulty=EASY), world(MEDIUM, MINI, live=READ), P)
    assert (decision.chosen, decision.back) == (MEDIUM, None)
    asked = decide(there(difficulty=HARD), world(MEDIUM, MINI, live=READ), P)
    assert (asked.chosen, asked.offer) == (MEDIUM, MINI.id)


def test_it_is_stored_with_the_decision() -> None:
    decision = decide(there(mode=Mode.ONLY_CLOUD), world(MEDIUM, MINI, live=READ), P)
    assert from_record(to_record(decision)) == decision

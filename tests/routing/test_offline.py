"""What the network being away changes in a decision: whom a message misses, and when a conversation may go back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hybridchat.facts import ConnectivityState, Link, Live, Mode, Model, Request, Snapshot
from hybridchat.routing.decide import decide
from hybridchat.routing.offline import STEADY_S, is_back, reachable, returned, seen
from hybridchat.routing.policy import Policy
from hybridchat.routing.strategies import strategy
from tests.routing import cases
from tests.routing.cases import ANTHROPIC, HARD, HERE, LARGE, MEDIUM, MINI, NOW, OPENAI, SMALL, ask, link

LOCAL_FIRST = strategy("local-first")
AUTO = replace(LOCAL_FIRST, cloud="auto")
DOWN = {h: link(h, ConnectivityState.DISCONNECTED, "connection refused") for h in (OPENAI, ANTHROPIC)}


def world(*models: Model, **changes: Any) -> Snapshot:
    """This machine and the clouds; no other machine near by."""
    return cases.world(*(models or (SMALL, MEDIUM, MINI, LARGE)), **changes)


@pytest.mark.parametrize("gone", [world(links=DOWN), world(os_online=False)], ids=["links", "system"])
@pytest.mark.parametrize("policy", [AUTO, LOCAL_FIRST], ids=["would go", "would be offered"])
def test_a_hard_message_misses_the_model_it_would_have_had(policy: Policy, gone: Snapshot) -> None:
    made = decide(ask(difficulty=HARD), gone, policy)
    there = decide(ask(difficulty=HARD), world(), policy)
    assert made.chosen is not None
    assert made.chosen.on_device
    assert there.chosen is not None
    assert made.missed == (there.offer or there.chosen.id)


def test_an_easy_message_misses_nobody() -> None:
    for policy in (AUTO, LOCAL_FIRST, replace(strategy("quality"), cloud="auto")):
        assert decide(ask(), world(links=DOWN), policy).missed is None


def test_nobody_is_missed_while_one_of_them_is_there() -> None:
    half = world(links={ANTHROPIC: DOWN[ANTHROPIC]})
    made = decide(ask(difficulty=HARD), half, AUTO)
    assert made.chosen is not None
    assert (made.chosen.id, made.missed) == (MINI.id, None)


@pytest.mark.parametrize("request_", [ask(pin=MINI.id), ask(mode=Mode.ONLY_CLOUD)], ids=["pin", "mode"])
def test_what_only_the_cloud_may_answer_is_missed_however_easy(request_: Request) -> None:
    made = decide(request_, world(links=DOWN), AUTO)
    assert made.chosen is None
    assert made.missed in {MINI.id, LARGE.id}


def test_what_another_rule_keeps_out_is_not_missed() -> None:
    gone = world(links=DOWN)
    assert decide(ask(difficulty=HARD, mode=Mode.ONLY_LOCAL), gone, AUTO).missed is None
    assert decide(ask(difficulty=HARD), gone, replace(LOCAL_FIRST, cloud="never")).missed is None
    assert decide(ask(difficulty=HARD, kinds={"SECRET": 1}), gone, LOCAL_FIRST).missed is None
    assert decide(ask(difficulty=HARD, escalated=True, current=SMALL.id), gone, AUTO).missed is None


def test_a_breaker_that_opened_for_want_of_a_way_counts_as_no_way() -> None:
    out = Live(open_until=NOW + 30, open_reason="5 of its last 5 calls failed (unreachable)")
    live = {SMALL.id: Live(resident=True), MEDIUM.id: Live(), MINI.id: out, LARGE.id: out}
    assert decide(ask(difficulty=HARD), world(live=live), AUTO).missed is not None
    broken = {**live, MINI.id: replace(out, open_reason="server fault"), LARGE.id: replace(out, open_reason="server fault")}
    assert decide(ask(difficulty=HARD), world(live=broken), AUTO).missed is None


def steady(seconds: float | None) -> Snapshot:
    """The way to the cloud has been there for so long."""
    since = None if seconds is None else NOW - seconds
    good = Link(OPENAI, ConnectivityState.OPTIMAL, allowed=True, up_since=since)
    return world(SMALL, MEDIUM, MINI, links={OPENAI: good})


@pytest.mark.parametrize(
    ("turns_here", "seconds", "returns"),
    [(1, 600, False), (2, STEADY_S - 1, False), (2, None, False), (2, STEADY_S, True), (5, 600, True)],
)
def test_a_conversation_that_lost_the_network_goes_back_after_two_answers_and_a_minute(
    turns_here: int, seconds: float | None, *, returns: bool
) -> None:
    request = ask(difficulty=HARD, current=SMALL.id, turns=6, turns_here=turns_here, lost=OPENAI)
    made = decide(request, steady(seconds), AUTO)
    assert made.chosen is not None
    assert made.chosen.on_device is not returns
    assert returns or made.reason == "the network is only just back"
    assert returns or made.offer == MINI.id, "it can still be asked for by hand"


def test_the_users_own_word_does_not_wait_for_that() -> None:
    lost = ask(difficulty=HARD, current=SMALL.id, turns=6, turns_here=1, lost=OPENAI)
    for request in (replace(lost, pin=MINI.id), replace(lost, mode=Mode.PREFER_CLOUD), replace(lost, escalated=True)):
        made = decide(request, steady(1), AUTO)
        assert made.chosen is not None
        assert made.chosen.id == MINI.id


def test_what_is_not_known_of_the_way_keeps_nobody_here() -> None:
    request = ask(difficulty=HARD, current=SMALL.id, turns=6, turns_here=2, lost=OPENAI)
    for links in ({}, {OPENAI: Link(OPENAI)}):
        made = decide(request, world(SMALL, MEDIUM, MINI, links=links), AUTO)
        assert made.chosen is not None
        assert made.chosen.id == MINI.id


def test_what_a_turn_found_out_itself_counts_before_the_gauges_do() -> None:
    made = decide(ask(pin=MINI.id), seen(world(), {OPENAI}, ()), AUTO)
    assert made.missed == MINI.id
    coming = replace(DOWN[OPENAI], up_since=NOW)
    there = world(links={OPENAI: coming})
    by_itself = decide(ask(), there, AUTO).candidate(MINI.id)
    assert by_itself is not None
    assert by_itself.rejected is not None
    again = decide(ask(pin=MINI.id), seen(there, (), returned(there)), AUTO).chosen
    assert again is not None
    assert again.id == MINI.id


@pytest.mark.parametrize(
    ("snapshot", "back"),
    [
        (world(), True),
        (world(os_online=False), False),
        (world(links=DOWN), False),
        (world(links={**DOWN, OPENAI: replace(DOWN[OPENAI], up_since=NOW)}), True),
    ],
    ids=["unknown", "no network", "down", "just back"],
)
def test_when_it_is_worth_trying_again(snapshot: Snapshot, back: bool) -> None:
    assert is_back(snapshot, OPENAI) is back
    gone = replace(snapshot, models=tuple(m for m in snapshot.models if m.host in {OPENAI, HERE}))
    assert reachable(gone) is back

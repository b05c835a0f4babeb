"""A decision told to people, and kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from hybridchat.facts import Check, ConnectivityState, Mode, Price, Request, ResourceState, Snapshot, Target
from hybridchat.routing.decide import decide
from hybridchat.routing.explain import from_record, sentence, table, to_record
from hybridchat.routing.policy import Policy
from hybridchat.routing.strategies import strategy
from tests.routing.cases import ANTHROPIC, BOX, DEVICE, HARD, LAN, LARGE, MINI, OPENAI, SMALL, ask, link, world

P, AUTO = Policy(), Policy(cloud="auto")
DOWN = {h: link(h, ConnectivityState.DISCONNECTED, "no route") for h in (OPENAI, ANTHROPIC)}


@pytest.mark.parametrize(
    ("request_", "snapshot", "policy", "said"),
    [
        (ask(), world(SMALL, MINI), P, "small on this machine: looks easy"),
        (ask(difficulty=HARD), world(SMALL, MINI), P, "small on this machine: may be hard: numbers, 3 constraints"),
        (ask(difficulty=HARD), world(SMALL, MINI), AUTO, "mini in the cloud: may be hard: numbers, 3 constraints"),
        (ask(pin=MINI.id), world(SMALL, MINI), P, "mini in the cloud: you asked for it"),
        (ask(mode=Mode.ONLY_LOCAL), world(SMALL, MINI), P, "small on this machine: LOCAL ONLY is on"),
        (ask(mode=Mode.ONLY_CLOUD), world(SMALL, MINI), P, "mini in the cloud: you asked for the cloud"),
        (ask(escalated=True), world(SMALL, MINI), P, "mini in the cloud: you asked the other side"),
        (ask(), world(MINI), P, "mini in the cloud: there is no local model"),
        (
            ask(checks=(Check("budget", target=Target.LOCAL), Check("office", target=Target.CLOUD))),
            world(SMALL, MINI),
            P,
            "mini in the cloud: office asked for it",
        ),
        (
            ask(excluded=frozenset({SMALL.id})),
            world(SMALL, MINI),
            P,
            "mini in the cloud: no local model can take it: small: already failed at this message",
        ),
        (
            ask(mode=Mode.PREFER_CLOUD),
            world(SMALL, MINI, links=DOWN),
            P,
            "small on this machine: no cloud model can take it: mini: no route",
        ),
        (ask(), world(LAN), replace(P, trust_lan=frozenset({BOX})), f"big on {BOX}: looks easy"),
        (ask(), world(SMALL), strategy("cost"), "small on this machine: the only one that can answer"),
        (ask(), world(SMALL, MINI), strategy("cost"), "small on this machine: looks easy (cost strategy)"),
        (
            ask(mode=Mode.ONLY_LOCAL),
            world(MINI, LARGE),
            P,
            "No model can answer: mini, large: LOCAL ONLY is on. You can: turn LOCAL ONLY off (f5).",
        ),
        (
            ask(),
            world(SMALL, MINI, links=DOWN, device=replace(DEVICE, state=ResourceState.CRITICAL)),
            P,
            "small on this machine: this machine is busy and nothing else can be reached, so the smallest one answers",
        ),
    ],
)
def test_sentences(request_: Request, snapshot: Snapshot, policy: Policy, said: str) -> None:
    assert sentence(decide(request_, snapshot, policy)) == said


def test_the_table_lists_every_model_in_the_order_of_trying() -> None:
    decision = decide(ask(difficulty=HARD, excluded=frozenset({LARGE.id})), world(LARGE, MINI, SMALL), P)
    assert table(decision) == [
        (SMALL.id, "answers", "may be hard: numbers, 3 constraints · on this machine · speed not measured yet"),
        (MINI.id, "offered", "in the cloud · under $0.001 · speed not measured yet"),
        (LARGE.id, "out", "already failed at this message"),
    ]


def test_a_record_is_json_and_comes_back_whole() -> None:
    dated = replace(MINI, price=Price(1, 2, 0.1, as_of=date(2026, 11, 1)))
    decision = decide(ask(difficulty=HARD, excluded=frozenset({LARGE.id})), world(SMALL, dated, LARGE), P)
    assert from_record(json.loads(json.dumps(to_record(decision)))) == decision


@pytest.mark.parametrize("broken", [{}, {"chosen": 3, "candidates": []}, {"chosen": None, "candidates": [{}]}])
def test_what_is_not_a_record_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not a decision record"):
        from_record(broken)

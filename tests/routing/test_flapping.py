"""A conversation stays where it is while gauges swing; only hard rules and priced gains move it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from hybridchat.facts import ConnectivityState, Difficulty, Live, ResourceState, Snapshot
from hybridchat.routing.decide import decide
from hybridchat.routing.strategies import STRATEGIES, strategy
from tests.routing.cases import ANTHROPIC, DEVICE, LARGE, MEDIUM, MINI, OPENAI, SMALL, ask, link, world

TURNS = 20


def swing(turn: int, period: int) -> Snapshot:
    """Machine and network swing against each other, speeds by a tenth."""
    bad = (turn // period) % 2 == 0
    machine = ResourceState.CONSTRAINED if bad else ResourceState.AVAILABLE
    network = ConnectivityState.OPTIMAL if bad else ConnectivityState.DEGRADED
    live = {
        SMALL.id: Live(resident=True, tokens_per_second=38 if bad else 42, prefill_per_second=800),
        MEDIUM.id: Live(resident=True, tokens_per_second=19 if bad else 21, prefill_per_second=400),
        MINI.id: Live(tokens_per_second=82 if bad else 78, first_token_s=0.6),
        LARGE.id: Live(tokens_per_second=52 if bad else 48, first_token_s=1.2),
    }
    return world(
        SMALL,
        MEDIUM,
        MINI,
        LARGE,
        device=replace(DEVICE, state=machine),
        links={h: link(h, network) for h in (OPENAI, ANTHROPIC)},
        live=live,
    )


def converse(name: str, snapshots: list[Snapshot], difficulty: float) -> list[str]:
    current, told = None, []
    for turn, snapshot in enumerate(snapshots):
        request = ask(
            current=current, turns=turn, history_tokens=600 * turn, message_tokens=80, difficulty=Difficulty(difficulty)
        )
        decision = decide(request, snapshot, replace(strategy(name), cloud="auto"))
        assert decision.chosen is not None
        current = decision.chosen.id
        told.append(current)
    return told


def switches(told: list[str]) -> int:
    return sum(a != b for a, b in pairwise(told))


@pytest.mark.parametrize("period", [1, 2, 5])
@pytest.mark.parametrize("difficulty", [0.1, 0.3, 0.5, 0.7, 0.9])
@pytest.mark.parametrize("name", list(STRATEGIES))
def test_swinging_gauges_move_nothing_back_and_forth(name: str, difficulty: float, period: int) -> None:
    told = converse(name, [swing(turn, period) for turn in range(TURNS)], difficulty)
    steady = converse(name, [swing(0, TURNS)] * TURNS, difficulty)
    # the growing history may price a model out once; gauges must add nothing to that
    assert switches(told) <= max(1, switches(steady))
    assert all(told.count(model) == 1 or _in_one_piece(told, model) for model in set(told))


def _in_one_piece(told: list[str], model: str) -> bool:
    first, last = told.index(model), len(told) - told[::-1].index(model)
    return set(told[first:last]) == {model}


@pytest.mark.parametrize("name", list(STRATEGIES))
def test_a_hard_rule_moves_at_once(name: str) -> None:
    calm = swing(0, TURNS)
    told = converse(name, [calm] * 5, 0.7)
    cut = replace(calm, live={**calm.live, told[-1]: Live(open_until=2_000_000.0)})
    assert converse(name, [calm] * 5 + [cut] * 5, 0.7)[5] != told[-1]


def test_only_hard_rules_move_a_local_first_conversation() -> None:
    """The link drops and comes back every turn: the local model answers all along."""
    down = {h: link(h, ConnectivityState.DISCONNECTED) for h in (OPENAI, ANTHROPIC)}
    snapshots = [replace(swing(t, 1), links=down if t % 2 else {}) for t in range(TURNS)]
    assert switches(converse("local-first", snapshots, 0.5)) == 0

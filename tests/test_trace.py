"""From raw samples to the model that answers: what wobbles below must not make the conversation jump above."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest

from hybridchat.agents import resources, ways
from hybridchat.agents.machine import ResourceSample
from hybridchat.agents.resources import Resources
from hybridchat.agents.ways import LinkSample, LinkState
from hybridchat.facts import Decision, Difficulty, Link, Live, Model, Request, Snapshot
from hybridchat.routing.decide import decide
from hybridchat.routing.policy import Policy
from hybridchat.routing.rules import Case
from hybridchat.routing.scores import base_score, switch_price
from hybridchat.routing.strategies import STRATEGIES, strategy
from tests.routing.cases import ANTHROPIC, DEVICE, GIB, LARGE, MEDIUM, MINI, OPENAI, SMALL, ask, world

TEN_MINUTES, EVERY = 600.0, 5.0
LIVE = {
    SMALL.id: Live(resident=True, tokens_per_second=40, prefill_per_second=800),
    MEDIUM.id: Live(resident=True, tokens_per_second=20, prefill_per_second=400),
    MINI.id: Live(tokens_per_second=80, first_token_s=0.6),
    LARGE.id: Live(tokens_per_second=50, first_token_s=1.2),
}


@dataclass
class Wire:
    """A link that is good and bad for five seconds in turn, seen by probes at the agent's own pace and by real requests."""

    dice: random.Random
    loss: float
    """Share of tries that fail while it is bad; those that succeed take 450 ms."""
    state: LinkState = field(default_factory=lambda: LinkState(Link(host=OPENAI, allowed=True)))
    next_look: float = 0.0
    bad: Callable[[float], bool] = lambda at: int(at // EVERY) % 2 == 1

    def attempt(self, at: float, source: str) -> bool:
        bad = self.bad(at)
        ok = not (bad and self.dice.random() < self.loss)
        ms = (450.0 if bad else 40.0) if ok else None
        self.state = ways.observe(self.state, LinkSample(at, ok, ms, source=source, reason="" if ok else "lost"))
        if not ok:
            self.next_look = min(self.next_look, at)
        return ok

    def until(self, at: float) -> None:
        """Every look that is due by then."""
        while self.next_look <= at:
            seen, self.next_look = self.next_look, float("inf")
            self.attempt(seen, "probe")
            self.next_look = seen + ways.pace(self.state) + self.dice.uniform(0, 1)


@dataclass(frozen=True)
class Message:
    """One message of a trace: who was to answer it, and whether the network had a say: the rule on it removed the cloud
    model, or the request before this one was lost."""

    at: float
    model: Model
    cut_off: bool


def trace(policy: Policy, pause: float, loss: float, seed: int) -> list[Message]:
    """Ten minutes of hard messages; a request that fails is answered by this machine, as a turn falls back."""
    wire = Wire(random.Random(seed), loss)
    told: list[Message] = []
    current, at, reached = None, 12.0, True
    while at < TEN_MINUTES:
        wire.until(at)
        turns = len(told)
        request = ask(current=current, turns=turns, history_tokens=200 * turns, difficulty=Difficulty(0.8))
        decision = decide(replace(request, now=at), world(SMALL, MINI, live=LIVE, links={OPENAI: wire.state.link}), policy)
        assert decision.chosen is not None, "this machine can always answer"
        told.append(Message(at, decision.chosen, not reached or removed(decision, MINI.id) == "connectivity"))
        reached = decision.chosen.on_device or wire.attempt(at, "request")
        current = decision.chosen.id if reached else SMALL.id
        at += pause
    return told


def removed(decision: Decision, model: str) -> str:
    """The hard rule that removed the model, if one did."""
    rejected = next(c.rejected for c in decision.candidates if c.model.id == model)
    return "" if rejected is None else rejected.rule


def traces(name: str, loss: float) -> list[list[Message]]:
    policy = replace(strategy(name), cloud="auto")
    return [trace(policy, pause, loss, seed) for pause in (3.0, 7.0, 20.0) for seed in range(8)]


@pytest.mark.parametrize("loss", [0.0, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("name", ["local-first", "cost"])
def test_a_link_that_alternates_every_five_seconds_switches_at_most_once_a_minute(name: str, loss: float) -> None:
    """In any minute of ten, whenever it begins: away only where a try was lost, and back only once it is past."""
    switches = []
    for told in traces(name, loss):
        moved = [now for before, now in pairwise(told) if before.model != now.model]
        assert all(m.cut_off for m in moved if m.model.on_device)
        assert all(later.at - earlier.at >= 60 for earlier, later in pairwise(moved))
        switches.append(len(moved))
    assert any(switches) is (loss > 0), "lost tries are noticed, slow ones are no reason to leave"


@pytest.mark.parametrize("away", [20.0, 120.0, 300.0])
def test_a_link_that_was_gone_once_is_used_again_a_minute_after_it_came_back(away: float) -> None:
    """However long it was gone; else the rule above could be kept by never going back."""
    wire = Wire(random.Random(1), loss=1.0, bad=lambda at: 60 <= at < 60 + away)
    seen: list[tuple[float, str]] = []
    for at in range(5, 600, 5):
        wire.until(at)
        decision = decide(
            ask(difficulty=Difficulty(0.8)),
            world(SMALL, MINI, live=LIVE, links={OPENAI: wire.state.link}),
            replace(strategy("local-first"), cloud="auto"),
        )
        assert decision.chosen is not None
        seen.append((at, decision.chosen.id))
    moved = [now for before, now in pairwise(seen) if before[1] != now[1]]
    assert [model for _, model in moved] == [SMALL.id, MINI.id]
    # counted from the last try that failed, up to half a minute before
    assert 30 <= moved[1][0] - (60 + away) <= 90


def wobble(seed: int) -> list[Snapshot]:
    """The world at each of 20 turns, half a minute apart: machine and links wander about their thresholds between them."""
    dice = random.Random(seed)
    machine, links = Resources(), {host: LinkState(Link(host=host, allowed=True)) for host in (OPENAI, ANTHROPIC)}
    found, cpu, ms = [], 78.0, 190.0
    for step in range(20 * 15):
        at = 2.0 * step
        cpu = min(99.0, max(50.0, cpu + dice.gauss(0, 6)))
        ms = min(500.0, max(40.0, ms + dice.gauss(0, 30)))
        sample = ResourceSample(at, cpu=cpu, memory=60, memory_free=16 * GIB, memory_total=32 * GIB, load=2.0, cores=8)
        machine = resources.observe(machine, sample)
        for host, state in links.items():
            ok = dice.random() > 0.05
            links[host] = ways.observe(state, LinkSample(at, ok, ms if ok else None))
        if step % 15 == 14:
            device = replace(machine.device, vram_free=DEVICE.vram_free)
            speeds = {
                m: replace(live, tokens_per_second=live.tokens_per_second * dice.uniform(0.9, 1.1)) for m, live in LIVE.items()
            }
            seen = {host: state.link for host, state in links.items()}
            found.append(replace(world(SMALL, MEDIUM, MINI, LARGE, device=device, live=speeds, links=seen), at=at))
    return found


def lawful(request: Request, snapshot: Snapshot, policy: Policy, decision: Decision) -> bool:
    """Whether the move away from the current model has a hard rule behind it, or pays for its price."""
    case, models = Case(request, snapshot, policy), {c.model.id: c for c in decision.candidates}
    assert decision.chosen is not None
    assert case.current is not None
    before, after = models[case.current.id], models[decision.chosen.id]
    if before.rejected is not None or decision.rule in {"critical", "machine"}:
        return True
    gain = base_score(after) - base_score(before)
    if case.critical:
        gain += after.parts["pressure"] - before.parts["pressure"]
    return gain >= policy.margin + policy.stickiness * switch_price(case, after.model)


@pytest.mark.parametrize("difficulty", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("name", list(STRATEGIES))
def test_under_wobbling_gauges_a_conversation_switches_only_at_a_hard_rule_or_for_a_gain_above_its_price(
    name: str, difficulty: float
) -> None:
    policy = replace(strategy(name), cloud="auto")
    for seed in range(6):
        current = None
        for turn, snapshot in enumerate(wobble(seed)):
            request = ask(current=current, turns=turn, history_tokens=500 * turn, difficulty=Difficulty(difficulty))
            decision = decide(request, snapshot, policy)
            assert decision.chosen is not None
            if current not in {None, decision.chosen.id}:
                assert lawful(request, snapshot, policy, decision), (seed, turn, current, decision.reason)
            current = decision.chosen.id


def test_the_gauges_of_that_conversation_do_wobble() -> None:
    """Else the rule above would hold of nothing."""
    seen = [snapshot for seed in range(6) for snapshot in wobble(seed)]
    assert {s.device.state.name for s in seen} >= {"AVAILABLE", "CONSTRAINED", "CRITICAL"}
    assert {link.state.name for s in seen for link in s.links.values()} >= {"OPTIMAL", "DEGRADED"}


def test_a_hard_message_without_a_network_is_answered_here_and_the_reason_says_why_not_elsewhere() -> None:
    offline = world(SMALL, MINI, live=LIVE, os_online=False)
    hard = Difficulty(0.8, "complex", ("numbers",))
    asking = decide(ask(difficulty=hard), offline, strategy("local-first"))
    by_itself = decide(ask(difficulty=hard), offline, replace(strategy("local-first"), cloud="auto"))
    assert [asking.chosen, by_itself.chosen] == [SMALL, SMALL]
    assert asking.reason == "may be hard: numbers"
    assert "this machine is offline" in by_itself.reason

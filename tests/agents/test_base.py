"""Agents are asked within a limit and never take a message down; samplers never die."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pytest

from hybridchat.agents.base import BaseAgent, Sampler, as_check, ask
from hybridchat.facts import Check, Target
from tests.agents.waiting import until


class Custom(BaseAgent):
    def __init__(self, verdict: Callable[[Mapping[str, object]], object], wait: float = 0.0) -> None:
        super().__init__("custom")
        self.verdict = verdict
        self.wait = wait

    async def check(self, **kwargs: object) -> Check | Mapping[str, object]:
        await asyncio.sleep(self.wait)
        return self.verdict(kwargs)  # type: ignore[return-value]  # wrong shapes are what is tested


async def test_a_mapping_in_the_vocabulary_becomes_a_check() -> None:
    agent = Custom(
        lambda kwargs: {
            "proceed": False,
            "state": "budget_critical",
            "target": "local",
            "reason": f"{len(str(kwargs['prompt']).split())} words",
            "metrics": {"daily_spend": 4, "estimated_complexity": "complex", "unknown": None},
        }
    )
    assert await agent.initialize()
    assert agent.is_active
    got = await ask(agent, prompt="one two three")
    metrics = {"daily_spend": 4.0, "estimated_complexity": "complex", "unknown": None}
    assert got == Check("custom", "budget_critical", Target.LOCAL, False, "3 words", metrics)
    await agent.shutdown()
    await agent.shutdown()
    assert not agent.is_active


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (None, "agent a returned NoneType"),
        ({"target": "moon"}, "allowed: local, cloud, hybrid"),
        ({"proceed": "yes"}, "proceed 'yes'"),
        ({"metrics": [1]}, "metrics of type list"),
    ],
)
def test_a_wrong_verdict_is_refused_with_the_agents_name(verdict: object, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        as_check("a", verdict)


def test_an_empty_mapping_says_nothing_and_stops_nothing() -> None:
    assert as_check("a", {}) == Check("a", "unknown", Target.HYBRID, True)


async def test_an_agent_that_fails_is_unknown_with_the_reason() -> None:
    got = await ask(Custom(lambda kwargs: 1 / 0), cap_s=1)
    assert (got.state, got.proceed, got.target) == ("unknown", True, Target.HYBRID)
    assert "ZeroDivisionError" in got.reason


async def test_a_late_agent_gives_its_last_verdict_marked_stale() -> None:
    late = Custom(lambda kwargs: {}, wait=30)
    last = Check("custom", "fine", Target.LOCAL, reason="was good")
    assert await ask(late, cap_s=0.01, last=last) == replace(last, stale=True)
    first = await ask(late, cap_s=0.01)
    assert (first.state, first.stale, first.reason) == ("unknown", True, "no answer within 10 ms")


@dataclass(frozen=True)
class Count:
    value: int | None = 0
    reason: str = ""


class Rig:
    """A sampler that counts, and what it is told to do next."""

    def __init__(self, interval: float = 0.0) -> None:
        self.taken = 0
        self.fail = False
        self.interval = interval
        self.block: threading.Event | None = None
        self.sampler: Sampler[Count, int] = Sampler(
            "rig",
            Count(),
            self.take,
            lambda state, step: Count((state.value or 0) + step),
            lambda state, reason: Count(None, reason),
            lambda state: self.interval,
        )

    def take(self) -> int | None:
        self.taken += 1
        if self.block is not None:
            self.block.wait(10)
        if self.fail:
            raise PermissionError("no")
        return 1


@pytest.fixture
def rig():
    made = Rig(interval=0.005)
    yield made
    if made.block is not None:
        made.block.set()
    made.sampler.stop()


def test_it_samples_at_once_and_then_at_its_interval(rig: Rig) -> None:
    rig.sampler.start()
    rig.sampler.start()
    until(lambda: rig.sampler.state.value == 5)
    assert len([t for t in threading.enumerate() if t.name == "rig"]) == 1
    assert all(t.daemon for t in threading.enumerate() if t.name == "rig")


def test_an_exception_becomes_unknown_with_its_type_and_the_next_sample_is_taken(rig: Rig) -> None:
    rig.fail = True
    rig.sampler.start()
    until(lambda: rig.sampler.state == Count(None, "PermissionError"))
    rig.fail = False
    until(lambda: (rig.sampler.state.value or 0) >= 2)


def test_paused_takes_nothing_and_resume_goes_on(rig: Rig) -> None:
    rig.sampler.pause()
    rig.sampler.start()
    rig.sampler.wake()
    until(lambda: rig.sampler.running)
    threading.Event().wait(0.05)
    assert rig.taken == 0
    rig.sampler.resume()
    until(lambda: rig.taken > 1)


def test_wake_samples_now_and_nudge_asks_for_the_interval_again(rig: Rig) -> None:
    rig.interval = 3600
    rig.sampler.start()
    until(lambda: rig.sampler.state.value == 1)
    rig.sampler.wake()
    until(lambda: rig.sampler.state.value == 2)
    rig.interval = 0.001
    assert rig.taken == 2
    rig.sampler.nudge()
    until(lambda: rig.taken > 3)


def test_stop_returns_within_a_second_even_when_a_sample_hangs_and_its_late_find_is_dropped(rig: Rig) -> None:
    rig.block = threading.Event()
    rig.sampler.start()
    until(lambda: rig.taken == 1)
    thread = next(t for t in threading.enumerate() if t.name == "rig")
    rig.sampler.stop(timeout_s=0.05)
    assert not rig.sampler.running
    rig.block.set()
    thread.join(1)
    assert not thread.is_alive()
    assert rig.sampler.state == Count(0)


def test_it_can_be_started_again(rig: Rig) -> None:
    rig.sampler.start()
    until(lambda: rig.taken > 0)
    rig.sampler.stop()
    taken = rig.taken
    rig.sampler.start()
    until(lambda: rig.taken > taken)


def test_nothing_learnt_leaves_the_state_alone() -> None:
    sampler: Sampler[int, int] = Sampler("n", 7, lambda: None, lambda a, b: a + b, lambda a, r: -1, lambda a: 1.0)
    assert sampler.step() == 7
    assert sampler.feed(3) == 10

"""A strategy of one conversation's own holds whole: with the lines it draws for machine and network, not as a choice alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hybridchat.agents.machine import ResourceSample
from hybridchat.agents.resources import ResourceMonitor
from hybridchat.config.samplers import Lines, lines
from hybridchat.config.schema import Config, PairSettings, ResourceThresholds, Thresholds
from hybridchat.demo import Demo
from hybridchat.facts import ResourceState
from hybridchat.routing.strategies import STRATEGIES
from tests.support.chats import LOCAL, bench

BUSY = ResourceSample(at=0, cpu=85, memory=40, memory_free=8 << 30, memory_total=16 << 30)


def drawn(config: Config) -> dict[str, Lines]:
    return {name: lines(config, policy) for name, policy in STRATEGIES.items()}


async def test_two_conversations_judge_the_same_machine_each_by_its_own_strategy(tmp_path: Path, demo: Demo) -> None:
    now = 1000.0
    monitor = ResourceMonitor(clock=lambda: now)
    async with bench(tmp_path, demo) as b:
        b.chat.world.resources = monitor
        b.chat.world.draw(drawn(Config()))
        for _ in range(3):
            now += 2
            monitor._sampler.feed(replace(BUSY, at=now))
        own, _ = b.chat.set(b.chat.store.new_session(), "strategy offline-first")
        states = {}
        for session in (b.session, own):
            seen = (await b.chat.preview(session.id, "hello")).basis
            assert seen is not None
            check = next(c for c in seen.request.checks if c.agent == "resource_monitor")
            states[seen.policy.name] = (seen.snapshot.device.state, check.state)
        assert states == {
            "local-first": (ResourceState.CONSTRAINED, "constrained"),
            "offline-first": (ResourceState.AVAILABLE, "available"),
        }
        b.chat.opened(own)
        assert b.chat.snapshot().device.state is ResourceState.AVAILABLE, "what the gauges show"
        b.chat.opened(b.session)
        assert b.chat.snapshot().device.state is ResourceState.CONSTRAINED
        assert b.chat.snapshot().budget.limit is None


async def test_the_gauges_lines_and_the_pace_of_probes_follow_the_open_conversation(tmp_path: Path, demo: Demo) -> None:
    async with bench(tmp_path, demo, samplers=True) as b:
        b.chat.opened(b.session)
        near, far = b.chat.limits
        assert (near and near.cpu, far and far.latency) == (80, 200)
        own, told = b.chat.set(b.session, "strategy performance")
        assert told.endswith("The day’s budget is one for all conversations.")
        near, far = b.chat.limits
        assert (near and near.cpu, far and far.latency) == (80, 100)
        assert b.chat.world.connectivity is not None
        assert b.chat.world.connectivity._every == 15
        b.chat.set(own, "strategy none")
        assert (b.chat.world.strategy, b.chat.world.connectivity._every) == ("local-first", 30)


def test_what_the_configuration_says_of_lines_lies_over_every_strategy() -> None:
    config = Config(pair=PairSettings(local=LOCAL), thresholds=Thresholds(resources=ResourceThresholds(cpu=50, load=3.0)))
    found = drawn(config)
    assert {one.resources.cpu for one in found.values()} == {50}
    assert {one.resources.load_per_core for one in found.values()} == {None}
    assert (found["offline-first"].resources.memory, found["cost"].resources.memory) == (90, 85)
    assert (found["performance"].probe_s, found["offline-first"].connectivity.bandwidth) == (15, 10)

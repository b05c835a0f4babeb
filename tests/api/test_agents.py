"""A program's own agents steer the decision, and cannot break it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from hybridchat import HybridClient
from hybridchat.agents import BaseAgent, BudgetAgent, ConnectivityAgent, ResourceMonitor
from hybridchat.agents.panel import OnFailure, Panel
from hybridchat.api import HookError, NothingLeft
from hybridchat.assemble import Setup, assembled
from hybridchat.config import Config
from hybridchat.config.schema import Privacy
from hybridchat.conversation import Ending
from hybridchat.demo import Demo
from hybridchat.events import Decided
from hybridchat.facts import Target
from hybridchat.render.why import told
from hybridchat.tui import gauges
from hybridchat.tui import why as story
from tests.api.conftest import CLOUD, HARD, LOCAL
from tests.support.chats import environment, hear


class Custom(BaseAgent):
    """Says what it was given to say."""

    def __init__(self, verdict: Callable[[Mapping[str, object]], object], name: str = "custom") -> None:
        super().__init__(name)
        self.verdict = verdict
        self.asked: list[Mapping[str, object]] = []
        self.starts = self.ends = 0

    async def initialize(self) -> bool:
        self.starts += 1
        return await super().initialize()

    async def check(self, **kwargs: object) -> Mapping[str, object]:
        self.asked.append(kwargs)
        found = self.verdict(kwargs)
        return await found if asyncio.iscoroutine(found) else found  # type: ignore[no-any-return]

    async def shutdown(self) -> None:
        self.ends += 1


def says(**verdict: object) -> Callable[[Mapping[str, object]], object]:
    return lambda _: verdict


async def hangs(_: Mapping[str, object]) -> object:
    return await asyncio.Event().wait()


def breaks(_: Mapping[str, object]) -> object:
    raise RuntimeError("no idea")


@pytest.mark.parametrize(("target", "source"), [("cloud", "in_cloud"), ("local", "on_device"), ("hybrid", "on_device")])
async def test_the_target_decides_the_side(client: HybridClient, target: str, source: str) -> None:
    client.hook_agent(Custom(says(target=target, state="set")))
    assert (await client.execute("hello"))["inference_source"] == source


async def test_a_wish_for_local_outweighs_difficulty(client: HybridClient) -> None:
    client.hook_agent(Custom(says(target="local", state="set")))
    assert (await client.execute(HARD))["model_id"] == LOCAL


async def test_a_veto_removes_its_target(client: HybridClient) -> None:
    client.hook_agent(Custom(says(target="local", proceed=False, reason="at night")))
    response = await client.execute("hello")
    assert response["inference_source"] == "in_cloud"
    (local,) = [c for c in response["routing_decision"]["candidates"] if c["model"]["id"] == LOCAL]
    assert local["rejected"]["reason"] == "custom says no: at night"


async def test_a_veto_of_everything_leaves_nothing(client: HybridClient) -> None:
    client.hook_agent(Custom(says(target="hybrid", proceed=False, reason="closed")))
    with pytest.raises(NothingLeft, match="custom says no: closed"):
        await client.execute("hello")


async def test_it_is_made_ready_once_asked_once_a_prompt_and_told_the_prompt(client: HybridClient, demo: Demo) -> None:
    agent = Custom(says(state="seen", metrics={"words": 1, "kind": "greeting"}))
    client.hook_agent(agent)
    assert agent.starts == 0
    await client.execute("hello", mood="calm")
    response = await client.execute("good day")
    assert (agent.starts, len(agent.asked)) == (1, 2)
    assert agent.asked[0] == {"prompt": "hello", "mood": "calm"}
    assert response["agent_checks"]["custom"]["metrics"] == {"words": 1.0, "kind": "greeting"}
    await client.unhook("custom")
    assert agent.ends == 1
    assert "custom" not in (await client.execute("hello"))["agent_checks"]


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [(breaks, "RuntimeError: no idea"), (lambda _: 7, "custom returned int"), (says(target="moon"), "moon")],
)
async def test_a_broken_one_is_shown_as_failed_and_ignored(
    client: HybridClient, verdict: Callable[[Mapping[str, object]], object], reason: str
) -> None:
    client.hook_agent(Custom(verdict))
    response = await client.execute("hello", model_id=CLOUD)
    shown = response["agent_checks"]["custom"]
    assert (shown["state"], shown["proceed"]) == ("failed", True)
    assert reason in shown["reason"]
    assert response["model_id"] == CLOUD  # ignored


@pytest.mark.parametrize("on_failure", ["ignore", "block_remote"])
@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        (breaks, "RuntimeError: no idea"),
        (lambda _: 7, "custom returned int"),
        (hangs, "no answer for 6 s"),
    ],
)
async def test_a_broken_one_is_named_on_the_screen_and_its_rule_applied(
    demo: Demo, tmp_path: Path, verdict: Callable[[Mapping[str, object]], object], reason: str, on_failure: OnFailure
) -> None:
    """In the story of the decision (F7, /why) and in the panel beside the conversation."""
    now = 0.0
    panel = Panel(cap_s=0.01, clock=lambda: now)
    panel.add(Custom(verdict), on_failure)
    env = environment(demo, tmp_path)
    setup = Setup(save=False, samplers=False, config=Config(privacy=Privacy(cloud="auto")), env=env, panel=panel)
    async with assembled(setup) as chat:
        session = chat.store.new_session()
        await hear(chat.answer(session.id, "hello"))
        now = 6.0  # what hangs since the first message has failed by the second
        heard = await hear(chat.answer(session.id, "hello", pin="anthropic:claude-haiku-5-5"))
        (decided,) = heard.of(Decided)
        assert isinstance(decided, Decided)
        said = "\n".join(told(decided.decision))
        page = story.page(decided.decision).plain
        _, _, beside = gauges.panel(chat.snapshot(), gauges.History(), decided.decision)
        for shown in (said, page, beside.plain):
            assert "agent custom failed: " in shown
            assert reason in shown
        blocked = on_failure == "block_remote"
        assert (heard.ended.ending is Ending.UNROUTED) is blocked
        assert ("custom says no" in said) is blocked


async def test_a_broken_one_may_keep_the_cloud_out(client: HybridClient) -> None:
    client.hook_agent(Custom(breaks), on_failure="block_remote")
    assert (await client.execute("hello"))["model_id"] == LOCAL
    with pytest.raises(NothingLeft, match="custom says no"):
        await client.execute("hello", model_id=CLOUD)


async def test_one_that_hangs_costs_at_most_its_cap_and_its_last_verdict_counts_as_stale(client: HybridClient) -> None:
    waiting = asyncio.Event()
    calls = 0

    def verdict(_: Mapping[str, object]) -> object:
        nonlocal calls
        calls += 1
        return {"target": "cloud", "state": "fine"} if calls == 1 else hang()

    async def hang() -> object:
        await waiting.wait()
        return {"target": "local", "state": "late"}

    client.hook_agent(Custom(verdict))
    assert (await client.execute("hello"))["agent_checks"]["custom"]["stale"] is False
    second = await client.execute("hello")
    assert second["agent_checks"]["custom"]["stale"] is True
    assert second["inference_source"] == "in_cloud"
    waiting.set()


async def test_what_came_late_counts_for_the_next_message_and_long_silence_is_failure() -> None:
    now = 0.0
    gate = asyncio.Event()
    panel = Panel(cap_s=0.01, clock=lambda: now)

    async def slow() -> object:
        await gate.wait()
        return {"state": "late", "target": "local"}

    agent = Custom(lambda _: slow())
    panel.add(agent)
    (first,) = await panel.ask(prompt="a")
    assert (first.state, first.stale) == ("unknown", True)
    now = 6.0
    (silent,) = await panel.ask(prompt="b")
    assert (silent.state, silent.reason) == ("failed", "no answer for 6 s")
    assert len(agent.asked) == 1
    gate.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    (after,) = await panel.ask(prompt="c")
    assert (after.state, after.target) == ("late", Target.LOCAL)
    await panel.close()


async def test_one_that_cannot_start_is_failed_with_its_reason() -> None:
    class Unready(Custom):
        async def initialize(self) -> bool:
            return False

    panel = Panel()
    panel.add(Unready(says(), "u"), "block_remote")
    (check,) = await panel.ask(prompt="a")
    assert (check.state, check.proceed, check.target) == ("failed", False, Target.CLOUD)
    assert check.reason == "its initialize returned False"


async def test_hooked_monitors_take_the_place_of_the_built_in_ones(client: HybridClient) -> None:
    client.hook_agent(ResourceMonitor("mine", custom_thresholds={"memory_threshold": 0.0, "critical_memory": 0.0}))
    client.hook_agent(ConnectivityAgent("wires", latency_threshold=0.0))
    checks = (await client.execute("hello"))["agent_checks"]
    assert set(checks) == {"mine", "wires"}
    client.hook_agent(ResourceMonitor())
    assert set((await client.execute("hello"))["agent_checks"]) == {"resource_monitor", "wires"}


async def test_a_budget_agent_sets_the_budget_and_tells_it(client: HybridClient) -> None:
    client.hook_agent(BudgetAgent(daily_budget=5.0, window="rolling24h"))
    check = (await client.execute("hello"))["agent_checks"]["budget"]
    assert (check["state"], check["metrics"]["daily_budget"]) == ("available", 5.0)


async def test_hooking_what_is_no_agent_or_takes_a_built_in_name_is_refused(client: HybridClient) -> None:
    with pytest.raises(HookError, match="BaseAgent"):
        client.hook_agent(object())  # type: ignore[arg-type]
    with pytest.raises(HookError, match="built-in"):
        client.hook_agent(Custom(says(), "privacy"))
    with pytest.raises(HookError, match="ignore, block_remote"):
        client.hook_agent(Custom(says()), on_failure="panic")  # type: ignore[arg-type]

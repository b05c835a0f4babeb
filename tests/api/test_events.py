"""What can be watched: snapshots, decisions, outcomes, as a stream and as a log, without a word of the messages."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Mapping
from pathlib import Path

from hybridchat import HybridClient
from hybridchat.api.events import CAPACITY, Hub, Observation
from hybridchat.demo import Demo, Fault
from tests.api.conftest import CLOUD, LOCAL, hooked
from tests.api.test_agents import Custom


async def test_a_reader_sees_snapshots_decisions_fallbacks_and_outcomes(client: HybridClient, demo: Demo) -> None:
    await client.execute("hello")
    seen: list[Observation] = []
    started = asyncio.Event()

    async def read() -> None:
        async for observation in client.events(snapshots_every=0.05):
            seen.append(observation)
            started.set()

    reading = asyncio.create_task(read())
    await started.wait()
    demo.ollama.fail(Fault("status", status=500))
    response = await client.execute("a secret word")
    await client.shutdown()
    await reading
    kinds = [o.kind for o in seen]
    assert {"snapshot", "decision", "fallback", "outcome"} == set(kinds)
    (first, *_), outcomes = [o for o in seen if o.kind == "decision"], [o for o in seen if o.kind == "outcome"]
    assert first.request_id == response["request_id"]
    assert first.data["chosen"]["id"] == LOCAL
    assert [o.data["result"] for o in outcomes] == ["failed", "failed", "ok"]
    assert outcomes[0].data["model_id"] == LOCAL
    assert "a secret word" not in json.dumps([o.data for o in seen])


async def test_a_slow_reader_is_told_what_it_missed() -> None:
    hub = Hub(None, lambda: 0.0)
    reading = hub.read(dict, 60.0)
    assert (await anext(reading)).kind == "snapshot"
    waiting = asyncio.ensure_future(anext(reading))
    await asyncio.sleep(0)
    for n in range(CAPACITY + 3):
        hub.tell("outcome", "", {"n": n})
    assert (await waiting).data == {"count": 3}
    assert (await anext(reading)).data == {"n": 3}
    hub.close()
    assert len([o async for o in reading]) == CAPACITY - 1


async def test_the_log_holds_a_line_per_decision_and_outcome_and_no_text(tmp_path: Path) -> None:
    stream = io.StringIO()
    for target in (tmp_path / "logs" / "x.jsonl", stream):
        async with await hooked(HybridClient(log=target)) as client:
            client.hook_agent(Custom(_repeating, "parrot"))
            await client.execute("the word is xylophone")
            await client.execute("and again xylophone", model_id=CLOUD)
    for text in ((tmp_path / "logs" / "x.jsonl").read_text("utf-8"), stream.getvalue()):
        lines = [json.loads(line) for line in text.splitlines()]
        assert [line["kind"] for line in lines] == ["decision", "outcome"] * 2
        assert lines[0]["agent_checks"]["parrot"] == {"state": "heard", "target": "cloud", "proceed": True}
        assert "xylophone" not in text


async def test_a_veto_in_the_log_does_not_repeat_what_the_agent_said() -> None:
    stream = io.StringIO()
    async with await hooked(HybridClient(log=stream)) as client:
        client.hook_agent(Custom(lambda kwargs: {**_repeating(kwargs), "proceed": False}, "parrot"))
        await client.execute("the word is xylophone")
    assert "an agent says no" in stream.getvalue()
    assert "xylophone" not in stream.getvalue()


async def test_the_log_does_not_repeat_what_an_agent_failed_with() -> None:
    stream = io.StringIO()
    async with await hooked(HybridClient(log=stream)) as client:
        client.hook_agent(Custom(_stumbling, "parrot"), on_failure="block_remote")
        response = await client.execute("the word is xylophone")
    assert "xylophone" in response["routing_decision"]["failed"][0]
    (decision,) = (one for one in map(json.loads, stream.getvalue().splitlines()) if one["kind"] == "decision")
    assert decision["failed"] == ["parrot failed"]
    assert "xylophone" not in stream.getvalue()


def _stumbling(kwargs: Mapping[str, object]) -> dict[str, object]:
    raise ValueError(f"cannot read {kwargs['prompt']}")


def _repeating(kwargs: Mapping[str, object]) -> dict[str, object]:
    return {"state": "heard", "target": "cloud", "reason": f"heard {kwargs['prompt']}"}

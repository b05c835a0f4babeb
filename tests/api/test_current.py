"""Figures with a current value: read at any moment, followed by as many as like."""

from __future__ import annotations

import asyncio

import pytest

from hybridchat import HybridClient
from hybridchat.api.current import Current, Figures
from hybridchat.demo import Demo, Fault
from tests.api.conftest import CLOUD, LOCAL


async def test_a_value_is_there_at_once_and_every_change_is_told() -> None:
    current = Current(1)
    reader = aiter(current)
    assert await anext(reader) == 1
    waiting = asyncio.ensure_future(anext(reader))
    await asyncio.sleep(0)
    current._set(1)
    await asyncio.sleep(0)
    assert not waiting.done()
    current._set(2)
    assert await waiting == 2
    current._set(3)
    current._set(4)
    assert await anext(reader) == 4
    current._close()
    assert [value async for value in current] == [4]


async def test_what_is_derived_follows_and_tells_only_its_own_changes() -> None:
    current = Current((1, "a"))
    number = current.derived(lambda value: value[0])
    seen = []

    async def read() -> None:
        seen.extend([value async for value in number])

    reading = asyncio.create_task(read())
    for value in ((1, "b"), (2, "b"), (2, "c")):
        await asyncio.sleep(0.01)
        current._set(value)
    await asyncio.sleep(0.01)
    current._close()
    await reading
    assert seen == [1, 2]
    assert number.value == 2


async def test_the_status_goes_from_idle_over_routing_and_answering_back_to_idle(client: HybridClient) -> None:
    seen: list[str] = []

    async def read() -> None:
        seen.extend([status async for status in client.stats.derived(lambda figures: figures.status)])

    reading = asyncio.create_task(read())
    await asyncio.sleep(0)
    await client.execute("repeat: hello", LOCAL)
    assert client.stats.value.status == "idle"
    await client.shutdown()
    await reading
    assert seen == ["idle", "routing", "answering", "idle"]


async def test_a_prompt_counts_once_by_where_it_was_answered_and_every_attempt_by_its_cost(
    client: HybridClient, demo: Demo
) -> None:
    assert client.stats.value == Figures()
    await client.execute("repeat: hello", LOCAL)
    response = await client.execute("repeat: hello", CLOUD)
    now = client.stats.value
    assert (now.local, now.cloud, now.answered, now.local_share, now.unanswered) == (1, 1, 2, 0.5, 0)
    assert now.model_id == CLOUD
    assert now.cost == pytest.approx(response["cost"] or 0.0)
    assert now.output_tokens > 0
    demo.ollama.fail(Fault("status", status=500))
    await client.execute("hello")
    now = client.stats.value
    assert (now.answered, now.fallbacks, now.running) == (3, 1, 0)


async def test_a_prompt_that_nobody_answered_is_counted_too(client: HybridClient, demo: Demo) -> None:
    demo.openai.fail(Fault("status", status=401))
    with pytest.raises(Exception, match="key"):
        await client.execute("hello", CLOUD)
    assert (client.stats.value.unanswered, client.stats.value.status) == (1, "idle")


async def test_a_comparison_counts_every_model(client: HybridClient) -> None:
    session = await client.create_session()
    await client.execute_many("repeat: hello", [LOCAL, CLOUD], session_id=session)
    assert (client.stats.value.local, client.stats.value.cloud) == (1, 1)

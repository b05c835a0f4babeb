"""However an answer is left early, the server hears of it at once and nothing stays open."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import pytest

from hybridchat.demo import Demo, Fault
from hybridchat.providers.base import Delta, Done
from tests.providers.conftest import Line, said, until


@pytest.fixture
def demo() -> Iterator[Demo]:
    """At a reader's speed: twenty chunks a second, an essay lasts minutes."""
    with Demo(chunks_per_second=20) as running:
        yield running


async def first_words(line: Line) -> AsyncGenerator[Delta | Done, None]:
    stream: Any = line.provider().stream(line.call("a very long essay"))
    assert isinstance(await anext(stream), Delta)
    assert line.server.open_streams == 1
    return stream


async def test_closing_the_iterator_closes_the_connection(line: Line) -> None:
    stream = await first_words(line)
    await stream.aclose()
    assert await until(lambda: line.server.open_streams == 0) < 0.5


async def test_cancelling_the_reader_closes_the_connection(line: Line) -> None:
    began = asyncio.Event()

    async def read() -> None:
        async for _ in line.provider().stream(line.call("a very long essay")):
            began.set()

    task = asyncio.create_task(read())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await until(lambda: line.server.open_streams == 0) < 0.5


async def test_cancelling_before_the_first_token_closes_the_connection(line: Line) -> None:
    line.server.fail(Fault("slow_first_token"))
    task = asyncio.ensure_future(said(line.provider(), line.call()))
    await until(lambda: line.server.open_streams == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await until(lambda: line.server.open_streams == 0) < 0.5


async def test_a_provider_serves_on_after_an_early_end(line: Line) -> None:
    stream = await first_words(line)
    await stream.aclose()
    assert (await said(line.made[-1], line.call("repeat: still here")))[0] == "still here"


async def test_an_iterator_that_was_never_read_leaves_nothing_behind(line: Line) -> None:
    stream = line.provider().stream(line.call())
    await stream.aclose()
    del stream
    gc.collect()
    assert line.server.connections == 0

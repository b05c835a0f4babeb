from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from hybridchat.facts import Locality, Model
from hybridchat.providers.base import Call, Delta, Done, Stalled
from hybridchat.providers.errors import Site
from hybridchat.providers.wire import Part, follow, host_of, tier_of, watch

SITE = Site("local", "localhost:11434", "ollama", on_device=True)


async def speaking(*pauses: float, word: str = "x") -> AsyncGenerator[Part, None]:
    for pause in pauses:
        await asyncio.sleep(pause)
        yield Delta(word)
    yield Done()


async def test_the_readers_own_time_is_not_the_servers_silence() -> None:
    got = []
    async for part in watch(speaking(0.0, 0.03, 0.03), 0.1, 0.1, SITE):
        got.append(part)
        await asyncio.sleep(0.15)
    assert len(got) == 4


async def test_signs_of_life_without_text_do_not_count_as_progress() -> None:
    stream = watch(speaking(*[0.02] * 50, word=""), 0.1, 10.0, SITE)
    with pytest.raises(Stalled, match=r"localhost:11434 sent no word for 0\.1 s.*still be loading"):
        [part async for part in stream]


async def test_the_first_word_has_its_own_limit() -> None:
    assert len([p async for p in watch(speaking(0.1, 0.0), 1.0, 0.05, SITE)]) == 3
    with pytest.raises(Stalled, match=r"stopped sending for 0\.05 s"):
        [p async for p in watch(speaking(0.0, 0.5), 1.0, 0.05, SITE)]


async def test_a_timeout_inside_the_stream_is_not_taken_for_a_stall() -> None:
    async def broken() -> AsyncGenerator[Part, None]:
        yield Delta("x")
        raise TimeoutError("the operating system's own")

    with pytest.raises(TimeoutError, match="operating system"):
        [p async for p in watch(broken(), 5.0, 5.0, SITE)]


async def test_a_stalled_stream_is_closed() -> None:
    closed = asyncio.Event()

    async def silent() -> AsyncGenerator[Part, None]:
        try:
            await asyncio.sleep(30)
            yield Done()
        finally:
            closed.set()

    with pytest.raises(Stalled):
        [p async for p in watch(silent(), 0.02, 1.0, SITE)]
    assert closed.is_set()


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://localhost:11434", "localhost:11434"),
        ("https://API.openai.com/v1", "api.openai.com"),
        ("https://api.openai.com:443/v1", "api.openai.com"),
        ("http://box:80", "box"),
        ("http://box:443", "box:443"),
        ("https://user:secret@box:8443/x", "box:8443"),
        ("http://[::1]:11434", "[::1]:11434"),
        ("127.0.0.1:11434", "127.0.0.1:11434"),
    ],
)
def test_a_host_is_written_one_way(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(("billions", "tier"), [(None, 2), (0.5, 1), (4.0, 1), (4.1, 2), (29.9, 2), (30.0, 3), (671.0, 3)])
def test_a_tier_follows_from_the_size_where_nobody_said_it(billions: float | None, tier: int) -> None:
    assert tier_of(billions) == tier


async def test_closing_reaches_the_source_before_it_returns() -> None:
    """Not when the collector gets round to it: the connection is the last thing in the chain."""
    closed = False

    async def source() -> AsyncGenerator[Part, None]:
        nonlocal closed
        try:
            while True:
                yield Delta("x")
        finally:
            closed = True

    call = Call(Model("o:m", "h", Locality.ON_DEVICE), ())
    parts = source()  # held here, so that nothing but an explicit close ends it
    answer = follow(parts, call, SITE)
    await anext(answer)
    await answer.aclose()
    assert closed

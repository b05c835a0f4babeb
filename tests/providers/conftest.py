from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

import pytest

from hybridchat.conversation import Message, Role
from hybridchat.demo import Demo, Server
from hybridchat.facts import Locality, Model
from hybridchat.providers.base import Call, Delta, Done, Guard, Provider, open_guard
from hybridchat.providers.factory import KINDS, make_provider

KEY = "sk-live-4f9a8b7c6d5e4f3a2b1c"
NAMES = {"ollama": "llama3.2:3b", "openai": "gpt-5.4-mini", "anthropic": "claude-haiku-5-5"}


@dataclass
class Line:
    """A provider and the demo server at its other end."""

    kind: str
    server: Server
    made: list[Provider] = field(default_factory=list)

    def provider(
        self, *, guard: Guard = open_guard, key: str | None = KEY, locality: Locality = Locality.ON_DEVICE, base_url: str = ""
    ) -> Provider:
        made = make_provider(self.kind, self.kind, base_url or self.server.base_url, key, guard, locality)
        self.made.append(made)
        return made

    def call(self, text: str = "What is the capital of France?", **limits: object) -> Call:
        model = Model(f"{self.kind}:{NAMES[self.kind]}", self.server.url.removeprefix("http://"), Locality.ON_DEVICE)
        return Call(model, (Message(Role.SYSTEM, "Be brief."), Message(Role.USER, text)), **limits)  # type: ignore[arg-type]


@pytest.fixture
def demo() -> Iterator[Demo]:
    with Demo(chunks_per_second=0) as running:
        yield running
        assert [server.errors for server in running.servers] == [[], [], []]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def line(demo: Demo, kind: str) -> AsyncIterator[Line]:
    one = Line(kind, getattr(demo, kind))
    yield one
    for made in one.made:
        await made.close()


async def said(provider: Provider, call: Call) -> tuple[str, Done]:
    """The visible text and the terminal event, which must come last."""
    parts = [part async for part in provider.stream(call)]
    *deltas, done = parts
    assert isinstance(done, Done)
    assert all(isinstance(delta, Delta) for delta in deltas)
    return "".join(delta.text for delta in deltas if isinstance(delta, Delta)), done


async def until(true: Callable[[], bool], seconds: float = 5.0) -> float:
    """Waits for a condition; how long it took."""
    started = time.perf_counter()
    while not true():
        assert time.perf_counter() - started < seconds, "it did not come true"
        await asyncio.sleep(0.002)
    return time.perf_counter() - started

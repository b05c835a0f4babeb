"""What one chat call and the hooks of the shared HTTP client tell each other, around an SDK that has no place for it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from dataclasses import dataclass

import httpx

from hybridchat.providers.wire import word


@dataclass(slots=True)
class Heard:
    """In: seconds to connect. Out: the host that really answered, when the reply names one."""

    connect_timeout: float
    remote_host: str | None = None


_heard: ContextVar[Heard | None] = ContextVar("ollama_heard", default=None)


@contextlib.contextmanager
def heard_by_hooks(heard: Heard) -> Iterator[None]:
    """Requests made inside belong to `heard`."""
    token = _heard.set(heard)
    try:
        yield
    finally:
        _heard.reset(token)


async def on_request(request: httpx.Request) -> None:
    """The SDK takes no limits per call: they are put on the request. Reading has none, the watchdog sees to that."""
    if (heard := _heard.get()) is not None:
        # compressed, the answer could not be listened in on
        request.headers["accept-encoding"] = "identity"
        limit = heard.connect_timeout
        request.extensions["timeout"] = {"connect": limit, "pool": limit, "read": None, "write": None}


async def on_response(response: httpx.Response) -> None:
    """Listens in on the raw answer: the SDK drops `remote_host`, the only sign that a model did not answer from here."""
    if (heard := _heard.get()) is not None and isinstance(response.stream, httpx.AsyncByteStream):
        response.stream = _Listener(response.stream, heard)


class _Listener(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream, heard: Heard) -> None:
        self._stream, self._heard = stream, heard

    async def __aiter__(self) -> AsyncIterator[bytes]:
        line = b""
        async for data in self._stream:
            *complete, line = (line + data).split(b"\n")
            for one in complete:
                _note(one, self._heard)
            yield data
        _note(line, self._heard)

    async def aclose(self) -> None:
        await self._stream.aclose()


def _note(line: bytes, heard: Heard) -> None:
    if heard.remote_host is None and b'"remote_' in line:
        with contextlib.suppress(ValueError, AttributeError):
            told = json.loads(line)
            if told.get("remote_host") or told.get("remote_model"):
                heard.remote_host = word(told.get("remote_host")) or "ollama.com"

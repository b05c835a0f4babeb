"""A loopback server that answers with prepared bytes: for what no well-behaved server would ever send."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, object]:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """Bytes to send. `hold` keeps the connection open afterwards, without another byte."""

    data: bytes
    hold: bool = False


def http(
    body: bytes | object, status: int = 200, kind: str = "application/json", headers: Mapping[str, str] | None = None
) -> Reply:
    """A whole answer; anything but bytes becomes JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {len(data)}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return Reply("\r\n".join([*lines, "", ""]).encode() + data)


def stream(kind: str, *frames: bytes, hold: bool = False) -> Reply:
    """An answer that ends with the connection."""
    return Reply(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n".encode() + b"".join(frames), hold)


def sse(*events: object, hold: bool = False) -> Reply:
    """Server-sent events; an event's own `type`, where it has one, names it, as in Anthropic's streams."""
    frames = []
    for event in events:
        named = f"event: {event['type']}\n" if isinstance(event, dict) and isinstance(event.get("type"), str) else ""
        data = event if isinstance(event, str) else json.dumps(event)
        frames.append(f"{named}data: {data}\n\n".encode())
    return stream("text/event-stream", *frames, hold=hold)


def ndjson(*values: object) -> Reply:
    return stream("application/x-ndjson", *(json.dumps(value).encode() + b"\n" for value in values))


class FaultServer:
    """Answers by path, or with the next of `replies` (the last one again and again); an async context manager."""

    def __init__(self, *replies: Reply, paths: Mapping[str, Reply | Sequence[Reply]] | None = None) -> None:
        self.requests: list[Asked] = []
        self.connections = 0
        self.open = 0
        self._replies = list(replies)
        self._paths = {path: [r] if isinstance(r, Reply) else list(r) for path, r in (paths or {}).items()}
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self.open += 1
        try:
            await self._serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.open -= 1
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.requests.append(Asked(method, path, headers, body))
        left = self._paths.get(path.partition("?")[0], self._replies)
        reply = left.pop(0) if len(left) > 1 else left[0] if left else http({"error": "no reply prepared"}, 404)
        writer.write(reply.data)
        await writer.drain()
        if reply.hold:
            await reader.read()

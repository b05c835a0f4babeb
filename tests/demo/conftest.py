from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from hybridchat.demo import Demo, Server


@pytest.fixture
def demo() -> Iterator[Demo]:
    """Servers that answer as fast as they can, and whose own code must not have failed."""
    with Demo(chunks_per_second=0) as running:
        yield running
    assert [error for server in running.servers for error in server.errors] == []


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def lines(self) -> list[Any]:
        """The objects of an NDJSON body."""
        return [json.loads(line) for line in self.body.splitlines()]

    def events(self) -> list[Any]:
        """The objects of a stream of server-sent events; [DONE] as it is."""
        data = [line[6:] for line in self.body.splitlines() if line.startswith(b"data: ")]
        return [d.decode() if d == b"[DONE]" else json.loads(d) for d in data]


def ask(server: Server, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
    """One request on a connection of its own, over plain http.client."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers or {})
        reply = connection.getresponse()
        return Reply(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())
    finally:
        connection.close()


def until(holds: Callable[[], bool], within: float = 5.0) -> None:
    """Waits for a condition; fails when it does not come."""
    end = time.monotonic() + within
    while not holds():
        assert time.monotonic() < end, "the condition did not come"
        time.sleep(0.002)


CHATS = ("ollama", "openai", "anthropic")
PATHS = {"ollama": "/api/chat", "openai": "/v1/chat/completions", "anthropic": "/v1/messages"}


def chat_body(text: str, *, stream: bool = True, **more: Any) -> dict[str, Any]:
    """A body all three protocols accept."""
    return {"model": "any-model", "max_tokens": 4096, "messages": [{"role": "user", "content": text}], "stream": stream, **more}


def chat(demo: Demo, which: str, text: str, *, stream: bool = True, **more: Any) -> Reply:
    return ask(getattr(demo, which), "POST", PATHS[which], chat_body(text, stream=stream, **more))


def said(which: str, reply: Reply) -> str:
    """The text of a streamed reply."""
    if which == "ollama":
        return "".join(line["message"]["content"] for line in reply.lines() if "message" in line)
    events = [e for e in reply.events() if isinstance(e, dict)]
    if which == "openai":
        return "".join(c["delta"].get("content") or "" for e in events for c in e.get("choices", ()))
    return "".join(e["delta"]["text"] for e in events if e["type"] == "content_block_delta")

"""A loopback server around one protocol: records, fails on request, and can be taken off the network and put back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol
from urllib.parse import urlsplit

from hybridchat.demo.conditions import Conditions, Pace
from hybridchat.demo.faults import Armed, Fault, fault_from
from hybridchat.demo.journal import Journal, Recorded, masked
from hybridchat.demo.listener import HOST, Listener
from hybridchat.demo.play import Answer, Lines, Performance, play, play_lines
from hybridchat.demo.wire import Plain, Received, Wire, as_json

_LOGIN_PAGE = b"<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in to this network</h1></body></html>"


class Dialect(Protocol):
    """A protocol: turns requests into answers and failures into its own error bodies."""

    name: str

    def answer(self, request: Received, *, require_key: bool) -> Answer: ...
    def failure(self, status: int, kind: str, message: str) -> Plain: ...
    def overflow(self, kind: str) -> Plain: ...


class Server:
    """One loopback server on 127.0.0.1; `port` 0 picks a free one. `base` is appended to `url` to make `base_url`.

    `start` raises `OSError` when the port is taken. `errors` holds tracebacks of our own mistakes: empty, or there is a bug.
    """

    def __init__(self, dialect: Dialect, *, port: int = 0, base: str = "", pace: Pace | None = None) -> None:
        self.name = dialect.name
        self.require_key = False
        self.heard: Callable[[str, Recorded], None] | None = None
        """Called with the server's name and each request, before it is answered."""
        self.errors: list[str] = []
        self._dialect, self._wanted, self._base = dialect, port, base
        self._pace = pace or Pace(0.0, Conditions())
        self._journal, self._armed = Journal(), Armed()
        self._streams, self._lock = 0, threading.Lock()
        self._listener: Listener | None = None

    @property
    def port(self) -> int:
        return self._listener.server_port if self._listener else self._wanted

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def base_url(self) -> str:
        return self.url + self._base

    @property
    def requests(self) -> list[Recorded]:
        """Everything received but looks at `/__demo`, oldest first."""
        return self._journal.requests

    @property
    def connections(self) -> int:
        """TCP connections accepted, without those that only asked for `/__demo`."""
        return self._journal.connections

    @property
    def open_streams(self) -> int:
        """Answers being sent at this moment."""
        with self._lock:
            return self._streams

    def fail(self, fault: Fault | None) -> None:
        """Has the next requests fail this way; `None` makes the server well again."""
        self._armed.set(fault)

    def clear(self) -> None:
        """Forgets what was received."""
        self._journal.clear()

    def start(self) -> Server:
        if self._listener is None:
            self._listen(self._wanted, listen=True)
        return self

    def stop(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def pause(self) -> None:
        """Takes the server off the network: open connections break, new ones are refused, the port stays ours."""
        self._relisten(listen=False)

    def resume(self) -> None:
        """Puts it back, on the same port."""
        self._relisten(listen=True)

    def _relisten(self, *, listen: bool) -> None:
        if self._listener is not None and self._listener.listening != listen:
            port = self.port
            self._listener.close()
            self._listen(port, listen=listen)

    def _listen(self, port: int, *, listen: bool) -> None:
        self._listener = Listener(port, listen=listen, admit=self._admit, serve=self._serve, errors=self.errors)

    def _admit(self) -> bool:
        self._journal.connected()
        return self._armed.take(None) is None

    @contextmanager
    def _streaming(self) -> Iterator[None]:
        with self._lock:
            self._streams += 1
        try:
            yield
        finally:
            with self._lock:
                self._streams -= 1

    def _serve(self, request: Received, wire: Wire) -> None:
        path = urlsplit(request.path).path
        if path.startswith("/__demo/"):
            if request.first:
                self._journal.connected(-1)
            wire.whole(self._control(path, request))
            return
        recorded = Recorded(request.method, request.path, masked(request.headers), request.body, time.time())
        self._journal.add(recorded)
        if self.heard is not None:
            self.heard(self.name, recorded)
        fault = self._armed.take(path)
        if fault is not None and self._failed_early(fault, request, wire):
            return
        answer = self._dialect.answer(request, require_key=self.require_key)
        match answer:
            case Plain():
                wire.whole(answer)
            case Lines():
                with self._streaming():
                    play_lines(wire, answer, self._pace, fault)
            case Performance():
                with self._streaming():
                    play(wire, answer, self._pace, fault)

    def _failed_early(self, fault: Fault, request: Received, wire: Wire) -> bool:
        match fault.kind:
            case "status":
                plain = self._dialect.failure(fault.status, fault.error_type, fault.message)
                waiting = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
                wire.whole(Plain(plain.body, plain.status, plain.content_type, {**plain.headers, **waiting}))
            case "html":
                wire.whole(Plain(_LOGIN_PAGE, 200, "text/html; charset=utf-8"))
            case "redirect":
                bare = urlsplit(fault.url).path in {"", "/"}
                wire.whole(
                    Plain(b"", 307, "text/plain", {"Location": fault.url.rstrip("/") + request.path if bare else fault.url})
                )
            case "context_overflow":
                wire.whole(self._dialect.overflow(fault.error_type))
            case "garbage":
                wire.raw(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
            case _:
                return False
        return True

    def _control(self, path: str, request: Received) -> Plain:
        conditions = self._pace.conditions
        try:
            match request.method, path:
                case "GET", "/__demo/requests":
                    return as_json({"connections": self.connections, "requests": [r.to_json() for r in self.requests]})
                case "POST", "/__demo/fail":
                    wanted = request.body.strip() not in {b"", b"null"}
                    self.fail(fault_from(request.json()) if wanted else None)
                    return as_json({"ok": True})
                case "POST", "/__demo/conditions":
                    conditions.flip(request.json())
                    return as_json(conditions.values())
                case "GET", "/__demo/conditions":
                    return as_json(conditions.values())
        except (ValueError, TypeError) as e:
            return as_json({"error": str(e)}, 400)
        return as_json({"error": "try GET /__demo/requests, POST /__demo/fail, GET or POST /__demo/conditions"}, 404)

"""Answers on a socket: whole ones, chunked streams, and the ways to break them; notices a client that left."""

from __future__ import annotations

import json
import os
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler


class GoneError(Exception):
    """The client closed its end."""


@dataclass(frozen=True, slots=True)
class Received:
    """A request as the protocols see it; header names in lower case. `first`: the first one on its connection."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    first: bool = True

    def json(self) -> dict[str, object]:
        """The body as a JSON object; raises `ValueError` when it is none."""
        value = json.loads(self.body or b"{}")
        if not isinstance(value, dict):
            raise ValueError("the body is no JSON object")  # noqa: TRY004  # as for any other bad JSON
        return value


@dataclass(frozen=True, slots=True)
class Plain:
    """A whole HTTP answer."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def encode(value: object) -> bytes:
    """JSON as the real servers send it: UTF-8, no spaces; lone surrogates become question marks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def as_json(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Plain:
    return Plain(encode(value), status, "application/json", headers or {})


def set_reset(connection: socket.socket) -> None:
    """Makes the close that follows a reset instead of an end of file."""
    # two shorts on Windows, two ints elsewhere
    pattern = "hh" if os.name == "nt" else "ii"
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(pattern, 1, 0))


class Wire:
    """The answering side of one request. Every method raises `GoneError` once the client left."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._handler = handler
        self._socket: socket.socket = handler.connection
        self._begun = False

    def whole(self, plain: Plain, *, promised: int = 0) -> None:
        """Sends a whole answer; `promised` more bytes are announced than sent, for a body that breaks off."""
        self._head(
            plain.status, {"Content-Type": plain.content_type, "Content-Length": str(len(plain.body) + promised), **plain.headers}
        )
        if self._handler.command != "HEAD":
            self._write(plain.body)
        if promised:
            self.drop()

    def begin(self, content_type: str, headers: Mapping[str, str] | None = None) -> None:
        """Sends the headers of a stream, once."""
        if not self._begun:
            self._begun = True
            self._head(200, {"Content-Type": content_type, "Transfer-Encoding": "chunked", **(headers or {})})

    def send(self, frame: bytes) -> None:
        """Sends one chunk of a stream."""
        self.wait(0.0)
        self._write(b"%x\r\n%b\r\n" % (len(frame), frame))

    def end(self) -> None:
        """Ends the stream cleanly."""
        self._write(b"0\r\n\r\n")

    def raw(self, data: bytes) -> None:
        """Sends bytes that are no HTTP and closes."""
        self._write(data)
        self.drop()

    def drop(self, *, reset: bool = False) -> None:
        """Closes the connection after this request, whatever is unfinished."""
        if reset:
            set_reset(self._socket)
        self._handler.close_connection = True

    def wait(self, seconds: float) -> None:
        """Sleeps, and wakes with `GoneError` as soon as the client leaves.

        A sleeping server would notice only at its second write after that: the first one is what draws the reset.
        """
        until = time.monotonic() + seconds
        try:
            self._socket.settimeout(max(seconds, 0.0))
            seen = self._socket.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, TimeoutError):
            return
        except OSError as e:
            raise GoneError from e
        finally:
            self._unlimited()
        if not seen:
            raise GoneError
        # the next request of a pipelining client lies there already: its leaving cannot be seen
        time.sleep(max(0.0, until - time.monotonic()))

    def _unlimited(self) -> None:
        try:
            self._socket.settimeout(None)
        except OSError as e:
            raise GoneError from e

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        self._handler.send_response(status)
        for name, value in headers.items():
            self._handler.send_header(name, value)
        try:
            self._handler.end_headers()
        except OSError as e:
            raise GoneError from e

    def _write(self, data: bytes) -> None:
        try:
            self._handler.wfile.write(data)
        except OSError as e:
            raise GoneError from e

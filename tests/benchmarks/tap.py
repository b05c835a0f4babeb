"""A relay between a client and a server that remembers when bytes came by."""

from __future__ import annotations

import select
import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self


class Tap:
    """Listens on a loopback port and passes everything on to `port`; `last` is when the server last sent something.

    `openai`: the port of a server for connections that begin with a path below /v1, as an Ollama serves both on one port.
    """

    def __init__(self, port: int, openai: int | None = None) -> None:
        self._target, self._openai = port, openai or port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.last = 0.0
        """`time.perf_counter` of the server's newest bytes."""
        self.bytes = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.create_connection(("127.0.0.1", self._wanted(client))) as server:
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                for ready in select.select([client, server], [], [])[0]:
                    data = ready.recv(1 << 16)
                    if not data:
                        return
                    if ready is server:
                        self.last = time.perf_counter()
                        self.bytes += len(data)
                    (client if ready is server else server).sendall(data)

    def _wanted(self, client: socket.socket) -> int:
        """The port that a connection is for, by the path of its first request."""
        if self._openai == self._target:
            return self._target
        _, _, path = client.recv(64, socket.MSG_PEEK).partition(b" ")
        return self._openai if path.startswith(b"/v1") else self._target

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._listener.close()

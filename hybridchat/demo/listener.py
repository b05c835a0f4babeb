"""The socket side of a server: accepts on loopback, one daemon thread per connection, can be closed at any moment."""

from __future__ import annotations

import selectors
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

from hybridchat.demo.wire import GoneError, Received, Wire, set_reset

HOST = "127.0.0.1"

Serve = Callable[[Received, Wire], None]


class Listener(ThreadingHTTPServer):
    """Raises `OSError` when the port is taken. With `listen` false it only holds the port: connections are refused.

    `admit` is asked at every accepted connection; a refused one is reset. Tracebacks of our own mistakes go to `errors`.
    """

    daemon_threads = True
    # on Windows the option would let two programs share the port
    allow_reuse_address = sys.platform != "win32"
    request_queue_size = 64

    def __init__(self, port: int, *, listen: bool, admit: Callable[[], bool], serve: Serve, errors: list[str]) -> None:
        self.listening, self.serve, self._admit, self._errors = listen, serve, admit, errors
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__((HOST, port), _Handler, bind_and_activate=False)
        try:
            self.server_bind()
            if listen:
                self.server_activate()
        except OSError:
            self.server_close()
            raise
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._accept, name=f"demo-{self.server_port}", daemon=True)
        self._thread.start()

    def server_bind(self) -> None:
        # HTTPServer's own asks the name service for the host's name, which can take seconds
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, int(self.server_address[1])

    def close(self) -> None:
        """Stops listening and breaks every open connection."""
        self._wake.send(b"x")
        self._thread.join()
        self.server_close()
        self._wake.close()
        self._woken.close()
        with self._lock:
            for connection in self._open:
                _shut(connection)

    def _accept(self) -> None:
        # serve_forever looks up only twice a second whether it should end
        with selectors.DefaultSelector() as ready:
            ready.register(self._woken, selectors.EVENT_READ)
            if self.listening:
                ready.register(self.socket, selectors.EVENT_READ)
            while all(key.fileobj is not self._woken for key, _ in ready.select()):
                self.handle_request()

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002  # the base class's signature
        if not self._admit():
            set_reset(request)
            return False
        with self._lock:
            self._open.add(request)
        return True

    def shutdown_request(self, request: Any) -> None:
        # without the base class's half-close, which would turn a reset into an end of file
        with self._lock:
            self._open.discard(request)
            self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  # the base class's signature
        if not isinstance(sys.exception(), OSError):
            self._errors.append(traceback.format_exc())


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the client was faster


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "hybridchat-demo"
    sys_version = ""
    disable_nagle_algorithm = True
    _fresh = True

    def exchange(self) -> None:
        """Reads one request's body and has it answered."""
        if not isinstance(self.server, Listener):
            raise TypeError("this handler belongs to a Listener")
        try:
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Received(self.command, self.path, headers, self._body(headers), self._fresh)
            self.server.serve(request, Wire(self))
            self._fresh = False
        except GoneError:
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_DELETE = exchange  # noqa: N815  # http.server looks the methods up by these names

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return self._exactly(int(headers.get("content-length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
            parts.append(self._exactly(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _exactly(self, size: int) -> bytes:
        data = self.rfile.read(size)
        if len(data) < size:
            raise GoneError
        return data

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's signature
        """Nothing: the journal has it, and stderr belongs to the terminal program."""

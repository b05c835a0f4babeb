"""What a server received, byte for byte, with keys masked."""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "x-api-key", "api-key", "cookie"})
_LIMIT = 1000
_LIMIT_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request. Header names are lower case and the values of key headers masked; `at` is epoch seconds."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    def to_json(self) -> dict[str, object]:
        """`body` as text where it is UTF-8, else as `body_base64`."""
        shown: dict[str, object] = {"method": self.method, "path": self.path, "headers": dict(self.headers), "at": self.at}
        try:
            shown["body"] = self.body.decode()
        except UnicodeDecodeError:
            shown["body_base64"] = base64.b64encode(self.body).decode()
        return shown


def masked(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers fit to be shown: an authorisation keeps its scheme, every key becomes `***`."""
    shown = {}
    for name, value in headers.items():
        low = name.lower()
        scheme, space, _ = value.partition(" ")
        shown[low] = value if low not in _SECRET_HEADERS else f"{scheme} ***" if space else "***"
    return shown


class Journal:
    """The last 1,000 requests (64 MiB at most) and the count of accepted connections; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: deque[Recorded] = deque()
        self._bytes = 0
        self._connections = 0

    @property
    def requests(self) -> list[Recorded]:
        with self._lock:
            return list(self._requests)

    @property
    def connections(self) -> int:
        with self._lock:
            return self._connections

    def connected(self, step: int = 1) -> None:
        """Counts an accepted connection; -1 takes back one that turned out to be a look at the journal itself."""
        with self._lock:
            self._connections += step

    def add(self, request: Recorded) -> None:
        with self._lock:
            self._requests.append(request)
            self._bytes += len(request.body)
            while len(self._requests) > _LIMIT or (self._bytes > _LIMIT_BYTES and len(self._requests) > 1):
                self._bytes -= len(self._requests.popleft().body)

    def clear(self) -> None:
        with self._lock:
            self._requests.clear()
            self._bytes = self._connections = 0

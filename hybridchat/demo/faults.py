"""Ways in which a server can be told to fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from threading import Lock
from typing import Any

BEFORE = frozenset({"status", "html", "redirect", "context_overflow", "garbage"})
"""Kinds answered instead of the request, before any streaming."""
WITHIN = frozenset({"cut", "truncate", "malformed", "stall", "error_event", "slow_first_token", "empty", "refusal"})
"""Kinds that only a chat call can have, or another stream that is named by its path."""
KINDS = BEFORE | WITHIN | {"refuse"}

CHAT_PATHS = frozenset({"/api/chat", "/api/generate", "/v1/chat/completions", "/chat/completions", "/v1/messages"})
STREAMS = CHAT_PATHS | {"/api/pull"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail. Raises `ValueError` for an unknown `kind`.

    | kind | what the client sees |
    |---|---|
    | status | HTTP `status` with the protocol's own error body; `error_type`, `message`, `retry_after` where given |
    | refuse | the connection is reset as soon as it is accepted (`times` counts connections, `path` means nothing) |
    | cut | the connection breaks `after` chunks: an end of file, or a reset with `reset` |
    | truncate | the stream ends cleanly `after` chunks, without its terminal event |
    | malformed | a line that is not JSON `after` chunks, then the connection closes |
    | stall | nothing for `seconds` `after` chunks, then the rest; comments every `keepalive` seconds where there are any |
    | error_event | the protocol's error inside the 200 stream `after` chunks |
    | slow_first_token | nothing for `seconds` before the first chunk |
    | empty | an answer without text |
    | refusal | OpenAI content_filter, Anthropic stop_reason refusal; Ollama has no such thing and ends an empty answer |
    | html | 200 with a login page, as a captive portal gives |
    | redirect | 307 to `url` (with the request's path appended when `url` has none) |
    | context_overflow | the protocol's 400; `error_type="exceed_context_size_error"` gives the shape of llama.cpp |
    | garbage | bytes that are no HTTP at all |
    """

    kind: str
    status: int = 500
    error_type: str = ""
    message: str = ""
    retry_after: float | None = None
    """Seconds, sent as the Retry-After header."""
    after: int = 3
    """Content chunks sent before the failure; the whole answer when it has fewer."""
    seconds: float = 30.0
    keepalive: float = 0.0
    url: str = ""
    reset: bool = False
    path: str = ""
    """"" means chat calls, "*" every request, anything else that exact path."""
    times: int | None = None
    """How many requests it strikes; `None`: all until it is taken away."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; one of {', '.join(sorted(KINDS))}")

    def strikes(self, path: str) -> bool:
        """Whether a request to `path` is meant."""
        if self.kind == "refuse" or (self.kind in WITHIN and path not in STREAMS):
            return False
        return self.path == "*" or (path in CHAT_PATHS if not self.path else path == self.path)


def fault_from(values: Mapping[str, Any]) -> Fault:
    """A fault from JSON; raises `ValueError` naming the field it does not know or whose value is of the wrong type."""
    known = {f.name: f.default for f in fields(Fault)}
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"unknown field {name!r}; one of {', '.join(sorted(known))}")
        if not _like(value, "" if name == "kind" else known[name]):
            raise ValueError(f"{name!r} cannot be {value!r}")
    if "kind" not in values:
        raise ValueError(f"'kind' is missing; one of {', '.join(sorted(KINDS))}")
    return Fault(**values)


def _like(value: object, default: object) -> bool:
    """Whether a JSON value has the type of a field's default; `None` as default stands for a number or none."""
    if isinstance(value, bool) or isinstance(default, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if default is None:
        return value is None or isinstance(value, (int, float))
    return isinstance(value, (int, float) if isinstance(default, float) else type(default))


class Armed:
    """The fault of one server and how often it still strikes; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._fault: Fault | None = None
        self._left: int | None = None

    def set(self, fault: Fault | None) -> None:
        with self._lock:
            self._fault, self._left = fault, fault.times if fault else None

    def take(self, path: str | None) -> Fault | None:
        """The fault for a request to `path`, or for a fresh connection with `None`."""
        with self._lock:
            fault = self._fault
            if fault is None or self._left == 0:
                return None
            if not (fault.kind == "refuse" if path is None else fault.strikes(path)):
                return None
            if self._left is not None:
                self._left -= 1
            return fault

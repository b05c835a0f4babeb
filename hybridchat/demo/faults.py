"""Ways in which a server can be told to fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from threading import Lock

BEFORE = frozenset({"status", "html", "redirect", "context_overflow", "garbage"})
"""Kinds answered instead of the request, before any streaming."""
WITHIN = frozenset({"cut", "truncate", "malformed", "stall", "error_event", "slow_first_token", "empty", "refusal"})
"""Kinds that only a chat call can have."""
KINDS = BEFORE | WITHIN | {"refuse"}

CHAT_PATHS = frozenset({"/api/chat", "/api/generate", "/v1/chat/completions", "/chat/completions", "/v1/messages"})


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
        if self.kind == "refuse" or (self.kind in WITHIN and path not in CHAT_PATHS):
            return False
        return self.path == "*" or (path in CHAT_PATHS if not self.path else path == self.path)


def fault_from(values: Mapping[str, object]) -> Fault:
    """A fault from JSON; raises `ValueError` or `TypeError` for what it does not know."""
    known = {f.name for f in fields(Fault)}
    if unknown := set(values) - known:
        raise ValueError(f"unknown field {min(unknown)!r}; one of {', '.join(sorted(known))}")
    return Fault(**values)  # type: ignore[arg-type]  # the border: a wrong value shows as a wrong answer of a test server


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

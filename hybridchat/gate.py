"""The one gate that every request of every SDK client passes just before it leaves.

Conversation content for a host that is not on this device passes only inside a `Departure`, and only after its ledger row is on
disk. Contentless contacts (a model list) go to allowed hosts only, and are ledgered too. Requests for models on this device pass.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from contextvars import ContextVar

from hybridchat.providers.base import Blocked
from hybridchat.value import value


@value
class Departure:
    """One attempt's permission to send: where to, what must not be in it, and how to write it into the ledger."""

    host: str
    """Host of the endpoint the body goes to: an Ollama cloud model is reached through this machine's own server."""
    leaks: Callable[[bytes], Awaitable[list[str]]] | None
    """Kinds of hidden values that a body holds readable; `None` for a host that is trusted with the real text."""
    record: Callable[[bytes], Awaitable[None]]
    """Awaited with the body; returns once the ledger row is committed."""


departure: ContextVar[Departure | None] = ContextVar("departure", default=None)


class Gate:
    """Decides for each request whether it may leave. `guard` is injected into every SDK's HTTP client."""

    def __init__(self, *, on_device: frozenset[str], contact: Callable[[str], None]) -> None:
        self._on_device, self._contact = on_device, contact
        self.allowed: set[str] = set()
        """Hosts that may be contacted without content: by configuration, or since the user picked or allowed them."""
        self.local_only = False

    async def guard(self, host: str, method: str, body: bytes) -> None:
        """Raises `Blocked` for what must not leave; returns when the request may go out."""
        leaving = departure.get()
        if leaving is None and host in self._on_device:
            return
        self._check_held(host)
        if leaving is None:
            self._check_contact(host, method, body)
            self._contact(host)
            return
        if leaving.host != host:
            raise Blocked(f"A message for {leaving.host} was about to go to {host}; it was stopped.", host=host)
        if leaving.leaks is not None and (kinds := await leaving.leaks(body)):
            found = ", ".join(sorted(set(kinds)))
            raise Blocked(f"A hidden value ({found}) was still readable in the message to {host}; it was not sent.", host=host)
        await leaving.record(body)
        # once more: writing the ledger took a moment, and LOCAL ONLY is a promise
        self._check_held(host)

    def _check_held(self, host: str) -> None:
        if self.local_only:
            raise Blocked(f"LOCAL ONLY is on: nothing goes to {host}. /auto lifts it.", host=host)

    def _check_contact(self, host: str, method: str, body: bytes) -> None:
        if not (_names_a_model(body) if body else method in {"GET", "HEAD"}):
            raise Blocked(f"A request with content for {host} did not come through the handover; it was stopped.", host=host)
        if host not in self.allowed:
            raise Blocked(f"{host} was not allowed yet, so it was not contacted.", host=host)


_FLAGS = {"stream", "insecure", "keep_alive"}
"""What Ollama's clients send beside the name of a model that is pulled, deleted or unloaded: no words."""


def _names_a_model(body: bytes) -> bool:
    """Whether the body names a model and says nothing else, as Ollama's /api/show, /api/pull and /api/delete want it."""
    try:
        told = json.loads(body)
    except ValueError:
        return False
    if not isinstance(told, dict) or not isinstance(told.get("model"), str):
        return False
    return set(told) <= {"model", *_FLAGS} and all(isinstance(told.get(flag, 0), int | float) for flag in _FLAGS)

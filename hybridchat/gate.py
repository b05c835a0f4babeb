"""The one gate that every request of every SDK client passes just before it leaves.

Conversation content for a host that is not on this device passes only inside a `Departure`, and only after its ledger row is on
disk. Contentless contacts (a model list) go to allowed hosts only, and are ledgered too. Requests for models on this device pass.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from hybridchat.conversation import Package
from hybridchat.providers.base import Blocked


class Originals(Protocol):
    """What knows the values that must not leave: the session's placeholder table."""

    def leaks(self, body: bytes) -> list[str]:
        """Kinds of original values found in a request body."""
        ...


@dataclass(frozen=True, slots=True)
class Departure:
    """One attempt's permission to send: what may go, where, and how to write it into the ledger."""

    package: Package
    wire_host: str
    """Host of the endpoint the body goes to: an Ollama cloud model is reached through this machine's own server."""
    originals: Originals
    record: Callable[[bytes], Awaitable[None]]
    """Awaited with the body; returns once the ledger row is committed."""


departure: ContextVar[Departure | None] = ContextVar("departure", default=None)


class Gate:
    """Decides for each request whether it may leave. `guard` is injected into every SDK's HTTP client."""

    def __init__(self, *, on_device: frozenset[str], trusted: frozenset[str], contact: Callable[[str], None]) -> None:
        self._on_device, self._trusted = on_device, trusted
        self._contact = contact
        self.allowed: set[str] = set()
        """Hosts that may be contacted without content: by configuration, or since the user picked or allowed them."""
        self.local_only = False

    async def guard(self, host: str, method: str, body: bytes) -> None:
        """Raises `Blocked` for what must not leave; returns when the request may go out."""
        leaving = departure.get()
        if leaving is None and host in self._on_device:
            return
        if self.local_only:
            raise Blocked(f"LOCAL ONLY is on: nothing goes to {host}. Press F5 (or /auto) to lift it.", host=host)
        if leaving is None:
            self._check_contact(host, method, body)
            return
        if leaving.wire_host != host:
            raise Blocked(f"A message for {leaving.wire_host} was about to go to {host}; it was stopped.", host=host)
        if leaving.package.host not in self._trusted and (kinds := leaving.originals.leaks(body)):
            found = ", ".join(sorted(set(kinds)))
            raise Blocked(f"A hidden value ({found}) was still readable in the message to {host}; it was not sent.", host=host)
        await leaving.record(body)

    def _check_contact(self, host: str, method: str, body: bytes) -> None:
        if body or method not in {"GET", "HEAD"}:
            raise Blocked(f"A request with content for {host} did not come through the handover; it was stopped.", host=host)
        if host not in self._trusted and host not in self.allowed:
            raise Blocked(f"{host} was not allowed yet, so it was not contacted.", host=host)
        self._contact(host)

"""What the providers with a key have in common: one endpoint, one client built when it is needed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable
from typing import Generic, Protocol, TypeVar

from hybridchat.facts import Locality, Model, Usage
from hybridchat.providers.base import Call, Delta, Guard, Listing
from hybridchat.providers.errors import Site, cut, refused
from hybridchat.providers.wire import Lazy, Part, Stopwatch, follow, hang_up, host_of, tell


class Closable(Protocol):
    def close(self) -> Awaitable[None]: ...


Client = TypeVar("Client", bound=Closable)


class Keyed(ABC, Generic[Client]):
    """An endpoint of `protocol`; subclasses build its SDK client and speak its language."""

    def __init__(
        self, protocol: str, endpoint: str, base_url: str, api_key: str | None, *, guard: Guard, locality: Locality, key_name: str
    ) -> None:
        self.endpoint = endpoint
        self.host = host_of(base_url)
        self._base_url, self._guard, self._locality = base_url, guard, locality
        self._api_key = (api_key or "").strip()
        self._site = Site(endpoint, self.host, protocol, locality is Locality.ON_DEVICE, key_name, self._api_key)
        self._client: Lazy[Client] = Lazy(self._build)

    def stream(self, call: Call) -> AsyncGenerator[Part, None]:
        return follow(self._parts(call), call, self._site)

    async def models(self, only: str = "") -> Listing:  # noqa: ARG002 - one question lists them all
        return await tell(self._listing(), self._site)

    async def preload(self, model: Model, num_ctx: int | None = None, *, keep_alive: str | None = None) -> None:
        """Nothing: these protocols have no such thing."""

    async def close(self) -> None:
        if (client := self._client.built) is not None:
            await hang_up(client.close)

    @abstractmethod
    def _build(self) -> Client:
        """Builds the SDK's client; runs in a thread."""

    @abstractmethod
    def _parts(self, call: Call) -> AsyncGenerator[Part, None]: ...

    @abstractmethod
    async def _listing(self) -> Listing: ...


class Answer:
    """What the stream of an answer has told so far, kept for its end; subclasses hear its pieces."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._clock = Stopwatch()
        self._usage = Usage()
        self._model = ""
        self._said = False
        self.reason = ""
        """Why it ended; empty while it goes on."""

    def _delta(self, *, text: str = "", thinking: str = "") -> Delta | None:
        if not text and not thinking:
            return None
        self._said = self._said or bool(text)
        self._clock.token()
        return Delta(text, thinking)

    def _check(self) -> None:
        """Raises `Cut` for an answer that broke off, `Refused` for one that was declined before it said anything."""
        if not self.reason:
            raise cut(self._site)
        if self.reason == "refused" and not self._said:
            raise refused(self._site)

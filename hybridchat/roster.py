"""Which servers there are, what they say they have, and the clients that ask them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from difflib import get_close_matches

from hybridchat.config.endpoints import Endpoint
from hybridchat.facts import Live, Locality, Model
from hybridchat.providers.base import Listing, Provider, ProviderError, Running

RETRY_S = 0.5
"""Seconds a question waits for a server that was missing before."""


class Roster:
    """Endpoints and their models. Event loop only.

    `make` builds an endpoint's client; it may block for seconds and raises `ProviderError` without its key. `catalogue` are the
    models known without asking anybody; `overlay` puts what the configuration says onto models that a server listed.
    """

    def __init__(
        self,
        endpoints: tuple[Endpoint, ...],
        make: Callable[[Endpoint], Provider],
        catalogue: tuple[Model, ...],
        overlay: Callable[[Iterable[Model]], tuple[Model, ...]],
    ) -> None:
        self.endpoints = endpoints
        self._make, self._catalogue, self._overlay = make, catalogue, overlay
        self._endpoints = {e.name: e for e in endpoints}
        self._providers: dict[str, asyncio.Task[Provider]] = {}
        self._listed: dict[str, Listing] = {}
        self._remote: dict[str, str] = {}
        self._relisting: dict[str, asyncio.Task[None]] = {}
        self.problems: dict[str, ProviderError] = {}
        """Endpoint name -> why it could not be asked."""
        self.on_found: Callable[[], None] = lambda: None
        """Called when a server that was missing is there."""
        self.on_listed: Callable[[], None] = lambda: None
        """Called when a server said what it has."""

    @property
    def models(self) -> tuple[Model, ...]:
        """Every known model that can chat, listed ones first."""
        listed = self._told()
        known = {m.id for m in listed}
        return tuple(m for m in (*listed, *(m for m in self._catalogue if m.id not in known)) if not _embeds(m))

    @property
    def embedders(self) -> tuple[Model, ...]:
        """What the servers have that makes vectors and no answers: nothing is ever asked of them."""
        return tuple(m for m in self._told() if _embeds(m))

    def chats(self, model: Model) -> bool:
        """Whether it can be asked anything."""
        return not _embeds(model)

    def _told(self) -> list[Model]:
        told = [m for listing in self._listed.values() for m in listing.models if m.id.isprintable()]
        # a name that could steer a terminal is shown nowhere, so nobody is asked by it
        return [self._verified(m) for m in self._overlay(told)]

    def find(self, name: str) -> Model:
        """The model with that id, or the only one whose name (or name without its tag) is `name`.

        Raises:
            LookupError: none or several fit; the sentence says which are near.
        """
        models = self.models
        if (found := _called(name, models)) is not None:
            return found
        if _called(name, self.embedders) is not None:
            raise LookupError(f"{name} makes embeddings only: it cannot answer")
        near = get_close_matches(name, [m.id for m in models] + [m.name for m in models], 3, 0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(m.id for m in models) or 'none'}"
        raise LookupError(f"there is no model {name}; {hint}")

    def kept(self, name: str) -> Model:
        """The same, with those that cannot chat among them. Raises like `find`."""
        return _called(name, (*self.models, *self.embedders)) or self.find(name)

    def kind(self, model: Model) -> str:
        """The protocol its endpoint speaks: ollama | openai | anthropic."""
        return self._endpoints[model.endpoint].kind

    async def provider(self, endpoint: str) -> Provider:
        """The client of an endpoint, built off the event loop when first needed. Raises `ProviderError`."""
        task = self._providers.get(endpoint)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = asyncio.create_task(asyncio.to_thread(self._make, self._endpoints[endpoint]))
            self._providers[endpoint] = task
        return await asyncio.shield(task)

    def wire_host(self, model: Model) -> str:
        """Host of the endpoint a model is reached through; for an Ollama cloud model that is not where it runs."""
        return self._endpoints[model.endpoint].host

    def keep_alive(self, model: Model) -> str | None:
        return self._endpoints[model.endpoint].keep_alive

    def found_remote(self, model_id: str, host: str) -> None:
        """A model thought local was answered on `host`: it is remote from now on."""
        self._remote[model_id] = host

    def _verified(self, model: Model) -> Model:
        host = self._remote.get(model.id)
        return model if host is None else replace(model, locality=Locality.REMOTE, host=host)

    async def refresh(self, *, local_only: bool, only: str = "") -> None:
        """Asks on-device endpoints, and unless `local_only` hosts the configuration allows, what they have. Never raises.

        `only` names the one model that will be asked: the others need not be described.
        """
        askable = [e for e in self.endpoints if e.locality is Locality.ON_DEVICE or (e.allowed and not local_only)]
        await asyncio.gather(*(self._list(e, only) for e in askable))

    async def retry_missing(self) -> None:
        """Asks on-device servers that did not answer once more, briefly: the user may have started one since."""
        missing = [e for e in self.endpoints if e.locality is Locality.ON_DEVICE and e.name in self.problems]
        if missing:
            with suppress(TimeoutError):
                async with asyncio.timeout(RETRY_S):
                    await asyncio.gather(*(self._list(e) for e in missing))
            if any(e.name not in self.problems for e in missing):
                self.on_found()

    def relist(self, model: Model) -> None:
        """Asks in the background what a model's server holds in memory now: it loads and drops models as it is asked."""
        task = self._relisting.get(model.endpoint)
        if task is None or task.done():
            self._relisting[model.endpoint] = asyncio.create_task(self._list(self._endpoints[model.endpoint]))

    async def _list(self, endpoint: Endpoint, only: str = "") -> None:
        try:
            listing = await (await self.provider(endpoint.name)).models(only)
        except ProviderError as error:
            self.problems[endpoint.name] = error
            self._listed.pop(endpoint.name, None)
        else:
            self.problems.pop(endpoint.name, None)
            self._listed[endpoint.name] = listing
            self.on_listed()

    def served(self) -> dict[str, Live]:
        """What the servers say of each model right now, by model id."""
        return {i: live for listing in self._listed.values() for i, live in listing.live}

    def running(self) -> dict[str, Running]:
        """What the servers said of the models in memory, by model id."""
        return {i: running for listing in self._listed.values() for i, running in listing.running}

    async def listed(self, endpoint: str) -> None:
        """Asks one endpoint what it has now. Never raises."""
        await self._list(self._endpoints[endpoint])

    async def close(self) -> None:
        """Ends what is still being asked, and the clients."""
        relisting = [task for task in self._relisting.values() if not task.done()]
        for task in relisting:
            task.cancel()
        await asyncio.gather(*relisting, return_exceptions=True)
        made = [t.result() for t in self._providers.values() if t.done() and not t.cancelled() and t.exception() is None]
        await asyncio.gather(*(p.close() for p in made), return_exceptions=True)


def _embeds(model: Model) -> bool:
    return "embedding" in model.capabilities and "completion" not in model.capabilities


def _called(name: str, models: Sequence[Model]) -> Model | None:
    """Of that id, else of that name, else of that name without its tag. Raises `LookupError` where several fit."""
    for matches in (
        [m for m in models if m.id == name],
        [m for m in models if m.name == name],
        [m for m in models if m.name.partition(":")[0] == name or m.id.rpartition(":")[0] == name],
    ):
        if len(matches) > 1:
            raise LookupError(f"{name} fits several models: {', '.join(m.id for m in matches)}")
        if matches:
            return matches[0]
    return None

"""What there is to ask right now: endpoints, their models, the gauges beside them, and what past answers taught."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

import msgspec

from hybridchat.agents.base import BaseAgent, ask
from hybridchat.agents.budget import BudgetAgent, budget
from hybridchat.config.endpoints import Endpoint
from hybridchat.facts import Check, Device, Live, Locality, Model, Outcome, Result, Snapshot
from hybridchat.gate import Gate
from hybridchat.health import Health
from hybridchat.providers.base import Listing, Provider, ProviderError
from hybridchat.sessions.spend import Spent
from hybridchat.sessions.store import Store

RETRY_S = 0.5
"""Seconds a question waits for a server that was missing before."""

if TYPE_CHECKING:  # the samplers cost 10 ms; one-shot commands start none
    from hybridchat.agents.connectivity import ConnectivityAgent
    from hybridchat.agents.resources import ResourceMonitor


@dataclass(slots=True)
class Sources:
    """What a `World` is built from."""

    endpoints: tuple[Endpoint, ...]
    make: Callable[[Endpoint], Provider]
    """Builds an endpoint's client; may block for seconds (a password manager) and raises `ProviderError` without its key."""
    catalogue: tuple[Model, ...]
    """Models known without asking anybody."""
    overlay: Callable[[Iterable[Model]], tuple[Model, ...]]
    """Puts tiers, windows and prices of the configuration onto models a server listed, and leaves hidden ones out."""
    daily_limit: float | None = None
    simulated: Callable[[], Device] | None = None
    """Demo only: a labelled simulated reading in place of this machine's."""


class World:
    """Event loop only, except `snapshot()`'s gauges, which samplers fill from their own threads."""

    def __init__(
        self,
        sources: Sources,
        *,
        gate: Gate,
        store: Store,
        health: Health,
        resources: ResourceMonitor | None,
        connectivity: ConnectivityAgent | None,
        clock: Callable[[], float],
    ) -> None:
        self._sources, self._gate, self._store, self._clock = sources, gate, store, clock
        self._endpoints = {e.name: e for e in sources.endpoints}
        self.health, self.resources, self.connectivity = health, resources, connectivity
        self._providers: dict[str, asyncio.Task[Provider]] = {}
        self._listed: dict[str, Listing] = {}
        self._remote: dict[str, str] = {}
        self.problems: dict[str, ProviderError] = {}
        """Endpoint name -> why it could not be asked."""
        self.active: frozenset[str] | None = None
        """Model ids the router may choose among; `None`: all."""
        self.spent = Spent()
        """Money of the day, as last read from the store."""
        self.on_found: Callable[[], None] = lambda: None
        """Called when a server that was missing is there."""
        self.on_outcome: Callable[[Outcome], None] = lambda _: None
        """Called with what became of each attempt."""
        self.daily_limit = sources.daily_limit
        """US dollars; `None`: no budget is set."""
        self._relisting: dict[str, asyncio.Task[None]] = {}
        self.stored_gauges: Snapshot | None = None
        """A running chat's gauges, for one-shot commands that have no samplers of their own."""

    # -- models -----------------------------------------------------------------------------------

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        return self._sources.endpoints

    @property
    def models(self) -> tuple[Model, ...]:
        """Every known model that can chat, listed ones first."""
        listed = [self._verified(m) for listing in self._listed.values() for m in self._sources.overlay(listing.models)]
        known = {m.id for m in listed}
        every = listed + [m for m in self._sources.catalogue if m.id not in known]
        return tuple(m for m in every if "embedding" not in m.capabilities or "completion" in m.capabilities)

    def find(self, name: str) -> Model:
        """The model with that id, or the only one whose name (or name without its tag) is `name`.

        Raises:
            LookupError: none or several fit; the sentence says which are near.
        """
        models = self.models
        for matches in (
            [m for m in models if m.id == name],
            [m for m in models if m.name == name],
            [m for m in models if m.name.partition(":")[0] == name or m.id.rpartition(":")[0] == name],
        ):
            if len(matches) == 1:
                return matches[0]
            if matches:
                raise LookupError(f"{name} fits several models: {', '.join(m.id for m in matches)}")
        near = get_close_matches(name, [m.id for m in models] + [m.name for m in models], 3, 0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are: {', '.join(m.id for m in models) or 'none'}"
        raise LookupError(f"there is no model {name}; {hint}")

    def kind(self, model: Model) -> str:
        """The protocol its endpoint speaks: ollama | openai | anthropic."""
        return self._endpoints[model.endpoint].kind

    async def provider(self, endpoint: str) -> Provider:
        """The client of an endpoint, built off the event loop when first needed. Raises `ProviderError`."""
        task = self._providers.get(endpoint)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = asyncio.create_task(asyncio.to_thread(self._sources.make, self._endpoints[endpoint]))
            self._providers[endpoint] = task
        return await asyncio.shield(task)

    def wire_host(self, model: Model) -> str:
        """Host of the endpoint a model is reached through; for an Ollama cloud model that is not where it runs."""
        return self._endpoints[model.endpoint].host

    def keep_alive(self, model: Model) -> str | None:
        return self._endpoints[model.endpoint].keep_alive

    def live(self, model_id: str) -> Live:
        return self._live([model_id]).get(model_id, Live())

    def found_remote(self, model_id: str, host: str) -> None:
        """A model thought local was answered on `host`: it is remote from now on."""
        self._remote[model_id] = host

    def allow(self, model_id: str) -> None:
        """Picking a model allows contacting its host, and lets the router choose it."""
        model = self.find(model_id)
        if self.active is not None:
            self.active |= {model.id}
        self.allow_host(model.host)

    def allow_host(self, host: str) -> None:
        """The user allowed contacting `host`: probes may begin."""
        self._gate.allowed.add(host)
        if self.connectivity is not None:
            ways = [e.base_url.startswith("https") for e in self.endpoints if e.host == host]
            self.connectivity.allow(host, tls=any(ways) if ways else None)

    def _verified(self, model: Model) -> Model:
        host = self._remote.get(model.id)
        return model if host is None else replace(model, locality=Locality.REMOTE, host=host)

    async def refresh(self) -> None:
        """Asks every on-device endpoint, and every host the configuration allows, what it has. Never raises."""
        askable = [e for e in self.endpoints if e.locality is Locality.ON_DEVICE or (e.allowed and not self._gate.local_only)]
        await asyncio.gather(*(self._list(e) for e in askable))

    async def retry_missing(self) -> None:
        """Asks on-device servers that did not answer once more, briefly: the user may have started one since."""
        missing = [e for e in self.endpoints if e.locality is Locality.ON_DEVICE and e.name in self.problems]
        if missing:
            with suppress(TimeoutError):
                async with asyncio.timeout(RETRY_S):
                    await asyncio.gather(*(self._list(e) for e in missing))
            if any(e.name not in self.problems for e in missing):
                self.on_found()

    def _relist(self, endpoint: Endpoint) -> None:
        """Asks in the background what the server holds in memory now: it loads and drops models as it is asked."""
        task = self._relisting.get(endpoint.name)
        if task is None or task.done():
            self._relisting[endpoint.name] = asyncio.create_task(self._list(endpoint))

    async def _list(self, endpoint: Endpoint) -> None:
        try:
            listing = await (await self.provider(endpoint.name)).models()
        except ProviderError as error:
            self.problems[endpoint.name] = error
            self._listed.pop(endpoint.name, None)
        else:
            self.problems.pop(endpoint.name, None)
            self._listed[endpoint.name] = listing
            self._credit()

    def _credit(self) -> None:
        """What our resident models hold of this machine's memory is no reason to leave it."""
        if self.resources is not None:
            sizes = {m.id: m.size_bytes or 0 for m in self.models if m.on_device}
            self.resources.credit(memory=sum(sizes.get(i, 0) for i, live in self._served().items() if live.resident))

    def _served(self) -> dict[str, Live]:
        return {i: live for listing in self._listed.values() for i, live in listing.live}

    # -- gauges -----------------------------------------------------------------------------------

    def snapshot(self, also: Collection[str] = ()) -> Snapshot:
        """Every gauge at this moment, with the active models and those of the ids in `also`; no I/O."""
        stored = self.stored_gauges or Snapshot()
        models = self.models
        if self.active is not None:
            models = tuple(m for m in models if m.id in self.active or m.id in also)
        return Snapshot(
            at=self._clock(),
            device=self._device(stored),
            links=dict(self.connectivity.links) if self.connectivity is not None else stored.links,
            models=models,
            live=self._live([m.id for m in models]),
            budget=budget(self.spent.usd, self.spent.reserved, self.daily_limit),
            os_online=self.connectivity.online if self.connectivity is not None else stored.os_online,
        )

    def _device(self, stored: Snapshot) -> Device:
        if self._sources.simulated is not None:
            return self._sources.simulated()
        return self.resources.device if self.resources is not None else stored.device

    async def checks(self) -> tuple[Check, ...]:
        """The built-in agents' verdicts, from what their samplers last saw; nobody is waited for."""
        agents: dict[str, BaseAgent] = {}
        if self.resources is not None:
            agents["resource_monitor"] = self.resources
        if self.connectivity is not None:
            agents["connectivity_monitor"] = self.connectivity
        if self.daily_limit is not None:
            spent = self.spent
            agents["budget"] = BudgetAgent(lambda: spent.usd, self.daily_limit, reserved=lambda: spent.reserved)
        # under these names, whatever a program calls its own: rules and scores read their figures themselves
        checks = await asyncio.gather(*(ask(agent) for agent in agents.values()))
        return tuple(replace(check, agent=name) for name, check in zip(agents, checks, strict=True))

    def record(self, snapshot: Snapshot) -> str:
        """The snapshot as JSON, to be stored with the decision; holds no message text."""
        return msgspec.json.encode(snapshot).decode()

    def save_gauges(self) -> None:
        """Leaves the gauges for one-shot commands."""
        self._store.save_snapshot(self.record(replace(self.snapshot(), models=(), live={})), self._clock())

    def load_gauges(self, max_age: float) -> None:
        """Takes a running chat's gauges if they are younger than `max_age` seconds. Reads the store."""
        stored = self._store.snapshot()
        if stored is not None and self._clock() - stored[1] <= max_age:
            with suppress(msgspec.DecodeError):  # left by another version of the program
                self.stored_gauges = msgspec.json.decode(stored[0], type=Snapshot)

    def _live(self, ids: list[str]) -> dict[str, Live]:
        return self.health.live(ids, self._served())

    # -- learning ---------------------------------------------------------------------------------

    @contextmanager
    def working(self, model: Model) -> Iterator[None]:
        """While an answer runs on this device, its load is not held against the machine."""
        if self.resources is None or not model.on_device:
            yield
            return
        with self.resources.working():
            yield

    def learn(self, outcome: Outcome, *, contacted: bool = True) -> None:
        """Feeds breakers, speeds and connectivity from a real request. `contacted` `False`: nothing went to the host."""
        self.health.record(outcome)
        self.on_outcome(outcome)
        if self.connectivity is not None and contacted:
            reached = outcome.result is not Result.FAILED or outcome.error not in {"unreachable", "stalled"}
            self.connectivity.record(outcome.host, reached, connect_ms=outcome.connect_ms)
        self._store.remember("speeds", self.health.to_json())
        if outcome.result is Result.OK and (model := self._known(outcome.model_id)) is not None and model.on_device:
            self._store.remember("last-local", model.id)
            self._relist(self._endpoints[model.endpoint])

    def _known(self, model_id: str) -> Model | None:
        return next((m for m in self.models if m.id == model_id), None)

    def local_only(self, *, on: bool) -> None:
        """LOCAL ONLY: no contact to any host off this device, probes included."""
        self._gate.local_only = on
        if self.connectivity is not None:
            self.connectivity.hold(on)

    # -- life -------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Starts the samplers, each on its own thread."""
        for agent in (self.resources, self.connectivity):
            if agent is not None:
                await agent.initialize()

    async def close(self) -> None:
        relisting = [task for task in self._relisting.values() if not task.done()]
        for task in relisting:
            task.cancel()
        await asyncio.gather(*relisting, return_exceptions=True)
        agents = [agent for agent in (self.resources, self.connectivity) if agent is not None]
        made = [t.result() for t in self._providers.values() if t.done() and not t.cancelled() and t.exception() is None]
        await asyncio.gather(*(a.shutdown() for a in agents), *(p.close() for p in made), return_exceptions=True)

"""What there is to ask right now: endpoints, their models, the gauges beside them, and what past answers taught."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from hybridchat.agents.base import BaseAgent, ask
from hybridchat.agents.budget import BudgetAgent, budget
from hybridchat.config.endpoints import Endpoint
from hybridchat.facts import Check, Device, Link, Live, Locality, Model, Outcome, Result, Snapshot
from hybridchat.gate import Gate
from hybridchat.health import Health
from hybridchat.providers.base import Provider
from hybridchat.roster import Roster
from hybridchat.sessions.spend import Spent
from hybridchat.sessions.store import Store

if TYPE_CHECKING:  # the samplers cost 10 ms; one-shot commands start none
    from hybridchat.agents.connectivity import ConnectivityAgent
    from hybridchat.agents.resources import ResourceMonitor
    from hybridchat.config.samplers import Lines


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


class World(Roster):
    """The servers, with this machine's gauges and the lessons of past answers beside them.

    Event loop only, except `snapshot()`'s gauges, which samplers fill from their own threads.
    """

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
        super().__init__(sources.endpoints, sources.make, sources.catalogue, sources.overlay)
        self._simulated = sources.simulated
        self._gate, self._store, self._clock = gate, store, clock
        self.health, self.resources, self.connectivity = health, resources, connectivity
        self.active: frozenset[str] | None = None
        """Model ids the router may choose among; `None`: all."""
        self.loading: dict[str, float] = {}
        """Model id -> epoch seconds since when it is being loaded ahead of its question."""
        self.spent = Spent()
        """Money of the day, as last read from the store."""
        self.on_outcome: Callable[[Outcome], None] = lambda _: None
        """Called with what became of each attempt."""
        self.daily_limit = sources.daily_limit
        """US dollars; `None`: no budget is set."""
        self.lines: Mapping[str, Lines] = {}
        """Strategy -> where it has the gauges' agents draw their lines; without samplers none."""
        self.strategy = ""
        """The one whose lines hold where nobody names another; empty: those of the program's."""
        self.stored_gauges: Snapshot | None = None
        """A running chat's gauges, for one-shot commands that have no samplers of their own."""
        self.on_listed = self._credit

    # -- what may be asked ------------------------------------------------------------------------

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
            ways = [e for e in self.endpoints if e.host == host]
            tls = any(e.base_url.startswith("https") for e in ways) if ways else None
            self.connectivity.allow(host, tls=tls, far=any(e.locality is not Locality.ON_DEVICE for e in ways))

    # -- gauges -----------------------------------------------------------------------------------

    def draw(self, lines: Mapping[str, Lines]) -> None:
        """Has every sample judged by the lines of each strategy."""
        self.lines = lines
        if self.resources is not None:
            self.resources.beside = tuple({one.resources for one in lines.values()} - {self.resources.thresholds})
        if self.connectivity is not None:
            self.connectivity.beside = tuple({one.connectivity for one in lines.values()} - {self.connectivity.thresholds})

    def follow(self, strategy: str) -> None:
        """The conversation that is looked at follows this strategy: its lines are shown, and probes have its pace."""
        self.strategy = strategy
        if self.connectivity is not None and (lines := self.lines.get(strategy)) is not None:
            self.connectivity.probe_every(lines.probe_s)

    def snapshot(self, also: Collection[str] = (), strategy: str | None = None) -> Snapshot:
        """Every gauge at this moment, with the active models and those of the ids in `also`; no I/O.

        Machine and network are judged as `strategy` has it; `None`: as the one that is looked at.
        """
        lines = self.lines.get(self.strategy if strategy is None else strategy)
        stored = self.stored_gauges or Snapshot()
        models = self.models
        if self.active is not None:
            models = tuple(m for m in models if m.id in self.active or m.id in also)
        return Snapshot(
            at=self._clock(),
            device=self._device(stored, lines),
            links=self._links(stored, lines),
            models=models,
            live=self._live([m.id for m in models]),
            budget=budget(self.spent.usd, self.spent.reserved, self.daily_limit),
            os_online=self.connectivity.online if self.connectivity is not None else stored.os_online,
            metered=self.connectivity.metered if self.connectivity is not None else stored.metered,
        )

    def _device(self, stored: Snapshot, lines: Lines | None) -> Device:
        if self._simulated is not None:
            return self._simulated()
        if self.resources is None:
            return stored.device
        return self.resources.device if lines is None else self.resources.judged(lines.resources)

    def _links(self, stored: Snapshot, lines: Lines | None) -> Mapping[str, Link]:
        if self.connectivity is None:
            return stored.links
        return dict(self.connectivity.links if lines is None else self.connectivity.judged(lines.connectivity))

    async def checks(self, strategy: str | None = None) -> tuple[Check, ...]:
        """The built-in agents' verdicts, from what their samplers last saw; nobody is waited for. `strategy` as in `snapshot`."""
        lines = self.lines.get(self.strategy if strategy is None else strategy)
        agents: dict[str, BaseAgent] = {}
        told: dict[str, object] = {}
        if self.resources is not None:
            agents["resource_monitor"] = self.resources
            told["resource_monitor"] = lines.resources if lines is not None else None
        if self.connectivity is not None:
            agents["connectivity_monitor"] = self.connectivity
            told["connectivity_monitor"] = lines.connectivity if lines is not None else None
        if self.daily_limit is not None:
            spent = self.spent
            agents["budget"] = BudgetAgent(lambda: spent.usd, self.daily_limit, reserved=lambda: spent.reserved)
        # under these names, whatever a program calls its own: rules and scores read their figures themselves
        checks = await asyncio.gather(*(ask(agent, thresholds=told.get(name)) for name, agent in agents.items()))
        return tuple(replace(check, agent=name) for name, check in zip(agents, checks, strict=True))

    def record(self, snapshot: Snapshot) -> str:
        """The snapshot as JSON, to be stored with the decision; holds no message text."""
        return msgspec.json.encode(snapshot).decode()

    def save_gauges(self) -> None:
        """Leaves the gauges for one-shot commands."""
        self._store.save_snapshot(self.record(replace(self.snapshot(strategy=""), models=(), live={})), self._clock())

    def load_gauges(self, max_age: float) -> None:
        """Takes a running chat's gauges if they are younger than `max_age` seconds. Reads the store."""
        stored = self._store.snapshot()
        if stored is not None and self._clock() - stored[1] <= max_age:
            with suppress(msgspec.DecodeError):  # left by another version of the program
                self.stored_gauges = msgspec.json.decode(stored[0], type=Snapshot)

    def live(self, model_id: str) -> Live:
        return self._live([model_id]).get(model_id, Live())

    def _live(self, ids: list[str]) -> dict[str, Live]:
        return self.health.live(ids, self.served())

    def _credit(self) -> None:
        """What our resident models hold of this machine's memory is no reason to leave it."""
        if self.resources is not None:
            sizes = {m.id: m.size_bytes or 0 for m in self.models if m.on_device}
            self.resources.credit(memory=sum(sizes.get(i, 0) for i, live in self.served().items() if live.resident))

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
        # until the store is read again, at the next question
        self.spent = replace(self.spent, usd=self.spent.usd + (outcome.cost or 0.0))
        self.on_outcome(outcome)
        if self.connectivity is not None and contacted:
            reached = outcome.result is not Result.FAILED or outcome.error not in {"unreachable", "stalled"}
            self.connectivity.record(outcome.host, reached, connect_ms=outcome.connect_ms)
        self._store.remember("speeds", self.health.to_json())
        if outcome.result is Result.OK and (model := self._known(outcome.model_id)) is not None and model.on_device:
            self._store.remember("last-local", model.id)
            self.relist(model)

    def loaded(self, model: Model, seconds: float) -> None:
        """Learns from loading a model ahead of its question."""
        self.health.loaded(model.id, seconds)
        self._store.remember("speeds", self.health.to_json())
        self.relist(model)

    def _known(self, model_id: str) -> Model | None:
        return next((m for m in self.models if m.id == model_id), None)

    @property
    def held(self) -> bool:
        """Whether LOCAL ONLY is on."""
        return self._gate.local_only

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
        agents = [agent for agent in (self.resources, self.connectivity) if agent is not None]
        await asyncio.gather(super().close(), *(agent.shutdown() for agent in agents), return_exceptions=True)

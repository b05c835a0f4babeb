"""A client's chat: assembled from what is hooked, and replaced when that changes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from hybridchat.agents.connectivity import ConnectivityAgent
from hybridchat.agents.panel import Panel
from hybridchat.agents.resources import ResourceMonitor
from hybridchat.api.hooks import Plan
from hybridchat.assemble import Setup, assemble, ready
from hybridchat.chat import Chat
from hybridchat.facts import ConnectivityState, ResourceState
from hybridchat.sessions.store import Store
from hybridchat.world import World

FIRST_LOOK_S = 0.5
"""Seconds that the first prompt waits for the gauges' first verdict."""


@dataclass(slots=True)
class Monitors:
    """The gauges' agents that a program hooked in place of the built-in ones."""

    resources: ResourceMonitor | None = None
    connectivity: ConnectivityAgent | None = None


@dataclass(slots=True)
class Wired:
    """A chat in use. Closed once it is retired and nobody uses it any more."""

    chat: Chat
    plan: Plan
    loop: asyncio.AbstractEventLoop
    users: int = 0
    retired: bool = False
    inner: Mapping[str, str] = field(default_factory=dict)
    """The program's model id -> the id inside."""
    outer: Mapping[str, str] = field(default_factory=dict)
    """The other way round."""

    def found(self) -> None:
        """Takes in what the servers list now: only hooked models are asked."""
        self.inner = self.plan.active(m.id for m in self.chat.world.models)
        self.outer = {own: said for said, own in self.inner.items()}
        self.chat.world.active = frozenset(self.outer)

    async def leave(self) -> None:
        """Gives the chat back after `users` was raised by one."""
        self.users -= 1
        if self.retired and not self.users:
            await self.chat.world.close()

    async def retire(self) -> None:
        """Has the chat closed as soon as nobody uses it; store and monitors live on."""
        self.retired = True
        self.chat.world.resources = self.chat.world.connectivity = None
        if not self.users:
            await self.chat.world.close()


async def wire(plan: Plan, store: Store, panel: Panel, monitors: Monitors, before: Wired | None) -> Wired:
    """Assembles a chat over `store` and makes it ready: local servers are asked what they have, samplers run.

    What `before` learnt, and its gauges, are taken over. Raises `ConfigError`.
    """
    setup = Setup(config=plan.config, env=plan.env, store=store, models=plan.models, panel=panel)
    chat = await asyncio.to_thread(assemble, setup)
    wired = Wired(chat, plan, asyncio.get_running_loop())
    world = chat.world
    await _gauges(world, monitors, before)
    if before is not None:
        world.health = before.chat.world.health
    world.on_found = wired.found
    for host in plan.hosts:
        world.allow_host(host)
    await ready(chat, setup)
    await _first_look(world, clouds=bool(plan.hosts))
    return wired


async def _gauges(world: World, monitors: Monitors, before: Wired | None) -> None:
    old = before.chat.world if before is not None else None
    resources, connectivity = (old.resources, old.connectivity) if old is not None else (None, None)
    if monitors.resources is not None or resources is not None:
        world.resources = monitors.resources or resources
    if monitors.connectivity is not None or connectivity is not None:
        contact = world.connectivity.on_contact if world.connectivity is not None else None
        world.connectivity = monitors.connectivity or connectivity
        if world.connectivity is not None and world.connectivity.on_contact is None:
            # probes leave this machine, so they stand in the ledger, whoever made the agent
            world.connectivity.on_contact = contact
    for agent, kept in ((resources, world.resources), (connectivity, world.connectivity)):
        if agent is not None and agent is not kept:
            await agent.shutdown()


async def _first_look(world: World, *, clouds: bool) -> None:
    end = time.monotonic() + FIRST_LOOK_S
    while time.monotonic() < end:
        links = world.connectivity.links.values() if world.connectivity is not None and clouds else ()
        measured = world.resources is None or world.resources.device.state is not ResourceState.UNKNOWN
        if measured and all(link.state is not ConnectivityState.UNKNOWN for link in links):
            return
        await asyncio.sleep(0.01)

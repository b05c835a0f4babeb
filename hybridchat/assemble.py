"""From configuration to everything wired: the only module that knows every package."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hybridchat.agents.panel import Panel
from hybridchat.catalogue import models_for, overlay_all
from hybridchat.chat import Chat
from hybridchat.config import Config, folder, load
from hybridchat.config.endpoints import Endpoint, endpoints
from hybridchat.config.pair import starting_pair
from hybridchat.config.paths import config_path, data_dir
from hybridchat.config.rules import rules_of
from hybridchat.config.schema import PairSettings
from hybridchat.crew import Crew
from hybridchat.facts import Device, Locality, Mode, Model
from hybridchat.gate import Gate
from hybridchat.health import Health
from hybridchat.keys import KeyUnavailable, api_key, has_key
from hybridchat.policies import lines_of, named, policy_of
from hybridchat.privacy.scan import get_ready, read_names
from hybridchat.privacy.tokens import STYLES
from hybridchat.providers.base import Guard, Provider, Unauthorised
from hybridchat.providers.factory import make_provider
from hybridchat.routing.policy import Policy
from hybridchat.routing.strategies import STRATEGIES
from hybridchat.sessions.store import Store
from hybridchat.value import value
from hybridchat.world import Sources, World

if TYPE_CHECKING:  # the samplers cost 10 ms that one-shot commands, http.server 25 ms that all but the demo can do without
    from hybridchat.agents.connectivity import ConnectivityAgent
    from hybridchat.agents.resources import ResourceMonitor
    from hybridchat.demo import Demo

DEMO_CONFIG = Config(pair=PairSettings(local="ollama:llama3.2:3b"), save=False)
GAUGES_FRESH = 3
"""Stored gauges count for this many sampling intervals."""


@value
class Setup:
    """How the program was started, beyond its configuration."""

    save: bool = True
    private: bool = False
    """Nothing leaves and nothing is saved, whatever is chosen later."""
    asks: bool = False
    """Something will be asked: what looking through it takes is read at once, while the servers say what they have."""
    samplers: bool = True
    """False for one-shot commands: they read a running chat's gauges instead."""
    demo: bool = False
    mode: Mode | None = None
    kept_here: bool = False
    """Nothing leaves in this run, whichever conversation is opened and whatever is held there."""
    consent: bool = False
    """The command line consented to the cloud for this run."""
    session: str | None = None
    """The conversation that will be opened: its LOCAL ONLY holds from the first moment."""
    wanted: str | None = None
    """A model that must be among the router's, by id or name."""
    wanted_only: bool = False
    """No other model will be asked, or shown: describing each takes its server a moment."""
    config: Config | None = None
    env: Mapping[str, str] | None = None
    store: Store | None = None
    """A store that is open already; it decides what is saved."""
    models: tuple[Model, ...] = ()
    """Models known before any server is asked, beside the catalogue's."""
    panel: Panel | None = None
    """The program's own agents."""


def assemble(setup: Setup, demo: Demo | None = None) -> Chat:
    """Wires a chat; nothing is contacted yet. Reads files: call it off the event loop. Raises `ConfigError`."""
    env = dict(os.environ) if setup.env is None else dict(setup.env)
    config = setup.config or load(env=env)
    places = endpoints(config, env)
    policy = policy_of(config, places, consent=setup.consent)
    saved = setup.save and config.save and not setup.private
    store = setup.store or Store.open(database(env) if saved else None)
    gate = Gate(
        on_device=frozenset(e.host for e in places if e.locality is Locality.ON_DEVICE),
        contact=partial(_ledger_contact, store),
    )
    gate.allowed |= {e.host for e in places if e.allowed}
    near, far = _samplers(config, policy, places, store) if setup.samplers else (None, None)
    health = Health.from_json(store.recall("speeds") or "{}", time.time)
    world = World(
        Sources(
            endpoints=places,
            make=partial(_provider, env, gate.guard),
            catalogue=(*setup.models, *(m for e in places if e.own_base or has_key(e, env) for m in models_for(e, config))),
            overlay=partial(overlay_all, config),
            daily_limit=policy.daily_budget if config.limits.daily_budget is None else config.limits.daily_budget,
            simulated=partial(_simulated, demo) if demo is not None and setup.samplers else None,
        ),
        gate=gate,
        store=store,
        health=health,
        resources=near,
        connectivity=far,
        clock=time.time,
    )
    if setup.samplers:
        world.draw(lines_of(config, places))
    crew = Crew(
        world=world,
        store=store,
        clock=time.time,
        policy=policy,
        named=partial(named, config, places, consent=setup.consent),
        strategies=(*STRATEGIES, *config.strategies),
        terms_file=None if demo is not None else terms_path(env),
        mode=setup.mode or config.mode,
        max_output=config.limits.max_output,
        reserve=config.limits.reserve,
        panel=setup.panel or Panel(),
        budget_window=config.limits.budget_window or policy.budget_window,
        style=STYLES[config.privacy.placeholders],
        level=config.privacy.level,
        history=config.privacy.history,
        rules=rules_of(config),
        config_file=None if demo is not None else config_path(env),
        folder=_here(),
        here=folder.of(Path(_here())) if demo is None and _here() else folder.Folder(),
        private=setup.private,
        kept_here=setup.kept_here,
        retention=config.retention,
        reads=get_ready if setup.samplers else read_names,
    )
    if setup.asks and (setup.samplers or _could_leave(setup, crew, places)):
        # a screen says what is private in any case; a question that stays here is not looked through
        crew.read_ahead()
    world.local_only(on=bool(crew.lock) or _first_mode(store, setup, crew.mode) is Mode.ONLY_LOCAL)
    world.on_found = partial(_pick, world, config, store.recall("last-local"))
    return Chat(world, store, crew)


@dataclass(slots=True)
class Assembled:
    """A chat that knows its models and its starting pair, and the demo servers behind it, if any."""

    chat: Chat
    demo: Demo | None = None

    async def close(self) -> None:
        """Ends samplers, clients, the writer and the demo servers."""
        await self.chat.close()
        if self.demo is not None:
            await asyncio.to_thread(self.demo.stop)


async def open_assembled(setup: Setup) -> Assembled:
    """Wires a chat and makes it ready. Raises `ConfigError`."""
    demo: Demo | None = None
    if setup.demo:
        from hybridchat.demo import Demo  # imported here: http.server costs 25 ms that only the demo needs

        demo = await asyncio.to_thread(Demo().start)
        setup = replace(setup, env=demo.env(), config=DEMO_CONFIG, save=False)
    try:
        chat = await asyncio.to_thread(assemble, setup, demo)
        await ready(chat, setup)
    except BaseException:
        if demo is not None:
            demo.stop()
        raise
    return Assembled(chat, demo)


@asynccontextmanager
async def assembled(setup: Setup) -> AsyncIterator[Chat]:
    """The chat of `open_assembled`, closed afterwards."""
    opened = await open_assembled(setup)
    try:
        yield opened.chat
    finally:
        await opened.close()


async def ready(chat: Chat, setup: Setup) -> None:
    """Asks the on-device servers what they have, starts the samplers, and picks the starting pair. Contacts no cloud."""
    world = chat.world
    if setup.samplers:
        await world.start()
    else:
        await asyncio.to_thread(world.load_gauges, GAUGES_FRESH * 30.0)
    if not _known_remote(world, setup):
        await world.refresh(local_only=world.held, only=setup.wanted or "" if setup.wanted_only else "")
    world.on_found()
    if setup.wanted is not None:
        _want(world, setup.wanted)


def _known_remote(world: World, setup: Setup) -> bool:
    """Whether one model is wanted, may be asked, and is known without asking: then no local server need be looked at (80 ms)."""
    return setup.consent and any(m.id == setup.wanted and not m.on_device for m in world.models)


def _could_leave(setup: Setup, crew: Crew, places: tuple[Endpoint, ...]) -> bool:
    """Whether a question might be asked elsewhere, as far as can be told before any server is asked what it has."""
    if crew.lock or Mode.ONLY_LOCAL in {setup.mode, crew.mode}:
        return False
    here = {e.name for e in places if e.locality is Locality.ON_DEVICE}
    wanted = (setup.wanted or "").partition(":")[0] if setup.wanted_only else ""
    return wanted not in here and len(here) < len(places)


def _first_mode(store: Store, setup: Setup, mode: Mode) -> Mode:
    try:
        session = store.session(setup.session) if setup.session and setup.mode is not Mode.ONLY_LOCAL else None
    except LookupError:
        session = None  # the command that named it says so, with its own exit code
    return session.mode or mode if session is not None else mode


def _pick(world: World, config: Config, last: str | None) -> None:
    """The starting pair, and what the configuration names, are the models the router may choose among; picked ones stay."""
    active = world.active
    world.active = None
    snapshot = world.snapshot()
    pair = starting_pair(world.models, snapshot.live, config, last, snapshot.device.memory_free)
    named = {m.id for m in world.models if m.id in config.models}
    world.active = frozenset(named | {m.id for m in (pair.local, pair.cloud) if m is not None} | (active or frozenset()))


def _want(world: World, name: str) -> None:
    try:
        world.allow(name)
    except LookupError:
        return  # the command that named it says so, with its own exit code


def adopt(chat: Chat, config: Config, env: Mapping[str, str]) -> None:
    """Has a running chat follow a changed configuration, as far as that needs no new start."""
    places = endpoints(config, env)
    policy = policy_of(config, places)
    chat.adopt(
        policy.daily_budget if config.limits.daily_budget is None else config.limits.daily_budget,
        policy=policy,
        named=partial(named, config, places, consent=False),
        strategies=(*STRATEGIES, *config.strategies),
        mode=config.mode,
        max_output=config.limits.max_output,
        reserve=config.limits.reserve,
        budget_window=config.limits.budget_window or policy.budget_window,
        level=config.privacy.level,
        history=config.privacy.history,
        rules=rules_of(config),
        retention=config.retention,
    )
    if chat.world.lines:
        chat.world.draw(lines_of(config, places))


def _samplers(
    config: Config, policy: Policy, places: tuple[Endpoint, ...], store: Store
) -> tuple[ResourceMonitor, ConnectivityAgent]:
    from hybridchat.config import samplers  # imported here: one-shot commands start none

    return samplers.resources(config, policy), samplers.connectivity(config, policy, places, store.ledger.contact)


def _provider(env: Mapping[str, str], guard: Guard, endpoint: Endpoint) -> Provider:
    try:
        key = api_key(endpoint, env)
    except KeyUnavailable as error:
        raise Unauthorised(f"{str(error)[:1].upper()}{str(error)[1:]}.", host=endpoint.host) from None
    return make_provider(
        endpoint.kind,
        endpoint.name,
        endpoint.base_url,
        key.reveal() if key is not None else None,
        guard,
        endpoint.locality,
        key_name=endpoint.key_env,
    )


def _here() -> str:
    try:
        return str(Path.cwd())
    except OSError:  # the folder was deleted under the program
        return ""


def database(env: Mapping[str, str]) -> Path:
    return data_dir(env) / "hybridchat.db"


def terms_path(env: Mapping[str, str]) -> Path:
    """The user's own terms, beside the database."""
    return data_dir(env) / "terms.txt"


def _ledger_contact(store: Store, host: str) -> None:
    store.ledger.contact(host, ok=True, ms=None)


def _simulated(demo: Demo) -> Device:
    from hybridchat.demo.sampler import sample  # imported here: only the demo has it

    return sample(time.time(), demo.conditions)

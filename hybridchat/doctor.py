"""What was found and what is wrong, with the fix for each. Shows no secret; contacts nothing off this device unless told to."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hybridchat.agents.gpu import GpuReader
from hybridchat.config import Config
from hybridchat.config.endpoints import Endpoint
from hybridchat.config.load import in_file, read
from hybridchat.config.pair import embeds, starting_pair
from hybridchat.config.paths import config_path, profile
from hybridchat.facts import Locality
from hybridchat.keys import has_key
from hybridchat.privacy.names_ready import finds_names
from hybridchat.providers.base import Unreachable
from hybridchat.referring import doubts
from hybridchat.render.words import plural, size
from hybridchat.surroundings import Item, State, basics
from hybridchat.welcome import to_pull

if TYPE_CHECKING:
    from hybridchat.chat import Chat

__all__ = ["Item", "State", "broken", "examine", "sick"]


def sick(items: Iterable[Item]) -> bool:
    """Whether anything is wrong."""
    return any(item.state is State.WRONG for item in items)


async def examine(chat: Chat, config: Config, env: Mapping[str, str], *, online: bool = False) -> tuple[Item, ...]:
    """Looks at everything. Servers on this device are asked what they have; others only `online`, and only those allowed."""
    await chat.world.refresh(local_only=True)
    chat.world.on_found()
    if online and not chat.world.held:
        away = [e for e in chat.world.endpoints if e.locality is not Locality.ON_DEVICE and e.allowed and has_key(e, env)]
        await asyncio.gather(*(chat.world.listed(e.name) for e in away))
    return await asyncio.to_thread(partial(_looked, chat, config, env, online=online))


def _looked(chat: Chat, config: Config, env: Mapping[str, str], *, online: bool) -> tuple[Item, ...]:
    return (
        *basics(env),
        *_configuration(chat, config, env),
        *_servers(chat, config, env, online=online),
        *_models(chat, config),
        *_privacy(chat),
        *_storage(chat),
        _gpu(),
    )


def broken(error: Exception, env: Mapping[str, str]) -> tuple[Item, ...]:
    """What is to be said where the configuration itself cannot be read: nothing that it decides is looked at."""
    fix = "mend the line, or put the file aside: the defaults hold without it"
    return (*basics(env), Item("configuration", str(error), State.WRONG, fix))


# -- configuration ---------------------------------------------------------------------------------------------------


def _configuration(chat: Chat, config: Config, env: Mapping[str, str]) -> Iterator[Item]:
    path = config_path(env)
    if name := profile(env):
        yield Item("configuration", f"profile {name}")
    # what the pair names and is not there is told with the models
    faults = [one for one in doubts(config, env, places=chat.world.endpoints) if one.path[0] != "pair"]
    if not path.exists():
        yield Item("configuration", f"{path} does not exist; the defaults hold")
    elif not faults:
        yield Item("configuration", f"{path} is fine")
    where = in_file(read(path), path.name)
    for found in faults:
        yield Item("configuration", f"{where(found.path)}: {found.problem}", State.NOTE, "change the line, or remove it")
    if path.exists() and _readable_by_others(path):
        yield Item("configuration", f"{path} can be read by other users of this machine", State.NOTE, f"chmod 600 {path}")
    if chat.here:
        yield Item("configuration", chat.here)
    if chat.lock:
        yield Item("configuration", chat.lock)
    proxies = [n for n in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY") if env.get(n) or env.get(n.lower())]
    if proxies:
        yield Item("network", f"{', '.join(proxies)} set: clouds are asked through it, servers on this device are not")


def _readable_by_others(path: Path) -> bool:
    try:
        return os.name == "posix" and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    except OSError:
        return False


# -- servers and models ----------------------------------------------------------------------------------------------


def _servers(chat: Chat, config: Config, env: Mapping[str, str], *, online: bool) -> Iterator[Item]:
    for place in chat.world.endpoints:
        if place.locality is Locality.ON_DEVICE:
            yield _here(chat, config, place)
        else:
            yield _away(chat, place, env, online=online)


def _here(chat: Chat, config: Config, place: Endpoint) -> Item:
    named = f"{place.name} at {place.host}"
    problem = chat.world.problems.get(place.name)
    if problem is not None:
        fix = problem.start if isinstance(problem, Unreachable) else ""
        # nobody asked for the one that is looked for by itself: without it the others answer
        asked_for = place.name in config.endpoints or place.source != "default" or not chat.world.models
        state = State.WRONG if asked_for else State.NOTE
        return Item("server", f"{place.name}: {problem}", state, fix or "start the server, or mend its address")
    count = sum(m.endpoint == place.name for m in chat.world.models)
    return Item("server", f"{named} answers: {plural(count, 'model')}")


def _away(chat: Chat, place: Endpoint, env: Mapping[str, str], *, online: bool) -> Item:
    named = f"{place.name} at {place.host}"
    key = has_key(place, env)
    told = f"{named}: {_key(place, env)}"
    if not key and place.kind != "ollama":
        fix = f"set {place.key_env}" if place.key_env else "say where the key is: key_env, api_key_cmd or keyring"
        return Item("server", told, State.NOTE, fix)
    if not place.allowed:
        return Item("server", f"{told}; not contacted: nothing goes there before you allow it")
    if not online:
        return Item("server", f"{told}; allowed, not contacted now", fix="hybridchat doctor --online asks it what it has")
    problem = chat.world.problems.get(place.name)
    if problem is not None:
        return Item("server", f"{place.name}: {problem}", State.WRONG, "mend the key or the address, or try again later")
    return Item("server", f"{told}; it answers")


def _key(place: Endpoint, env: Mapping[str, str]) -> str:
    if place.key_env and env.get(place.key_env, "").strip():
        return f"a key in {place.key_env}"
    if place.api_key_cmd:
        return "a key from a command, which was not run"
    return "a key in the system's keyring, which was not asked" if place.keyring else "no key"


def _models(chat: Chat, config: Config) -> Iterator[Item]:
    models = [m for m in chat.world.models if not embeds(m)]
    here = [m for m in models if m.on_device]
    snapshot = chat.snapshot()
    if not here:
        told, command = to_pull(snapshot.device)
        yield Item("models", f"none on this device; {told}", State.NOTE, command)
    pair = starting_pair(chat.world.models, snapshot.live, config, chat.store.recall("last-local"), snapshot.device.memory_free)
    for name in pair.missing:
        yield Item("models", f"{name}, named in the configuration, is not there", State.WRONG, "pull it, or name another one")
    begins = [m.id for m in (pair.local, pair.cloud) if m is not None]
    if begins:
        yield Item("models", f"{plural(len(models), 'model')}; begins with {' and '.join(begins)}")
    if not models:
        yield Item("models", "nothing can answer yet", State.WRONG, "hybridchat demo shows everything on canned text")
    unpriced = [m.id for m in models if m.locality is Locality.REMOTE and m.price is None]
    if unpriced:
        more = f" and {len(unpriced) - 2} more" if len(unpriced) > 2 else ""
        yield Item(
            "models",
            f"no price is known for {', '.join(unpriced[:2])}{more}",
            State.NOTE,
            "hybridchat models price ID --in X --out Y",
        )


# -- privacy, storage, gauges ----------------------------------------------------------------------------------------


def _privacy(chat: Chat) -> Iterator[Item]:
    if not finds_names():
        yield Item("privacy", "names cannot be found: patterns and your own words only", State.WRONG, "install hybridchat again")
    if failure := chat.words.failure:
        yield Item("privacy", f"{failure}; until then nothing is sent to a cloud", State.WRONG, "mend the file")
    else:
        yield Item(
            "privacy", f"{plural(len(chat.words.all().always), 'word')} of your own hidden: /terms, or hybridchat terms list"
        )


def _storage(chat: Chat) -> Iterator[Item]:
    store = chat.store
    if store.problem:
        yield Item("database", store.problem, State.WRONG, "make the folder writable, or name another with HYBRIDCHAT_DATA_DIR")
    elif not store.saved:
        yield Item("database", "conversations are kept in memory only")
    elif store.location is not None:
        count = size(store.location.stat().st_size) if store.location.exists() else "new"
        yield Item("database", f"{store.location}, {count}, can be written")
        if _readable_by_others(store.location):
            yield Item("database", "other users of this machine can read it", State.NOTE, f"chmod 600 {store.location}")
    if store.notice:
        yield Item("database", store.notice, State.NOTE)
    if not _full_text():
        yield Item("database", "this Python's SQLite has no full-text search", State.NOTE, "another Python has it")
    if store.saved and store.purge.leapt():
        told = "the clock is days past everything that is stored"
        yield Item("clock", told, State.NOTE, "set it right; nothing is erased for its age until a day has passed")
    else:
        yield Item("clock", "fits what is stored")


def _full_text() -> bool:
    with closing(sqlite3.connect(":memory:")) as made:
        try:
            made.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        except sqlite3.OperationalError:
            return False
    return True


def _gpu() -> Item:
    reader = GpuReader()
    try:
        found = reader.read()
    finally:
        reader.close()
    if found.each:
        return Item("gpu", f"{found.name}, read through the driver")
    if not found.known:
        return Item("gpu", "the driver is there and cannot be read", State.NOTE, "nvidia-smi says why")
    apple = sys.platform == "darwin"
    return Item("gpu", "not measured on a Mac; Ollama uses it all the same" if apple else "no NVIDIA GPU was found")

"""What the first screen says: what was found, what is missing, and the command that mends it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from hybridchat.config import Config
from hybridchat.config.endpoints import Endpoint
from hybridchat.config.pair import starting_pair
from hybridchat.facts import Device, Locality, Model
from hybridchat.fits import PULLABLE, Fit, fit, suggestion
from hybridchat.keys import has_key
from hybridchat.providers.base import Unreachable
from hybridchat.render.words import plural, size
from hybridchat.routing.memory import memory_free
from hybridchat.value import value
from hybridchat.world import World

if TYPE_CHECKING:
    from hybridchat.chat import Chat

DEMO = "DEMO · canned text, no model; nothing leaves and nothing is saved"
_ORDER = {Locality.ON_DEVICE: 0, Locality.LAN: 1, Locality.REMOTE: 2}


@value
class Found:
    """One line: whether it is there, what it is, and what to do if it is missing."""

    ok: bool
    text: str
    fix: str = ""


def found(world: World, config: Config, *, demo: bool = False, here: str = "") -> tuple[Found, ...]:
    """The lines of the first screen, this machine first; `here` is what the folder's own file says. Nothing is contacted."""
    if demo:
        return (Found(True, DEMO), *(Found(True, f"{m.name} {_part(m)}") for m in world.snapshot().models))
    lines = [_missing(world, name) for name in starting_pair(world.models, {}, config).missing]
    if here:
        lines.append(Found(True, here))
    if config.privacy.cloud == "never":
        lines.append(Found(True, "privacy.cloud is never: nothing is sent to a cloud"))
    elif all(e.locality is Locality.ON_DEVICE for e in world.endpoints):
        lines.append(Found(True, "no cloud key: everything stays on this machine"))
    if not world.models:
        lines.append(Found(False, "no model to chat with yet: look around on canned text", "hybridchat demo"))
    servers = _servers(world, MOST - len(lines))
    if (gpu := _graphics(world.snapshot().device, sys.platform)) and len(servers) + len(lines) < MOST:
        lines.insert(len(lines) - (not world.models), Found(True, gpu))
    return (*servers, *lines)


MOST = 5
"""Lines of what was found: with the promise and the question for words, as many things as one takes in at a look."""


def _servers(world: World, room: int) -> list[Found]:
    """A line for each server, this machine's first; where that is more than `room`, those nobody contacts share one."""
    near_first = sorted(world.endpoints, key=lambda e: _ORDER[e.locality])
    told = {endpoint.name: _endpoint(world, endpoint) for endpoint in near_first}
    quiet = [e.name for e in near_first if not e.allowed and told[e.name].ok]
    if len(told) <= room or len(quiet) < 2:
        return _cut([*told.values()], room)
    apart = [line for name, line in told.items() if name not in quiet]
    return [*_cut(apart, room - 1), Found(True, f"not contacted: {_few(quiet)}")]


def _cut(lines: list[Found], room: int) -> list[Found]:
    shown = lines[: max(1, room - 1)] if len(lines) > max(1, room) else lines
    more = len(lines) - len(shown)
    return [*shown, Found(True, f"{plural(more, 'more server')}: /doctor tells of all")] if more else shown


def _few(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


LONG = 34
"""Characters of a server's address that are shown whole."""


def _at(endpoint: Endpoint) -> str:
    """`openai at api.openai.com`; where a variable sends it elsewhere, which one; the middle of a long address is left out."""
    host = endpoint.host
    if len(host) > LONG:
        host = f"{host[: LONG // 3]}…{host[len(host) - 2 * LONG // 3 :]}"
    diverted = endpoint.own_base and endpoint.source.isupper()
    return f"{endpoint.name} at {host}{f' ({endpoint.source})' if diverted else ''}"


def _endpoint(world: World, endpoint: Endpoint) -> Found:
    place = _at(endpoint)
    problem = world.problems.get(endpoint.name)
    if isinstance(problem, Unreachable) and endpoint.locality is Locality.ON_DEVICE:
        return Found(False, f"{place}: nothing answers", problem.start)
    if problem is not None:
        return Found(False, str(problem))
    models = [m for m in world.models if m.endpoint == endpoint.name]
    if endpoint.locality is Locality.ON_DEVICE and not models:
        return _empty(place, world.snapshot().device) if endpoint.kind == "ollama" else Found(False, f"{place}: no models yet")
    if endpoint.locality is Locality.ON_DEVICE:
        return Found(True, f"{place}{_named_here(models)}")
    key = "" if endpoint.kind == "ollama" else "key found, " if has_key(endpoint) else "no key, "
    state = _named(models) if endpoint.allowed else "not contacted"
    return Found(True, f"{place}: {key}{state}")


def _graphics(device: Device, platform: str) -> str:
    """What is known of a graphics card; nothing where nobody looked, or where the kind that is there cannot be measured."""
    if device.gpu_name:
        return f"GPU: {device.gpu_name}"
    # a Mac's own is not looked for, and Ollama uses it
    return "no NVIDIA GPU was found" if device.gpu_absent and platform != "darwin" else ""


def _empty(place: str, device: Device) -> Found:
    told, command = to_pull(device)
    return Found(False, f"{place}: no models yet; {told}", command)


def to_pull(device: Device) -> tuple[str, str]:
    """Which model to begin with on this machine, and the command that gets it."""
    found = suggestion(device)
    if found is None:
        least = PULLABLE[0]
        free = memory_free(device)
        return (
            f"{least.name} needs {size(least.size_bytes)} of memory and more, {size(free)} are free",
            f"ollama pull {least.name}",
        )
    fits = "fits this machine" if fit(found.size_bytes, device) is not Fit.UNKNOWN else "fits most machines"
    return f"{found.name} {fits} ({size(found.size_bytes)})", f"ollama pull {found.name}"


def _named(models: list[Model]) -> str:
    names = ", ".join(m.name for m in models[:3])
    more = f" and {len(models) - 3} more" if len(models) > 3 else ""
    return f"{plural(len(models), 'model')}: {names}{more}"


def _named_here(models: list[Model]) -> str:
    """What a server on this device has; it may hand some of its models on to a cloud."""
    here, away = [m for m in models if m.on_device], [m for m in models if not m.on_device]
    told = f", {_named(here)}" if here else ""
    return told + (f"; in the cloud, not on this machine: {_named(away).partition(': ')[2]}" if away else "")


def _missing(world: World, name: str) -> Found:
    """A model that the configuration starts with, and that is not there."""
    endpoint, _, bare = name.partition(":")
    there = next((e for e in world.endpoints if e.name == endpoint), None)
    pullable = there is not None and there.kind == "ollama" and there.name not in world.problems
    return Found(False, f"{name}, named in the configuration, is not there", f"ollama pull {bare}" if pullable else "")


WORDS_ASKED = "words-asked"
"""Under this name the store knows that somebody was asked for words that must never leave."""


def asks_words(chat: Chat, *, demo: bool = False) -> bool:
    """Whether this is the one time to ask for words that must never leave: it is not asked twice. Reads the store.

    Nobody is asked where nothing is kept: it could not be remembered that they were.
    """
    if demo or chat.private or not chat.store.saved or chat.store.recall(WORDS_ASKED) is not None:
        return False
    chat.store.remember(WORDS_ASKED, "1")
    return True


def keep_words(hide: Callable[[str], str], typed: str) -> str:
    """Has each of the words in `typed`, which commas part, never sent readable from now on; what there is to say.

    Raises `TermsError` when the list of terms cannot be written.
    """
    words = [" ".join(word.split()) for word in re.split(r"[,;\n]", typed)]
    words = list(dict.fromkeys(word for word in words if any(c.isalnum() for c in word)))
    said = [hide(word) for word in words]
    if len(said) < 2:
        return "".join(said)
    return f"{', '.join(words)}: hidden from now on, wherever they occur. /terms lists all."


def _part(model: Model) -> str:
    return "plays this machine" if model.on_device else "plays the cloud"

"""The models that Ollama keeps for this machine: what is there and running, pull, delete, unload; usable at once after a pull."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from hybridchat.facts import Locality, Model
from hybridchat.fits import Pullable, suggestion
from hybridchat.late import late
from hybridchat.providers.base import Progress, Running
from hybridchat.world import World

if TYPE_CHECKING:
    from hybridchat.config.endpoints import Endpoint
    from hybridchat.providers.ollama_depot import Depot

_NAME = late(r"[A-Za-z0-9][\w.:/@-]{0,199}", re.ASCII)
_COMMAND = late(r"^\s*(?:ollama\s+(?:pull|run)\s+)?(\S+)\s*$")
"""People paste the whole line that a web page shows."""


class NotOursError(ValueError):
    """One sentence for people: what cannot be pulled, deleted or unloaded, and why."""


def name_of(typed: str) -> str:
    """The name of a model in what was typed. Raises `NotOursError`."""
    found = _COMMAND.match(typed)
    name = found[1].removeprefix("ollama:") if found else ""
    if not _NAME.fullmatch(name):
        raise NotOursError("A model's name is one word, as in llama3.2 or gemma3:4b. The names are listed at ollama.com/library.")
    return name


def goes_out(name: str) -> str:
    """What a pull has to do with the world, as half a sentence. Ollama's own registry, unless the name says another."""
    first, slash, _ = name.partition("/")
    return f"to pull {name}, Ollama asks {first if slash and '.' in first else 'ollama.com'} for it by name"


def locked(name: str, lock: str) -> NotOursError:
    """Why nothing is pulled where `lock` says that nothing leaves, whatever is asked for."""
    return NotOursError(f"{lock} And {goes_out(name)}.")


WHAT = {"pull": "pull", "rm": "rm", "delete": "rm", "remove": "rm", "unload": "unload", "stop": "unload"}
"""Word after /model or `hybridchat models` -> what it asks for; people know some of them from Ollama."""


def wanted(args: str) -> tuple[str, str] | None:
    """What is asked for, and the model's name, in the argument of /model; `None` when it is a name and nothing else."""
    word, _, rest = args.strip().partition(" ")
    what = WHAT.get(word.lower())
    return None if what is None else (what, rest.strip())


class Stock:
    """Of the first Ollama on this device, else of one in the network that may be asked. Event loop only.

    Whatever goes wrong at the server is a `ProviderError`, what cannot be asked for a `NotOursError`.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._endpoints = {e.name: e for e in world.endpoints if e.kind == "ollama"}

    @property
    def endpoint(self) -> Endpoint | None:
        """The server that pulls; one that did not answer comes last. `None`: there is no Ollama."""
        near = [e for e in self._endpoints.values() if e.locality is Locality.ON_DEVICE]
        far = [e for e in self._endpoints.values() if e.allowed and e.locality is Locality.LAN]
        return min([*near, *far], key=lambda e: e.name in self._world.problems, default=None)

    @property
    def empty(self) -> bool:
        """Whether the server that pulls answers and has no model to chat with."""
        there = self.endpoint
        if there is None or there.name in self._world.problems:
            return False
        return not any(m.endpoint == there.name and m.locality is not Locality.REMOTE for m in self._world.models)

    @property
    def suggestion(self) -> Pullable | None:
        """What to pull on this machine; `None` when nothing on the list fits, or the models would run elsewhere."""
        there = self.endpoint
        if there is None or there.locality is not Locality.ON_DEVICE:
            return None
        return suggestion(self._world.snapshot().device)

    def called(self, name: str) -> Model | None:
        """The model that goes by the name it was pulled with: without a tag it is the latest."""
        there = self.endpoint
        every = (*self._world.models, *self._world.embedders)
        found = {m.name: m for m in every if there is not None and m.endpoint == there.name}
        short = name.removeprefix("registry.ollama.ai/").removeprefix("library/")
        return found.get(short) or found.get(f"{short}:latest")

    def came(self, name: str) -> str:
        """What there is to say of a model that was pulled: where it runs, and whether it chats."""
        model = self.called(name)
        if model is None or not self._world.chats(model):
            return f"{name} was pulled. It is not among the models to chat with."
        if model.locality is Locality.REMOTE:
            return f"{name} is in the list now, but it runs at {model.host}, not on this machine."
        return f"{name} is here. Ask away."

    def running(self) -> dict[str, Running]:
        """What is in memory, by model id, as last told."""
        return self._world.running()

    @property
    def embedders(self) -> tuple[Model, ...]:
        """What it keeps that makes embeddings only: shown, and deleted, and never asked."""
        return tuple(m for m in self._world.embedders if self.keeps(m))

    def keeps(self, model: Model) -> bool:
        """Whether an Ollama here keeps it, so that it can be deleted."""
        return model.endpoint in self._endpoints

    async def look(self) -> None:
        """Asks the servers on this device what they have and what runs now. Never raises."""
        before = self._here()
        await self._world.refresh(local_only=True)
        if self._here() != before:
            self._world.on_found()

    async def look_for_missing(self) -> None:
        """Asks only those that did not answer. Never raises."""
        await self._world.retry_missing()

    async def pull(self, typed: str) -> AsyncGenerator[Progress, None]:
        """Fetches a model; once the generator ends by itself the model can be asked. Closing it gives the pull up."""
        name, there = name_of(typed), self.endpoint
        if there is None:
            raise NotOursError("There is no Ollama to pull a model with.")
        steps = (await self._depot(there)).pull(name)
        try:
            async for step in steps:
                yield step
        finally:
            await steps.aclose()
        await self._world.listed(there.name)
        model = self.called(name)
        if model is not None and model.locality is not Locality.REMOTE and self._world.chats(model):
            self._world.allow(model.id)

    async def delete(self, model: Model) -> None:
        """Takes a model off the disk."""
        depot = await self._depot(self._of(model))
        await depot.delete(model.name)
        await self._world.listed(model.endpoint)
        # where it was the one of this machine, another takes its place
        self._world.on_found()

    async def unload(self, model: Model) -> None:
        """Takes a model out of memory."""
        depot = await self._depot(self._of(model))
        await depot.unload(model.name)
        await self._world.listed(model.endpoint)

    async def change(self, what: str, name: str) -> str:
        """Deletes (`rm`) or unloads a model by name; what there is to say. Raises `LookupError` for a name that fits none."""
        if not name:
            raise NotOursError(f"Which model? Write its name after {what}.")
        model = self._world.kept(name)
        await (self.delete(model) if what == "rm" else self.unload(model))
        return f"{model.name} is deleted." if what == "rm" else f"{model.name} is out of memory."

    def _here(self) -> set[str]:
        return {m.id for m in self._world.models if m.on_device}

    def _of(self, model: Model) -> Endpoint:
        if not self.keeps(model):
            raise NotOursError(f"{model.name} is not kept by Ollama: it is {model.endpoint}'s.")
        return self._endpoints[model.endpoint]

    async def _depot(self, endpoint: Endpoint) -> Depot:
        from hybridchat.providers.ollama import OllamaProvider  # imported here, as the roster does

        provider = await self._world.provider(endpoint.name)
        if not isinstance(provider, OllamaProvider):
            raise NotOursError(f"{endpoint.name} does not speak Ollama's protocol.")
        return provider.depot

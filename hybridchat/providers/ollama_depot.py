"""Ollama's store of models: pull with progress, delete, take out of memory. No word of a conversation is in any of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from typing import TYPE_CHECKING, TypeVar

from hybridchat.late import late
from hybridchat.providers.base import Cut, Malformed, Progress, ProviderError, ServerFault, Stalled, UnknownModel, Unreachable
from hybridchat.providers.errors import Matter, Site, complaint_of, translate
from hybridchat.providers.wire import LOAD_S, Lazy, hang_up

if TYPE_CHECKING:
    import ollama

T = TypeVar("T")
CONNECT_S = 5.0
QUIET_S = 60.0
"""Seconds a download may say nothing: Ollama tells of it several times a second, also while no byte comes."""
CHANGE_S = 60.0
"""Limit for deleting a model or taking it out of memory, seconds."""
_MISSING = late(r"file does not exist|manifest unknown|not found|invalid model (name|path)|repository .* not exist")
_FULL = late(r"no space left|not enough (space|disk)|disk (is )?full|disk quota|not enough space on the disk")
_AWAY = late(r"dial tcp|no such host|lookup |max retries exceeded|network is unreachable|tls handshake|i/o timeout|proxyconnect")


class Depot:
    """What one Ollama server keeps. Every method raises `ProviderError`."""

    def __init__(self, client: Lazy[ollama.AsyncClient], site: Site) -> None:
        self._client, self._site = client, site

    async def pull(self, name: str) -> AsyncGenerator[Progress, None]:
        """Has the server fetch a model. Closing the generator ends the download; the next one goes on where it stopped."""
        failure: Exception | None = None
        begun = False
        steps = self._steps(name)
        try:
            async for step in steps:
                begun = True
                yield step
        except Exception as error:  # noqa: BLE001  # an SDK's and an HTTP library's: all of it is translated, nothing swallowed
            # off the event loop, as wherever errors are translated
            failure = await asyncio.to_thread(self._failure, error, name, begun=begun)
        finally:
            await steps.aclose()
        if failure is not None:
            raise failure

    async def delete(self, name: str) -> None:
        """Takes a model off the server's disk."""
        client = await self._client.get()
        await self._change(client.delete(name), name)

    async def unload(self, name: str) -> None:
        """Takes a model out of memory; it stays on disk."""
        client = await self._client.get()
        # without a prompt nothing is answered, and a keep of 0 ends what is loaded
        await self._change(client.generate(name, keep_alive=0), name)

    async def _change(self, work: Awaitable[T], name: str) -> T:
        from hybridchat.providers.ollama_hooks import Heard, heard_by_hooks  # imports httpx, as the SDK just did

        try:
            with heard_by_hooks(Heard(CONNECT_S)):
                async with asyncio.timeout(CHANGE_S):
                    return await work
        except Exception as error:  # noqa: BLE001  # as in `pull`
            failure = await asyncio.to_thread(translate, error, self._site, Matter(name))
        raise failure

    async def _steps(self, name: str) -> AsyncGenerator[Progress, None]:
        client = await self._client.get()
        from hybridchat.providers.ollama_hooks import Heard, heard_by_hooks  # imports httpx, as the SDK just did

        layers: dict[str, tuple[int, int]] = {}
        status = ""
        told = aiter(await client.pull(name, stream=True))
        try:
            with heard_by_hooks(Heard(CONNECT_S)):
                step = await anext(told, None)
            while step is not None:
                status = step.status or status
                if step.digest and step.total:
                    layers[step.digest] = (step.completed or 0, step.total)
                known = list(layers.values())
                yield Progress(status, sum(c for c, _ in known), sum(t for _, t in known) or None)
                # checking tens of gigabytes takes a slow disk minutes, and is told of once
                async with asyncio.timeout(QUIET_S if step.total else LOAD_S):
                    step = await anext(told, None)
        finally:
            if isinstance(told, AsyncGenerator):
                await hang_up(told.aclose)
        if status != "success":
            raise Cut("", host=self._site.host)

    def _failure(self, error: Exception, name: str, *, begun: bool) -> Exception:
        site = self._site
        if isinstance(error, TimeoutError):
            return Stalled(
                f"{site.host} said nothing more of {name}. Pull it again: it goes on where it stopped.", host=site.host
            )
        said = complaint_of(error)
        text = said.text.lower() if said is not None else ""
        found: tuple[type[ProviderError], str] | None = None
        if _FULL.search(text):
            found = ServerFault, f"There is no room for {name} on the disk of {site.host}. Delete a model, then pull it again."
        elif _AWAY.search(text):
            found = (
                Unreachable,
                f"{site.endpoint} cannot reach the place it pulls {name} from. Check the network, then pull it again.",
            )
        elif _MISSING.search(text):
            found = UnknownModel, f"{site.endpoint} finds no model {name} to pull. Its names are listed at ollama.com/library."
        if found is not None:
            return found[0](found[1], host=site.host)
        failure = translate(error, site, Matter(name))
        if isinstance(failure, Cut) or (begun and isinstance(failure, Malformed)):
            return Cut(f"The pull of {name} broke off. Pull it again: it goes on where it stopped.", host=site.host)
        return failure

"""A second opinion of the same local model on a question with one answer: asked once more, warmer, while the machine is idle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

from hybridchat.conversation import Package, not_local
from hybridchat.crew import Crew
from hybridchat.facts import Device, Model, ResourceState
from hybridchat.providers.base import Call, Delta, Done, ProviderError
from hybridchat.stopper import Stopped, Stopper

LONGEST_S = 10.0
"""The user waits for it, so what takes longer is given up."""
TEMPERATURE = 0.8
"""Away from the first answer's path; at the usual 0.7 to 1 a model that knows comes back to the same result."""
MOST_TOKENS = 1024


class Opinion:
    """One model's second opinion on one package. It costs nothing, is not stored, and gives way to every new turn."""

    def __init__(self, crew: Crew, model: Model, package: Package, device: Device, stopper: Stopper) -> None:
        self._crew, self._model, self._package, self._device = crew, model, package, device
        self._stopper = stopper
        self.notes: tuple[str, ...] = ()
        """What the user has to know of it."""

    @property
    def convenient(self) -> bool:
        """Whether the machine has nothing else to do: available, on mains, nobody else's answer running, the model in memory."""
        device = self._device
        idle = device.state is ResourceState.AVAILABLE and not device.on_battery and not device.own_load
        return idle and self._crew.world.live(self._model.id).resident is not False

    async def ask(self) -> str | None:
        """What the model says the second time; `None` when it failed, took too long, was stopped, or gave way."""
        task = asyncio.create_task(self._said())
        self._crew.opinions.add(task)
        task.add_done_callback(self._crew.opinions.discard)
        try:
            await self._stopper.unless(_settled(task))
            return task.result()
        except (Stopped, ProviderError, TimeoutError):
            return None
        except asyncio.CancelledError:
            if not task.cancelled():
                raise  # it is the turn that is cancelled
            return None
        finally:
            task.cancel()

    async def _said(self) -> str | None:
        package = self._package
        call = Call(
            self._model,
            package.messages,
            max_output=min(package.max_output, MOST_TOKENS),
            num_ctx=package.num_ctx,
            temperature=TEMPERATURE,
            think=package.parameters.think,
            keep_alive=self._crew.world.keep_alive(self._model),
        )
        text: list[str] = []
        async with asyncio.timeout(LONGEST_S):
            provider = await self._crew.world.provider(self._model.endpoint)
            stream = cast("AsyncGenerator[Delta | Done, None]", provider.stream(call))
            async with aclosing(stream) as parts:
                async for part in parts:
                    if isinstance(part, Done):
                        if part.remote_host and self._model.on_device:
                            self._crew.world.found_remote(self._model.id, part.remote_host)
                            self.notes = (not_local(self._model.name, part.remote_host, "once more"),)
                        return "".join(text) if part.reason == "stop" and part.remote_host is None else None
                    text.append(part.text)
        return None


async def _settled(task: asyncio.Task[str | None]) -> None:
    await asyncio.wait({task})

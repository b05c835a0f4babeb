"""An answer as its consumer holds it: events to iterate over, and a way to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import Self

from hybridchat.events import Event
from hybridchat.stopper import Stopper

LAST_EVENTS_S = 1.0
"""Seconds that a consumer has to take the last events when the chat closes."""


class Answer:
    """The events of one turn, in order. `stop()` ends the upstream stream; then comes `Ended(stopped)`."""

    def __init__(self, events: AsyncGenerator[Event, None], stopper: Stopper) -> None:
        self._events = events
        self._stopper = stopper
        self._left = asyncio.Event()

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        try:
            return await self._events.__anext__()
        except StopAsyncIteration:
            self._left.set()
            raise

    async def stop(self) -> None:
        """Stops the answer; the text so far is kept. Returns at once."""
        self._stopper.stop()

    async def aclose(self) -> None:
        """Leaves the stream; what was said so far is saved."""
        await self._events.aclose()

    async def end(self) -> None:
        """Stops the answer whoever follows it, and returns once it is saved, or after a second."""
        self._stopper.stop()
        try:
            await self._events.aclose()
        except RuntimeError:  # somebody waits for the next event, and is given the last ones
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_EVENTS_S):
                    await self._left.wait()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

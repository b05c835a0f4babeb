"""The user's stop, seen by whatever part of a turn is running."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


class Stopped(Exception):
    """The user stopped before the work was done."""


class Stopper:
    """One turn's stop. Event loop only."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._callback: Callable[[], None] | None = None

    @property
    def stopped(self) -> bool:
        return self._event.is_set()

    def stop(self) -> None:
        self._event.set()
        if self._callback is not None:
            self._callback()

    def attach(self, callback: Callable[[], None]) -> None:
        """Calls back at the stop, in place of whoever was attached before; at once when it already came."""
        self._callback = callback
        if self.stopped:
            callback()

    async def wait(self, seconds: float) -> bool:
        """Sleeps unless stopped; True when stopped."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)
        return self.stopped

    async def unless(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`; at the stop `work` is cancelled and `Stopped` raised, without waiting for it."""
        if self.stopped:
            work.close()
            raise Stopped
        task, stop = asyncio.create_task(work), asyncio.create_task(self._event.wait())
        try:
            await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise Stopped
            return task.result()
        finally:
            task.cancel()
            stop.cancel()

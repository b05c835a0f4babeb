"""An event loop on a thread of its own: while the prompt waits for the user, closing connections and gauges go on."""

from __future__ import annotations

import asyncio
import queue
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from types import FrameType
from typing import Any, Self, TypeVar

from hybridchat.answer import Answer
from hybridchat.events import Event

T = TypeVar("T")
SLICE = 0.2
"""Seconds of one wait: on Windows an endless one would not see Ctrl+C."""


class Backstage:
    """A context manager around the loop; leaving it cancels what still runs there."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()
        self._started: list[Future[None]] = []
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), name="chat", daemon=True)

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ready.set()
        await self._ended.wait()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(5.0)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            raise RuntimeError("the loop does not run yet")
        return self._loop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`, done on the loop; Ctrl+C cancels it."""
        future = asyncio.run_coroutine_threadsafe(work, self.loop)
        try:
            while True:
                try:
                    return future.result(SLICE)
                except TimeoutError:
                    if future.done():
                        raise
        except BaseException:
            future.cancel()
            raise

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Has `work` done on the loop; it ends with the loop at the latest."""
        self._started.append(asyncio.run_coroutine_threadsafe(work, self.loop))

    def call(self, work: Callable[[], T]) -> T:
        """The result of a plain function that must be called on the loop."""

        async def called() -> T:
            return work()

        return self.run(called())

    def stream(self, start: Callable[[], Answer]) -> Stream:
        """The events of an answer, for this thread to iterate over. Ctrl+C stops the answer meanwhile."""
        return Stream(self.loop, start)


class Stream:
    """An answer that runs on the loop and is read here. A context manager: inside it Ctrl+C stops the answer."""

    def __init__(self, loop: asyncio.AbstractEventLoop, start: Callable[[], Answer]) -> None:
        self._loop, self._start = loop, start
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._answer: Answer | None = None
        self._stopped = False
        self._stopping: asyncio.Task[None] | None = None
        self._before: Callable[[int, FrameType | None], object] | int | None = None

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, lambda *_: self.stop())
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before or signal.SIG_DFL)

    def __iter__(self) -> Iterator[Event]:
        running = asyncio.run_coroutine_threadsafe(self._pump(), self._loop)
        while True:
            try:
                event = self._events.get(timeout=SLICE)
            except queue.Empty:
                continue
            if event is None:
                break
            yield event
        running.result()

    def stop(self) -> None:
        """Stops the answer, from any thread or a signal handler; its last events still come."""
        self._stopped = True
        self._loop.call_soon_threadsafe(self._stop_now)

    def _stop_now(self) -> None:
        if self._answer is not None:
            self._stopping = self._loop.create_task(self._answer.stop())

    async def _pump(self) -> None:
        try:
            self._answer = self._start()
            if self._stopped:
                await self._answer.stop()
            async with self._answer:
                async for event in self._answer:
                    self._events.put(event)
        finally:
            self._events.put(None)

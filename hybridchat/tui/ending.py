"""Leaving because the system says so: SIGTERM, SIGHUP, a terminal that is gone. As with the key: stopped, kept, closed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from functools import partial

from textual.app import App

GRACE = 5.0
"""Seconds for leaving in order. Then the process ends all the same: what was said and typed is on the disk already."""
GONE = 128 + 1
"""The exit code of a program whose terminal went away, as of one that SIGHUP ended."""


def heed(app: App[None], leave: Callable[[], Awaitable[None]]) -> None:
    """Has `leave` called when the process is told to end or its terminal is gone. POSIX only; call it on the event loop."""
    if sys.platform == "win32" or app.is_headless:
        return
    loop = asyncio.get_running_loop()
    end = partial(_end, app, leave, [])
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup means it
            loop.add_signal_handler(number, end, 128 + number)
    # without SIGHUP a lost terminal only reads as empty, at once and for ever
    threading.Thread(target=_watch, args=(loop, end), name="terminal-watch", daemon=True).start()


def _watch(loop: asyncio.AbstractEventLoop, end: Callable[[int], None]) -> None:
    import select  # imported here: not everywhere is there a `poll`

    if sys.platform == "win32" or not hasattr(select, "poll"):
        return
    poll = select.poll()
    # no event is asked for: only what is reported unasked wakes this thread, once
    poll.register(0, 0)
    if any(found & select.POLLHUP for _, found in poll.poll()) and not loop.is_closed():
        loop.call_soon_threadsafe(end, GONE)


def _end(app: App[None], leave: Callable[[], Awaitable[None]], begun: list[asyncio.Task[None]], code: int) -> None:
    if begun:
        return
    last = threading.Timer(GRACE, os._exit, (code,))
    last.daemon = True
    last.start()
    if code == GONE and not os.isatty(0):  # somebody may send SIGHUP from elsewhere, to a terminal that is there
        _let_go()
    begun.append(asyncio.ensure_future(_left(app, leave, code)))


async def _left(app: App[None], leave: Callable[[], Awaitable[None]], code: int) -> None:
    try:
        await leave()
    finally:
        app.exit(return_code=code)


def _let_go() -> None:
    """What is still written goes nowhere: an error there would end the thread that writes, and then everybody waits for it."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    os.close(nowhere)

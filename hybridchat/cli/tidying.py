"""Erases what is due to be erased, while the chat is open and nobody waits for it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the screen imports this before its first paint, and the store after it
    from hybridchat.sessions.store import Store

FIRST = 5.0
"""Seconds after the start: the first answer comes first."""
EVERY = 60.0


async def keep_tidy(store: Store, *, first: float = FIRST, every: float = EVERY) -> None:
    """Looks after `first` seconds and then every `every` while no answer runs, until cancelled. What cannot be cleaned now is
    later."""
    await asyncio.sleep(first)
    while True:
        if not store.busy:  # cleaning a large file holds up what an answer says on its way to the disk
            await asyncio.to_thread(tidy, store)
        await asyncio.sleep(every)


def tidy(store: Store) -> int:
    """Erases what is due; how many conversations went. Blocks until the file is clean."""
    import sqlite3  # imported here: the screen is painted before anything is read

    with suppress(sqlite3.Error):  # the disk's trouble is told where something is saved
        return store.purge.tidy()
    return 0

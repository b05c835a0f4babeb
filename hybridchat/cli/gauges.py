"""Leaves the gauges where one-shot commands find them: they start no samplers of their own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the screen imports this before its first paint, and the world after it
    from hybridchat.world import World

FIRST = 3.0
"""Seconds until every sampler has looked once."""
EVERY = 30.0
"""Seconds; `ask` takes what is younger than three of these."""


async def keep_gauges(world: World, *, first: float = FIRST, every: float = EVERY) -> None:
    """Saves the gauges after `first` seconds and then every `every`, until cancelled."""
    await asyncio.sleep(first)
    while True:
        world.save_gauges()
        await asyncio.sleep(every)

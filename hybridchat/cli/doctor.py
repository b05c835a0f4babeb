"""`hybridchat doctor`: what was found and what is wrong, with the fix for each."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict

from hybridchat.assemble import Setup, assemble
from hybridchat.cli import edge
from hybridchat.cli.edge import say
from hybridchat.config import ConfigError, load
from hybridchat.doctor import Item, broken, examine, sick
from hybridchat.render.doctor import rows, verdict


def run(*, online: bool = False, as_json: bool = False) -> int:
    """Prints the findings; 0 where nothing is wrong, else 1."""
    edge.started()
    found = asyncio.run(_found(online))
    if as_json:
        sys.stdout.write("".join(edge.json_line(asdict(item)) for item in found))
    else:
        sys.stdout.write("".join(f"{line}\n" for _, line in rows(found)))
        say(verdict(found))
    return edge.PROVIDER if sick(found) else edge.OK


async def _found(online: bool) -> Sequence[Item]:
    try:
        config = load()
        # wired, but not made ready: that would ask what the configuration allows, and here only --online does
        chat = await asyncio.to_thread(assemble, Setup(samplers=False, config=config))
    except ConfigError as error:
        return broken(error, os.environ)
    try:
        return await examine(chat, config, os.environ, online=online)
    finally:
        await chat.close()

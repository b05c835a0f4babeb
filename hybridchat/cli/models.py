"""`hybridchat models`: what is kept on this machine and runs now; pull, rm and unload."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from hybridchat.assemble import Setup, assembled
from hybridchat.cli import edge
from hybridchat.cli.edge import Exit, say
from hybridchat.config import load
from hybridchat.facts import Snapshot
from hybridchat.providers.base import Progress, ProviderError, Unreachable
from hybridchat.render import models as told
from hybridchat.render.pulling import Meter, sentence
from hybridchat.render.words import size
from hybridchat.stock import NotOursError, Stock, locked, name_of
from hybridchat.world import World

if TYPE_CHECKING:
    from hybridchat.chat import Chat

STEP = 10
"""Percent between two lines where there is no terminal to draw a bar on."""


async def measure(world: World) -> None:
    """Looks once at this machine, where no running chat left its gauges."""
    from hybridchat.agents.once import measured  # imported here: psutil, 11 ms

    stored = world.stored_gauges or Snapshot()
    if stored.device.memory_free is None:
        world.stored_gauges = replace(stored, device=await asyncio.to_thread(measured))


def kept(world: World) -> Iterator[tuple[str, str, str]]:
    """Of each model on this machine its name, size, and what it does now or whether it fits."""
    device, running = world.snapshot().device, world.running()
    for model in (*world.models, *world.embedders):
        if model.on_device:
            state = told.about(model, running.get(model.id), device).rpartition(" · ")[2]
            yield model.name, size(model.size_bytes) or told.UNKNOWN, state if world.chats(model) else f"{told.EMBEDS}, {state}"


def pull(typed: str, *, demo: bool) -> int:
    return asyncio.run(_pull(typed, demo=demo))


def change(what: str, name: str, *, demo: bool) -> int:
    """Deletes (`rm`) or unloads a model."""
    return asyncio.run(_change(what, name, demo=demo))


async def _pull(typed: str, *, demo: bool) -> int:
    async with _opened(demo=demo) as chat:
        stock = Stock(chat.world)
        await measure(chat.world)
        name = typed or (found.name if (found := stock.suggestion) is not None else "")
        try:
            name = name_of(name)
            if chat.lock:
                raise locked(name, chat.lock)
            await follow(stock.pull(name), Meter(name), say, bar=sys.stderr.isatty())
        except (NotOursError, ProviderError) as error:
            raise _ended(error) from None
        model = stock.called(name)
        here = model is not None and model.on_device
        said = f'{name} is here. Ask it: hybridchat ask -m {name} "your question"' if here else stock.came(name)
        edge.out(f"{said}\n")
    return edge.OK


async def follow(steps: AsyncGenerator[Progress, None], meter: Meter, line: Callable[[str], None], *, bar: bool = False) -> None:
    """Shows a pull to its end: as a bar on the terminal, or as a `line` every ten percent. Raises what the pull raises."""
    try:
        with _bar(meter) if bar else _lines(meter, line) as show:
            async for step in steps:
                meter.take(step)
                show()
    except asyncio.CancelledError:
        line(f"Gave up pulling {meter.name}. The next pull goes on from there.")
        raise
    finally:
        await steps.aclose()


@contextmanager
def _lines(meter: Meter, line: Callable[[str], None]) -> Iterator[Callable[[], None]]:
    said = -1

    def show() -> None:
        nonlocal said
        now = int(100 * (meter.share or 0.0)) // STEP
        if meter.share is not None and now > said:
            said = now
            line(sentence(meter))

    yield show


@contextmanager
def _bar(meter: Meter) -> Iterator[Callable[[], None]]:
    # imported here: Rich costs 60 ms that only this command spends
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(None), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(meter.name, total=None)

        def show() -> None:
            doing = f" ({meter.doing})" if meter.doing else ""
            bars.update(task, description=meter.name + doing, total=meter.progress.total, completed=meter.progress.completed)

        yield show


async def _change(what: str, name: str, *, demo: bool) -> int:
    async with _opened(demo=demo) as chat:
        try:
            edge.out(f"{await Stock(chat.world).change(what, name)}\n")
        except LookupError as error:
            raise Exit(edge.USAGE, f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
        except (NotOursError, ProviderError) as error:
            raise _ended(error) from None
    return edge.OK


def _opened(*, demo: bool) -> AbstractAsyncContextManager[Chat]:
    return assembled(Setup(demo=demo, samplers=False, save=False, config=load()))


def _ended(error: NotOursError | ProviderError) -> Exit:
    if isinstance(error, NotOursError):
        return Exit(edge.USAGE, str(error))
    return Exit(edge.NOTHING if isinstance(error, Unreachable) else edge.PROVIDER, str(error))

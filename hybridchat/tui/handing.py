"""Questions with files on the screen: the files are read off the event loop, then the question goes the one way of all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from hybridchat.mentions import MARK
from hybridchat.tui.thread import Tone

if TYPE_CHECKING:  # the screen calls these and hands itself in; at run time nothing points back
    from hybridchat.attaching import Attached, Unsendable
    from hybridchat.events import Event
    from hybridchat.sessions.attachments import Named
    from hybridchat.tui.ports import Answer
    from hybridchat.tui.screen import ChatScreen


async def read(meant: str) -> Attached:
    """The question with the files that are marked in it. Raises `Unsendable`."""
    from hybridchat.attaching import Attached, attached  # imported here, like the next one: not needed before first paint

    if MARK not in meant:
        return Attached(meant)
    # not by its name: a folder that was deleted meanwhile has none
    return await asyncio.to_thread(attached, meant, Path(), marked=True)


async def tried(screen: ChatScreen, meant: str, back: str = "") -> Attached | None:
    """The same; `None` when a file cannot go along, which is said, and what was typed, `back`, is in the composer again."""
    from hybridchat.attaching import Unsendable

    try:
        return await read(meant)
    except Unsendable as problem:
        screen.say(refused(problem), Tone.WARN)
        if back and not screen.composer.text:
            screen.composer.draft = back
        return None


def refused(problem: Unsendable) -> str:
    return f"✗ not sent: {problem}"


class Handing:
    """The answer to a question whose files are read first. `start` asks it, once they are."""

    def __init__(self, meant: str, start: Callable[[Attached], Answer]) -> None:
        self._meant, self._start = meant, start
        self._answer: Answer | None = None
        self._stopped = False

    async def __aiter__(self) -> AsyncGenerator[Event, None]:
        found = await read(self._meant)
        self._answer = self._start(found)
        if self._stopped:
            await self._answer.stop()
        async with aclosing(self._answer) as events:
            async for event in events:
                yield event

    async def stop(self) -> None:
        self._stopped = True
        if self._answer is not None:
            await self._answer.stop()

    async def aclose(self) -> None:
        if self._answer is not None:
            await self._answer.aclose()


def tell_missing(screen: ChatScreen, found: Attached) -> None:
    """Says which names that look like files are none: they went as words."""
    if found.missing:
        from hybridchat.render.beside import absent  # imported here: hardly ever

        screen.say(f"▪ {absent(found.missing)}; sent as text", Tone.WARN)


def asking(
    meant: str,
    files: tuple[Named, ...],
    start: Callable[[str, tuple[Named, ...]], Answer],
    tell: Callable[[Attached], None],
) -> Answer:
    """`start` with the text of a question and its pictures, after the files named in it are read; `files` go along anyway.

    `tell` hears what was read.
    """
    if MARK not in meant:
        return start(meant, files)

    def begin(found: Attached) -> Answer:
        tell(found)
        return start(found.text, (*files, *found.files))

    return Handing(meant, begin)

"""The list of files above the composer while `@` and a part of a path are written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from hybridchat.mentions import undone
from hybridchat.render.text import one_line
from hybridchat.render.words import plural, size
from hybridchat.tui.keymap import line

if TYPE_CHECKING:  # the composer makes one of these and hands itself in; at run time nothing points back
    from hybridchat.attaching import Offer
    from hybridchat.tui.composer import Composer

_UNSEEN = "no model here sees pictures"


class Files(Static):
    """What the name that is being written may become, one row each."""

    DEFAULT_CSS = "Files { height: auto; padding: 0 1; background: $panel; }"


KEYS = "{complete} takes it · {write-up} {write-down} choose · {names-close} closes"


def rows(found: tuple[Offer, ...], more: int, at: int, width: int, *, sees: bool, keys: str = "") -> Content:
    """The list for `width` cells, row `at` marked: `› notes.md   1.2 kB · about 300 tokens`."""
    lines = []
    names = min(max((len(one.name) for one in found), default=0), max(12, width - 34))
    for n, one in enumerate(found):
        sign, tone = ("› ", "$foreground bold") if n == at else ("  ", "$foreground")
        figures = _figures(one, sees=sees)
        name = one_line(one.name, names)
        pad = " " * (names - len(name) + 2) if figures.plain else ""
        lines.append(Content.assemble((sign, "$local"), (name, tone), pad, figures).truncate(width, ellipsis=True))
    said = [f"{more:,} more"] if more else []
    lines.append(Content.styled(" · ".join([*said, keys] if keys else said), "$muted").truncate(width))
    return Content("\n").join(lines)


def _figures(one: Offer, *, sees: bool) -> Content:
    if one.folder:
        return Content("")
    if one.why:
        return Content.styled(f"{size(one.size)} · {one.why}" if one.size else one.why, "$warn")
    if one.picture:
        return Content.assemble((f"{size(one.size)} · picture", "$muted"), *([] if sees else [(f" · {_UNSEEN}", "$warn")]))
    return Content.styled(f"{size(one.size)} · about {plural(one.tokens, 'token')}", "$muted")


class Naming:
    """Follows the name at the cursor of one composer. Folders are read off the event loop."""

    def __init__(self, composer: Composer, base: Callable[[], Path], sees: Callable[[], bool]) -> None:
        self._composer, self._base, self._sees = composer, base, sees
        self._list: Files | None = None
        self._found: tuple[Offer, ...] = ()
        self._more = 0
        self._at = 0
        self._part: str | None = None
        """The beginning that the list is for, or that is being looked up."""
        self._closed: str | None = None
        """The beginning for which the list was closed by hand."""
        self._eager = False
        """Completed before the folder was read: then the first one is taken."""
        self.chosen = False
        """A row was chosen with the arrows, so that Enter means it."""

    @property
    def open(self) -> bool:
        return self._list is not None and bool(self._found)

    def _here(self) -> tuple[int, str] | None:
        row, column = self._composer.cursor_location
        return undone(self._composer.document.get_line(row)[:column]) if self._composer.selection.is_empty else None

    def look(self) -> None:
        """The text or the cursor changed."""
        here = self._here()
        part = here[1] if here is not None else None
        if part == self._part:
            return
        self._part, self._eager = part, False
        if part is None or part == self._closed:
            self.close()
        else:
            self._closed = None
            self._composer.run_worker(self._look(part), group="files", exclusive=True)

    async def _look(self, part: str) -> None:
        from hybridchat.attaching import offers  # imported here: not needed before first paint

        found, more = await asyncio.to_thread(offers, part, self._base())
        if part != self._part:
            return
        self._found, self._more, self._at, self.chosen = found, more, 0, False
        if not found:
            self._drop()
        elif self._eager:
            self.take()
        else:
            await self._show()

    async def _show(self) -> None:
        if self._list is None:
            self._list = Files()
            await self._composer.screen.mount(self._list, before=self._composer)
        if self._list is not None:
            width = self._composer.size.width - 2
            keys = line(self._composer.app, KEYS)
            self._list.update(rows(self._found, self._more, self._at, width, sees=self._sees(), keys=keys))

    def close(self, *, by_hand: bool = False) -> None:
        """Takes the list away; `by_hand`: until another name is written."""
        if by_hand:
            self._closed = self._part
        self._found, self.chosen = (), False
        self._drop()

    def _drop(self) -> None:
        if self._list is not None:
            self._list.remove()
            self._list = None

    def step(self, by: int) -> None:
        """Marks another row."""
        self._at = (self._at + by) % len(self._found)
        self.chosen = True
        self._composer.run_worker(self._show(), group="files-shown")

    def complete(self) -> bool:
        """Takes the marked row, or the first one as soon as the folder was read; `False` where no name is written."""
        if self.open:
            self.take()
            return True
        if self._here() is None or (self._part is not None and self._part == self._closed):
            return False
        self._eager = True
        return True

    def take(self) -> None:
        """Writes the marked row in place of what was written of it."""
        here, one = self._here(), self._found[self._at]
        if here is None:
            return
        if one.why:
            self._composer.notify(f"{one.name} cannot go along: {one.why}.", timeout=4)
            return
        row, column = self._composer.cursor_location
        self.close()
        self._composer.put(one.text, (row, here[0]), (row, column))

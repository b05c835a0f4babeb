"""What the line under the composer says of the draft, and the model that is loaded while it is written."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from hybridchat.commands import parse
from hybridchat.render.beside import absent, beside
from hybridchat.tui import handing

if TYPE_CHECKING:  # the screen makes one of these and hands itself in; at run time nothing points back
    from hybridchat.facts import Model
    from hybridchat.tui.ports import Preview
    from hybridchat.tui.screen import ChatScreen

TOLD = 0.25
"""Seconds between two words on how far the look through a long draft is."""


class Ahead:
    """Looks ahead for one screen."""

    def __init__(self, screen: ChatScreen) -> None:
        self._screen = screen
        self._beside = self._refused = ""
        """What goes along with the draft, and why a file of it cannot."""
        screen.composer.sees = self.sees

    async def look(self) -> None:
        """Says where the draft would go; a preview that fails is none, and sending will say why."""
        screen, told = self._screen, None
        draft = screen.composer.draft
        if screen.chrome.commands(draft):
            screen.previewed = None
            return
        self._refused, self._beside = "", ""
        if draft.strip() and not parse(draft):
            telling = screen.set_interval(TOLD, self._tell)
            try:
                with suppress(Exception):  # whatever it is, it must not disturb somebody who types
                    told = await self._preview(screen.composer.meant)
            finally:
                telling.stop()
        screen.previewed = (draft, told) if told is not None else None
        self.show()
        if told is not None and (model := screen.current.to_warm(told, screen.opened.snapshot())) is not None:
            screen.run_worker(self._warm(model, told.num_ctx), group="warm", exit_on_error=False)

    async def _preview(self, meant: str) -> Preview | None:
        """Where the draft would go with the files it names; what cannot go along is said instead."""
        from hybridchat.attaching import Unsendable  # imported here: not needed before first paint

        try:
            found = await handing.read(meant)
        except Unsendable as problem:
            self._refused = str(problem)
            return None
        told = await self._screen.current.preview(found.text, found.files)
        # a name at the end is still being written
        missing = [name for name in found.missing if not meant.rstrip("\n").endswith(name)]
        self._beside = " · ".join(filter(None, (beside(found.taken), absent(missing))))
        return told

    def sees(self) -> bool:
        """Whether a model that could be asked sees pictures."""
        return self._screen.ready and any("vision" in m.capabilities for m in self._screen.opened.chat.models())

    def _tell(self) -> None:
        """Says how far the look is; a short text is looked through before this is called at all."""
        share = self._screen.opened.chat.looked_through
        if share is not None and share < 1:
            self._screen.previewed = None
            self._screen.chrome.looking(share)

    def show(self) -> None:
        """Brings the line up to date."""
        told = self._screen.previewed[1] if self._screen.previewed is not None else None
        self._screen.chrome.preview(told, self._screen.current.loading(told), beside=self._beside, refused=self._refused)

    async def _warm(self, model: Model, num_ctx: int | None) -> None:
        self._screen.call_later(self.show)
        await self._screen.current.warm(model, num_ctx)
        self.show()

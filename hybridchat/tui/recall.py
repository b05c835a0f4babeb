"""Ctrl+R: what was typed before, in any conversation, found again by some of its letters."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from hybridchat.mentions import recalled
from hybridchat.render.finding import remembered
from hybridchat.render.text import one_line
from hybridchat.tui.keymap import bind
from hybridchat.tui.sheet import Sheet, room
from hybridchat.tui.widgets import Field, List

if TYPE_CHECKING:  # the screen opens this and hands itself in; at run time nothing points back
    from hybridchat.tui.screen import ChatScreen


class Recall(Sheet[str]):
    """Returns a text that was typed before, or `None` when left."""

    HEADING: ClassVar[str] = "What you typed before"
    KEYS: ClassVar[str] = "type to search · {recall-newer} {recall-older} choose · {field-done} into the composer · {close} close"
    DEFAULT_CSS = """
    Recall Input { margin-bottom: 1; }
    Recall Input:focus { border: none; background-tint: 0%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("recall-newer", "step(-1)", priority=True),
        # the key that opened the list goes on in it, as in a shell
        bind("recall-older", "step(1)", priority=True),
    ]

    def __init__(self, texts: Sequence[str], wanted: str) -> None:
        """`texts` are what was typed, newest first."""
        super().__init__()
        self._texts, self._wanted = texts, wanted
        self._shown: list[str] = []

    def inside(self) -> Iterable[Widget]:
        yield Field(self._wanted, placeholder="some of its words or letters", select_on_focus=False)
        yield List()

    def on_mount(self) -> None:
        picker = self.query_one(OptionList)
        picker.can_focus = False
        self.query_one(Input).focus()
        self.fit(3)
        self._look(self._wanted)

    def redraw(self) -> None:
        self._look(self.query_one(Input).value)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._look(event.value)

    @work(exclusive=True)
    async def _look(self, wanted: str) -> None:
        # off the event loop: it is all that was ever typed
        self._shown = await asyncio.to_thread(remembered, self._texts, wanted)
        picker, cells = self.query_one(OptionList), room(self.app.size.width) - 2
        picker.clear_options()
        picker.add_options([Option(Content(one_line(text, cells))) for text in self._shown])
        if not self._shown:
            picker.add_option(Option(Content.styled("nothing like it was typed", "$muted"), disabled=True))
            return
        picker.highlighted = 0

    def action_step(self, by: int) -> None:
        picker = self.query_one(OptionList)
        if self._shown:
            picker.highlighted = max(0, min(len(self._shown) - 1, (picker.highlighted or 0) + by))

    def on_input_submitted(self) -> None:
        at = self.query_one(OptionList).highlighted
        if at is not None and at < len(self._shown):
            self.dismiss(self._shown[at])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._shown[event.option_index])


async def recall(screen: ChatScreen, args: str) -> None:
    """Opens the list, searched for `args`; what is chosen goes into the composer, and what stood there comes back with ↑."""
    texts = await asyncio.to_thread(screen.opened.chat.store.asked)

    def chosen(text: str | None) -> None:
        if text is not None:
            if screen.composer.draft:
                screen.composer.clear_draft()
            screen.composer.draft = recalled(text)
            screen.set_focus(screen.composer)

    if texts:
        await screen.app.push_screen(Recall(texts, args), chosen)
    else:
        screen.say("Nothing was typed yet.")

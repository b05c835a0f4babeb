"""The user's own words: what never leaves readable, and what is never hidden."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import ClassVar, Protocol

from textual import work
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from hybridchat.privacy.scan import Terms
from hybridchat.render.text import one_line
from hybridchat.tui.keymap import bind
from hybridchat.tui.sheet import Sheet, room
from hybridchat.tui.widgets import Field, List


class Port(Protocol):
    """The list, off the event loop. Raises `ValueError` with a sentence."""

    @property
    def folder(self) -> tuple[str, ...]: ...
    def all(self) -> Terms: ...
    def add(self, word: str, *, never: bool = False) -> str: ...
    def remove(self, word: str) -> str: ...


class Words(Sheet[None]):
    """Stays open while words are added and taken away; `changed` is called after each."""

    HEADING: ClassVar[str] = "Words that never leave readable"
    KEYS: ClassVar[str] = "{terms-add} add · {terms-remove} remove · {terms-never} never hide, or hide again · {close} close"
    WRITING: ClassVar[str] = "{field-done} keep it · {close} leave it"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("terms-add", "add", priority=True),
        bind("terms-remove", "remove"),
        bind("terms-never", "never"),
    ]
    DEFAULT_CSS = """
    Words Input { height: 1; min-height: 1; border: none; padding: 0; margin-top: 1; display: none; background: $panel; }
    Words Input:focus { border: none; background: $panel; }
    """

    def __init__(self, port: Port, found: Terms, changed: Callable[[], None]) -> None:
        super().__init__()
        self._port, self._changed = port, changed
        self._rows: list[tuple[str, bool]] = []
        """Each word, and whether it is never hidden."""
        self._found = found

    def inside(self) -> Iterable[Widget]:
        yield List()
        yield Field(placeholder="a word or phrase")

    def on_mount(self) -> None:
        self._show()
        self.set_focus(self.query_one(OptionList))

    def _show(self, at: int = 0) -> None:
        picker, cells = self.query_one(OptionList), room(self.app.size.width) - 24
        picker.clear_options()
        self._rows = [(word, False) for word in self._found.always] + [(word, True) for word in self._found.never]
        for word, never in self._rows:
            told = ("never hidden", "$warn") if never else ("hidden", "$local")
            picker.add_option(Option(Content.assemble((f"{one_line(word, cells):<{cells}}  ", "$foreground"), told)))
        for word in self._port.folder:
            told = ("hidden, this folder", "$muted")
            row = Content.assemble((f"{one_line(word, cells):<{cells}}  ", "$muted"), told)
            picker.add_option(Option(row, disabled=True))
        if not self._rows and not self._port.folder:
            words = "none yet: names, projects, customers that must not leave readable"
            picker.add_option(Option(Content.styled(words, "$muted"), disabled=True))
        if self._rows:
            picker.highlighted = min(at, len(self._rows) - 1)
        self.fit()

    def redraw(self) -> None:
        self._show(self.query_one(OptionList).highlighted or 0)

    @property
    def _at(self) -> tuple[str, bool] | None:
        at = self.query_one(OptionList).highlighted
        return self._rows[at] if at is not None and at < len(self._rows) else None

    @property
    def _writing(self) -> bool:
        return self.query_one(Input).display

    @work(exclusive=True)
    async def _do(self, change: Callable[[], str]) -> None:
        at = self.query_one(OptionList).highlighted or 0
        try:
            told = await asyncio.to_thread(change)
            self._found = await asyncio.to_thread(self._port.all)
        except ValueError as error:
            self.notify(str(error), severity="warning", timeout=6)
            return
        self._show(at)
        self.notify(told, timeout=3)
        self._changed()

    def action_add(self) -> None:
        field = self.query_one(Input)
        field.value, field.display = "", True
        self.say_keys(self.WRITING)
        self.set_focus(field)
        self.fit(2)

    def action_remove(self) -> None:
        if (found := self._at) is not None:
            self._do(lambda: self._port.remove(found[0]))

    def action_never(self) -> None:
        if (found := self._at) is not None:
            self._do(lambda: self._port.add(found[0], never=not found[1]))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._close()
        if word := event.value.strip():
            self._do(lambda: self._port.add(word))

    def _close(self) -> None:
        self.set_focus(self.query_one(OptionList))
        self.query_one(Input).display = False
        self.say_keys(self.KEYS)
        self.fit()

    def check_action(self, action: str, _: tuple[object, ...]) -> bool | None:
        """In the field every letter is a letter."""
        return not self._writing if action in {"add", "remove", "never"} else True

    def action_leave(self) -> None:
        if self._writing:
            self._close()
        else:
            self.dismiss(None)

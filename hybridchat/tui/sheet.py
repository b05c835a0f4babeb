"""The frame that every list and view of the program stands in: a title, a body, a line of keys; Esc leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import OptionList, Static

from hybridchat.tui import keymap
from hybridchat.tui.inherited import inherited
from hybridchat.tui.keymap import bind
from hybridchat.tui.widgets import Scroll

R = TypeVar("R")
_AROUND = 8
"""Rows of border, padding, title and keys."""


def room(width: int) -> int:
    """Cells for text inside a sheet on a screen of `width` cells."""
    return max(8, min(104, width * 92 // 100) - 7)


class Sheet(ModalScreen[R], inherit_bindings=False):
    """A view over the chat. Subclasses say `TITLE`, `KEYS` and what is `inside`."""

    DEFAULT_CSS = """
    Sheet { align: center middle; background: $background 60%; }
    Sheet > Vertical {
        width: 92%; max-width: 104; height: auto; max-height: 92%; background: $surface; padding: 1 2; border: round $faint;
    }
    Sheet .title { text-style: bold; margin-bottom: 1; }
    Sheet .keys { color: $muted; margin-top: 1; }
    Sheet VerticalScroll { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
    Sheet OptionList { height: auto; max-height: 100%; border: none; padding: 0; background: $surface; }
    Sheet OptionList { scrollbar-size-vertical: 1; }
    Sheet OptionList:focus { border: none; background-tint: $foreground 0%; }
    Sheet * { scrollbar-background: $surface; scrollbar-background-hover: $surface; scrollbar-background-active: $surface; }
    Sheet OptionList > .option-list--option-highlighted, Sheet OptionList:focus > .option-list--option-highlighted {
        background: $panel; color: $foreground; text-style: bold;
    }
    Sheet Input { border: none; height: 1; padding: 0; background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *inherited(Screen, "everywhere"), bind("interrupt", "app.help_quit"), bind("close", "leave"),
    ]  # fmt: skip
    HEADING: ClassVar[str] = ""
    KEYS: ClassVar[str] = "{close} close"
    """A line of keys; an id in braces is written as its key."""
    _width = 0
    """Cells of the screen that the rows are drawn for."""
    _said = ""
    """The line of keys that stands there instead."""

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(self.HEADING), classes="title")
            yield from self.inside()
            yield Static(Content(self.keys_line(self.KEYS)), classes="keys")

    def keys_line(self, text: str) -> str:
        """A line of keys for this width: an id in braces is written as its key, and no key stands apart from what it does."""
        return keymap.fold(keymap.line(self.app, text), room(self.app.size.width))

    def say_keys(self, text: str) -> None:
        """Changes the line of keys."""
        self._said = text
        self.query_one(".keys", Static).update(Content(self.keys_line(text)))

    def inside(self) -> Iterable[Widget]:
        """The body."""
        return ()

    def fit(self, beside: int = 0) -> None:
        """Gives a list the rows that are left, so that the line of keys stays in sight; `beside` are rows of other fields."""
        keys = self.keys_line(self._said or self.KEYS).count("\n")
        rows = self.app.size.height * 92 // 100 - _AROUND - keys - beside
        for picker in self.query(OptionList):
            picker.styles.max_height = max(1, rows)

    def on_resize(self) -> None:
        self.say_keys(self._said or self.KEYS)
        self.fit()
        before, self._width = self._width, self.app.size.width
        if before not in {0, self._width}:
            self.redraw()

    def redraw(self) -> None:
        """The screen became wider or narrower: rows that were made for its width are made again."""

    def replace(self, rows: Iterable[Content]) -> None:
        """Draws the rows of the list again; the highlight stays."""
        picker = self.query_one(OptionList)
        for n, row in enumerate(rows):
            picker.replace_option_prompt_at_index(n, row)

    def action_leave(self) -> None:
        self.dismiss(None)


class Page(Sheet[None]):
    """A text to read and scroll."""

    DEFAULT_CSS = """
    Page > Vertical { height: 92%; }
    Page VerticalScroll { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [bind("page-close", "leave")]
    KEYS: ClassVar[str] = "{read-up} {read-down} scroll · {close} close"

    def __init__(self, heading: str, made: Content | Callable[[int], Content]) -> None:
        """`made` makes a text whose lines depend on the cells there are, as `room` counts them."""
        super().__init__()
        self._heading = heading
        self._made = made

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(self._heading), classes="title")
            with Scroll():
                yield Static(self._text, classes="text")
            yield Static(Content(self.keys_line(self.KEYS)), classes="keys")

    @property
    def _text(self) -> Content:
        return self._made if isinstance(self._made, Content) else self._made(room(self.app.size.width))

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def fit(self, beside: int = 0) -> None:
        width = room(self.app.size.width)
        rows = sum(1 + line.cell_length // width for line in self._text.split("\n"))
        self.query_one(Vertical).styles.height = min(rows + _AROUND + beside, self.app.size.height * 92 // 100)

    def redraw(self) -> None:
        self.query_one(".text", Static).update(self._text)

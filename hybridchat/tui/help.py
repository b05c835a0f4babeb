"""F1: every command and key in groups, to be searched by typing, and what is to be known of this terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from textwrap import wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from hybridchat.bindings import Keys
from hybridchat.render import guide
from hybridchat.render.guide import Entry
from hybridchat.render.terminal import Terminal
from hybridchat.tui.keymap import bind
from hybridchat.tui.sheet import Sheet, room
from hybridchat.tui.widgets import Field, Scroll

COLUMNS = 62
"""Cells from which on what a command does stands beside it, not below."""
WIDE = 80
"""Cells from which on every command's name and what it takes stand on one line with the rest."""
_KEYS = 7
"""Cells of the column of keys."""


def page(rows: Sequence[Entry], width: int) -> Content:
    """The rows under their headings, in lines of at most `width` cells."""
    parts: list[Content] = []
    group = ""
    longest = max((len(row.name) for row in rows), default=0)
    usage = longest if width >= WIDE else min(longest, 20)
    for row in rows:
        if row.group != group:
            parts.append(Content.styled(f"{chr(10) if group else ''}{row.group}", "bold"))
            group = row.group
        parts.append(_beside(row, usage, width) if width >= COLUMNS else _below(row, width))
    return Content("\n").join(parts)


def _beside(row: Entry, usage: int, width: int) -> Content:
    """Three columns; where a name or the keys are longer than theirs, the rest begins one line below."""
    if len(row.name) > usage:
        rest = _beside(replace(row, name=" "), usage, width)
        return Content("\n").join([Content.styled(row.name, "$foreground"), rest])
    left = f"{row.name:<{usage}}  " if row.name else ""
    keys = _KEYS if row.name else max(_KEYS + 2, len(row.keys))
    head = [(left, "$foreground"), (f"{row.keys:<{keys}}  ", "$local")]
    indent = (usage + 2 if row.name else 0) + keys + 2
    said = wrap(row.said, max(16, width - indent))
    if len(left) <= usage + 2 and len(row.keys) <= keys:
        head.append((said.pop(0), "$muted"))
    return Content("\n").join(
        [Content.assemble(*head).rstrip(), *(Content.styled(" " * indent + text, "$muted") for text in said)]
    )


def _below(row: Entry, width: int) -> Content:
    gap = max(2, width - len(row.name) - len(row.keys))
    head = Content.assemble((row.name, "$foreground"), (" " * gap if row.name else "", ""), (row.keys, "$local"))
    said = [Content.styled(f"  {text}", "$muted") for text in wrap(row.said, max(12, width - 2))]
    return Content("\n").join([head, *said])


def of_terminal(terminal: Terminal, keys: Keys, width: int) -> Content:
    """What is to be known of this terminal; the lines to copy are not wrapped."""
    rows = [text for said in guide.here_only(terminal, keys) for text in wrap(said, width)]
    parts = [Content.styled(f"In {terminal.title}", "bold"), *(Content.styled(text, "$muted") for text in rows)]
    how = guide.new_line(terminal)
    if how is not None:
        parts += [Content.styled(text, "$muted") for text in wrap(f"For Shift+Enter: {how.where}", width)]
        parts += [Content.styled(f"  {text}", "$foreground") for text in how.lines]
    return Content("\n").join(parts) if len(parts) > 1 else Content("")


class Help(Sheet[None]):
    """What is typed leaves the rows in which it occurs."""

    DEFAULT_CSS = """
    Help > Vertical { height: 92%; }
    Help Input { margin-bottom: 1; }
    Help Input:focus { border: none; background-tint: 0%; }
    Help VerticalScroll { height: 1fr; }
    """
    HEADING: ClassVar[str] = "Keys and commands"
    KEYS: ClassVar[str] = "type to search · {help-up} {help-down} {help-page-down} scroll · {close} close"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("help-up", "scroll(-1)"),
        bind("help-down", "scroll(1)"),
        bind("help-page-up", "page(-1)"),
        bind("help-page-down", "page(1)"),
        bind("help-close", "leave"),
    ]

    def __init__(self, keys: Keys, terminal: Terminal, wanted: str = "") -> None:
        super().__init__()
        self._keys, self._terminal, self._wanted = keys, terminal, wanted

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(self.HEADING), classes="title")
            yield from self.inside()
            yield Static(Content(self.keys_line(self.KEYS)), classes="keys")

    def inside(self) -> Iterable[Widget]:
        yield Field(self._wanted, placeholder="a word of it, or a key", select_on_focus=False)
        with Scroll(can_focus=False):
            yield Static(classes="page")

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._show()

    def on_resize(self) -> None:
        super().on_resize()
        self._show()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._wanted = event.value
        self._show()
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def _show(self) -> None:
        width = room(self.app.size.width) - 1
        rows = guide.found(guide.entries(self._keys), self._wanted)
        said = page(rows, width) if rows else Content.styled("Nothing like it.", "$muted")
        about = of_terminal(self._terminal, self._keys, width)
        if about and (not self._wanted or self._wanted.lower() in about.plain.lower()):
            said = about if not rows else Content.assemble(said, "\n\n", about)
        self.query_one(".page", Static).update(said)

    def action_scroll(self, by: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        scroll = self.query_one(VerticalScroll)
        (scroll.scroll_page_up if by < 0 else scroll.scroll_page_down)(animate=False)

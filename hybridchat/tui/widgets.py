"""Textual's fields, lists and scrolled texts, with the keys of the table."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.containers import ScrollableContainer, VerticalScroll
from textual.widgets import Input, OptionList

from hybridchat.tui.inherited import inherited


class Field(Input, inherit_bindings=False):
    """A line to write in."""

    BINDINGS: ClassVar[list[BindingType]] = inherited(Input, "editing", "fields")


class List(OptionList, inherit_bindings=False):
    """A list to choose from. Keeps the row it stands on in sight when it becomes shorter."""

    BINDINGS: ClassVar[list[BindingType]] = inherited(OptionList, "lists")

    def on_resize(self) -> None:
        self.scroll_to_highlight()


class Scroll(VerticalScroll, inherit_bindings=False):
    """What is longer than its place."""

    BINDINGS: ClassVar[list[BindingType]] = inherited(ScrollableContainer, "reading")

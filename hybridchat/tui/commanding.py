"""The palette of commands, which is Textual's, with the keys of the table."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.command import CommandInput, CommandList, CommandPalette
from textual.screen import Screen
from textual.widgets import Input, OptionList

from hybridchat.tui.inherited import inherited


class _Wanted(CommandInput, inherit_bindings=False):
    BINDINGS: ClassVar[list[BindingType]] = inherited(Input, "editing", "fields")


class _Found(CommandList, inherit_bindings=False):
    BINDINGS: ClassVar[list[BindingType]] = inherited(OptionList, "lists")


class Commands(CommandPalette, inherit_bindings=False):
    """All commands, to search."""

    BINDINGS: ClassVar[list[BindingType]] = [*inherited(Screen, "everywhere"), *inherited(CommandPalette, "palette")]

    def compose(self) -> ComposeResult:
        for part in super().compose():
            if isinstance(part, CommandInput):
                yield _Wanted(placeholder=part.placeholder, select_on_focus=False)
            elif isinstance(part, CommandList):
                yield _Found()
            else:
                yield part

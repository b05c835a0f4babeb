"""Ctrl+X, then a letter: every command for keyboards and terminals without F-keys."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from hybridchat.commands import COMMANDS


class Leader(ModalScreen[str]):
    """Returns the command's name; any other key returns `None`."""

    DEFAULT_CSS = """
    Leader { align: center bottom; background: $background 0%; }
    Leader Static { width: 100%; height: auto; background: $panel; padding: 0 1; border-top: solid $faint; }
    """
    LETTERS: ClassVar[dict[str, str]] = {c.letter: c.name for c in COMMANDS if c.letter}

    def compose(self) -> ComposeResult:
        items = [Content.assemble((letter, "$local bold"), f" {name}") for letter, name in self.LETTERS.items()]
        yield Static(Content.assemble(("^x  ", "$muted"), Content("  ").join(items)))

    def on_key(self, event: events.Key) -> None:
        event.stop()
        self.dismiss(self.LETTERS.get(event.character or ""))

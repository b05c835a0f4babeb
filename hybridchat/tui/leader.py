"""Ctrl+X, then a letter: every command for keyboards and terminals without F-keys.

The composer itself waits for the letter: a view that has to open first would lose the keys that come meanwhile.
"""

from __future__ import annotations

from textual.content import Content

from hybridchat.commands import COMMANDS

LETTERS = {c.letter: c.name for c in COMMANDS if c.letter}
"""Letter -> command name."""


def bar(width: int) -> Content:
    """What each letter does, in rows of at most `width` cells that break between two."""
    rows = [Content.styled("^x", "$muted")]
    for command in COMMANDS:
        if not command.letter:
            continue
        item = Content.assemble((command.letter, "$local bold"), f" {command.label or command.name}")
        if rows[-1].cell_length + 2 + item.cell_length > width:
            rows.append(Content("  "))
        rows[-1] = Content.assemble(rows[-1], "  ", item)
    return Content("\n").join(rows)

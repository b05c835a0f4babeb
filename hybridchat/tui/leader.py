"""Ctrl+X, then a letter: every command for keyboards and terminals without F-keys.

The composer itself waits for the letter: a view that has to open first would lose the keys that come meanwhile.
"""

from __future__ import annotations

from textual.content import Content

from hybridchat.commands import COMMANDS

LETTERS = {c.letter: c.name for c in COMMANDS if c.letter}
"""Letter -> command name."""


def bar(width: int, key: str = "^x") -> Content:
    """What each letter after `key` does, in rows of at most `width` cells that break between two."""
    rows = [Content.styled(key, "$muted")]
    for letter, word in [*((c.letter, c.label or c.name) for c in COMMANDS if c.letter), ("enter", "new line")]:
        item = Content.assemble((letter, "$local bold"), f" {word}")
        if rows[-1].cell_length + 2 + item.cell_length > width:
            rows.append(Content(" " * len(key)))
        rows[-1] = Content.assemble(rows[-1], "  ", item)
    return Content("\n").join(rows)

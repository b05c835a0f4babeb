"""F1: keys and commands, out of the one table."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap

from textual.content import Content

from hybridchat.commands import COMMANDS, key_word

_WRITING = (
    ("enter", "send"),
    ("^j", "new line; Shift+Enter and Alt+Enter too where the terminal sends them"),
    ("enter", "while an answer comes: the message waits above the composer and is sent after it"),
    ("↑", "in an empty composer: the message that waits, back to edit; else the question before"),
    ("⇧tab", "go to the messages: ↑ ↓ move, esc goes back"),
    ("end", "in an empty composer or in the messages: newest line, and follow it again"),
    ("pgup pgdn", "scroll the conversation while you write"),
    ("^c", "stop the answer, else clear the draft (↑ or ^z brings it back); when empty, twice to leave"),
    ("^d", "leave, when the composer is empty"),
    ("^x", "then a letter, for keyboards without F-keys"),
)

_OTHERS = (
    ("message-copy", "y", "in the messages: copy"),
    ("message-code", "u", "in the messages: copy the next code block"),
    ("message-edit", "e", "in the messages: ask the question in other words"),
    ("branch-before", "left", "in the messages: the branch before, where it says 2 of 3"),
    ("branch-after", "right", "in the messages: the branch after"),
    ("find-above", "enter", "while finding: the hit above (↑ too)"),
    ("find-below", "shift+enter", "while finding: the hit below (↓ too)"),
    ("recall-newer", "up", "in the list of what was typed before: newer"),
    ("recall-older", "down", "in that list: older (^r too)"),
    ("find-stay", "tab", "while finding: stay at the message; esc goes back to where you were"),
)
"""Bindings without a command: id, key, what it does."""


def page(keys: Mapping[str, str], width: int) -> Content:
    """The help text for `width` cells; `keys` are the user's own, by command name."""
    rows: list[tuple[str, str]] = []
    for command in COMMANDS:
        key = keys.get(command.name, command.key)
        letter = f"^x {command.letter}" if command.letter else ""
        rows.append((f"{command.usage:<16}", "$foreground"))
        rows.append((f"{key_word(key):<5}{letter:<6}", "$local"))
        rows.append((_hanging(command.help, 27, width), "$muted"))
    rows.append(("\nWriting and reading\n", "bold"))
    for key, words in [*_WRITING, *((key_word(keys.get(name, key)), words) for name, key, words in _OTHERS)]:
        rows.append((f"{key:<11}", "$local"))
        rows.append((_hanging(words, 11, width), "$muted"))
    return Content.assemble(*rows)


def _hanging(text: str, indent: int, width: int) -> str:
    return f"\n{' ' * indent}".join(wrap(text, max(12, width - indent))) + "\n"

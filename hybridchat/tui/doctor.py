"""What the doctor found, to read."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from textual.content import Content

from hybridchat.doctor import Item
from hybridchat.render.doctor import rows, verdict
from hybridchat.tui.sheet import Page, room

_TONES = {"ok": "$foreground", "note": "$warn", "wrong": "$error", "fix": "$muted"}


def page(found: Sequence[Item], width: int) -> Page:
    """The findings for a screen of `width` cells, under the one sentence over all of them."""
    cells = room(width) - 2
    lines = [Content.styled(verdict(found), "bold"), Content("")]
    for state, line in rows(found):
        indent = "      " if state == "fix" else "  "
        text = wrap(line, cells, subsequent_indent=indent, break_on_hyphens=False, drop_whitespace=False)
        lines += [Content.styled(row.rstrip(), _TONES[state]) for row in text]
    return Page("Doctor", Content("\n").join(lines))

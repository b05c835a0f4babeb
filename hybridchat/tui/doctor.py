"""What the doctor found, to read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from textwrap import wrap

from textual.content import Content

from hybridchat.doctor import Item
from hybridchat.render.doctor import rows, verdict
from hybridchat.tui.sheet import Page

_TONES = {"ok": "$foreground", "note": "$warn", "wrong": "$error", "fix": "$muted"}


def page(found: Sequence[Item]) -> Page:
    """The findings under the one sentence over all of them."""
    return Page("Doctor", partial(_written, found))


def _written(found: Sequence[Item], room: int) -> Content:
    cells = room - 2
    lines = [Content.styled(verdict(found), "bold"), Content("")]
    for state, line in rows(found):
        indent = "      " if state == "fix" else "  "
        text = wrap(line, cells, subsequent_indent=indent, break_on_hyphens=False)
        lines += [Content.styled(row.rstrip(), _TONES[state]) for row in text]
    return Content("\n").join(lines)

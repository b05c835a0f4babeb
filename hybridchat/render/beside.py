"""What goes along with a question, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hybridchat.render.text import one_line
from hybridchat.render.words import plural, size

if TYPE_CHECKING:
    from hybridchat.attaching import Taken


def beside(taken: Sequence[Taken]) -> str:
    """`with notes.md, 1 kB, about 300 tokens`, or how many files; empty without any."""
    if not taken:
        return ""
    what = taken[0].name if len(taken) == 1 else plural(len(taken), "file")
    tokens = f"about {plural(sum(one.tokens for one in taken), 'token')}"
    return f"with {what}, {size(sum(one.size for one in taken))}, {tokens}"


def absent(names: Sequence[str]) -> str:
    """`@notes.txt: no such file here`, for names that were meant as files; empty without any."""
    return f"{', '.join(f'@{one_line(name, 60)}' for name in names)}: no such file here" if names else ""

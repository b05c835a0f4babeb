"""A stand-in for a tokenizer: text in pieces of at most five letters, about 1.3 to a word of English."""

from __future__ import annotations

import re

_PIECE = re.compile(r"\s*\S{1,5}|\s+")


def pieces(text: str) -> tuple[str, ...]:
    """The text in tokens; joined they are the text again."""
    return tuple(_PIECE.findall(text))


def count(text: str) -> int:
    return sum(1 for _ in _PIECE.finditer(text))

"""Whether names can be found at all: two files, looked for but not read, so that a screen may ask before its first paint."""

from __future__ import annotations

from functools import cache
from pathlib import Path

WEIGHTS = Path(__file__).with_name("names_weights.bin")
LISTS = Path(__file__).with_name("names_lists.bin")


@cache
def finds_names() -> bool:
    """Whether the tagger's weights and lists are there. Without them only patterns are found, and the screens say so."""
    return WEIGHTS.is_file() and LISTS.is_file()

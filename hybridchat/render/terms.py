"""`/terms WHAT WORD` in one line, for every front end."""

from __future__ import annotations

from typing import Protocol


class Words(Protocol):
    """The list of own words; raises `ValueError` with a sentence."""

    def add(self, word: str, *, never: bool = False) -> str: ...
    def remove(self, word: str) -> str: ...


USAGE = "Write: /terms add WORD, /terms rm WORD, /terms never WORD, or /terms alone for the list."


def told(words: Words, text: str) -> str:
    """Does what `add WORD`, `rm WORD` or `never WORD` says and returns what to say. Writes a file. Raises `ValueError`."""
    what, _, word = text.partition(" ")
    word = " ".join(word.split())
    if not word:
        return USAGE
    match what.lower():
        case "add" | "hide":
            return words.add(word)
        case "never" | "show":
            return words.add(word, never=True)
        case "rm" | "remove" | "delete":
            return words.remove(word)
    return USAGE

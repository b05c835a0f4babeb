"""Finding listed words whatever their case and accents, at word boundaries, with exact string indices."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate

from hybridchat.late import late
from hybridchat.privacy.slicing import SLICE

# Letters that carry their stroke or ligature inside, so that Unicode does not take them apart.
_UNDECOMPOSED = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
# Scripts written without spaces: every character is a word of its own, else nothing in a sentence could be found.
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_LETTER = rf"[^\W{_SPACELESS}]"
_WORD = late(rf"{_LETTER}+|[{_SPACELESS}]")
_WORD_OR_MARK = late(rf"{_LETTER}+|[{_SPACELESS}]|[^\w\s]")
_JOINED = late(rf"(?<={_LETTER}){_LETTER}")
_SPACES = late(r"\s+")


class _Folding(dict[int, str]):
    """A `str.translate` table that fills itself: bounded by the number of characters there are."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if unicodedata.category(char) == "Cf":
            folded = ""  # zero-width joiners and soft hyphens would hide a word from us, not from a reader
        else:
            parts = unicodedata.normalize("NFKD", char.casefold()).casefold()
            folded = "".join(_UNDECOMPOSED.get(c, c) for c in parts if not unicodedata.combining(c))
            folded = " " if char.isspace() else folded
        self[code] = folded
        return folded


_FOLDING = _Folding()


def fold(text: str) -> str:
    """`text` without case and accents; the length may change."""
    if text.isascii():
        return text.lower()
    if len(text) <= SLICE:
        return text.translate(_FOLDING)
    return "".join(text[at : at + SLICE].translate(_FOLDING) for at in range(0, len(text), SLICE))


def collapse(text: str) -> str:
    """Folded, trimmed, with every run of white space as one space: how phrases are compared."""
    return _SPACES.sub(" ", fold(text)).strip()


class Folded:
    """A text and its folded form; `span` maps indices of the folded form back to the text."""

    __slots__ = ("_ends", "_starts", "source", "text")

    def __init__(self, source: str) -> None:
        self.source = source
        self.text = fold(source)
        self._starts: list[int] | None = None
        self._ends: list[int] | None = None
        if not source.isascii() and any(len(_FOLDING[ord(c)]) != 1 for c in set(source)):
            self._ends = []
            for at in range(0, len(source), SLICE):
                widths = [len(_FOLDING[ord(c)]) for c in source[at : at + SLICE]]
                widths[0] += self._ends[-1] if self._ends else 0
                self._ends.extend(accumulate(widths))
            self._starts = [0, *self._ends[:-1]]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The smallest span of the source that holds the folded span, with the accents that follow it."""
        if self._starts is None or self._ends is None:
            return start, end
        first = bisect_right(self._starts, start) - 1
        last = bisect_left(self._ends, end)
        while last + 1 < len(self._ends) and self._ends[last + 1] == self._ends[last]:
            last += 1
        return first, last + 1


_TRIGGER = 120
"""Characters of a phrase that are looked up; a longer one is then compared in full."""


class _Head:
    """All phrases that begin with the same word, by the length of what is looked up."""

    __slots__ = ("long", "spaced", "triggers")

    def __init__(self) -> None:
        self.triggers: dict[int, set[str]] = {}
        self.long: dict[str, list[str]] = {}
        self.spaced = False

    def add(self, key: str) -> None:
        trigger = key[:_TRIGGER]
        self.triggers.setdefault(len(trigger), set()).add(trigger)
        self.spaced = self.spaced or " " in key
        if len(key) > _TRIGGER:
            self.long.setdefault(trigger, []).append(key)

    def longest(self, text: str, start: int) -> tuple[int, str] | None:
        """(end, key) of the longest phrase that stands at `start` of a folded text and ends with a word."""
        flat = text[start : start + 2 * _TRIGGER]
        if self.spaced:
            flat = _SPACES.sub(" ", flat)
        best: tuple[int, str] | None = None
        for length, triggers in self.triggers.items():
            trigger = flat[:length]
            if trigger not in triggers:
                continue
            whole = [key for key in self.long.get(trigger, ()) if _flat(text, start, len(key)) == key]
            if length < _TRIGGER or not self.long.get(trigger):
                whole.append(trigger)
            for key in whole:
                end = _advance(text, start, len(key)) if " " in key else start + len(key)
                if not _JOINED.match(text, end) and (best is None or end > best[0]):
                    best = end, key
        return best


def _flat(text: str, start: int, length: int) -> str:
    return _SPACES.sub(" ", text[start : start + 2 * length])[:length]


def _advance(text: str, start: int, length: int) -> int:
    """Where `length` characters end when every run of white space counts as one."""
    at = start
    for _ in range(length):
        run = _SPACES.match(text, at)
        at = run.end() if run else at + 1
    return at


class WordIndex:
    """Phrases looked up by their first word, so that the cost of a search does not depend on how many there are."""

    __slots__ = ("_heads", "_keys", "_pattern")

    def __init__(self, phrases: Iterable[str] = ()) -> None:
        self._heads: dict[str, _Head] = {}
        self._keys: set[str] = set()
        self._pattern = _WORD
        for phrase in phrases:
            self.add(phrase)

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, phrase: str) -> str:
        """Lists a phrase and returns its key; a phrase without anything visible gives the key ''."""
        key = collapse(phrase)
        head = _WORD_OR_MARK.match(key)
        if head is None or key in self._keys:
            return key if head else ""
        self._keys.add(key)
        if _WORD.match(key) is None:
            self._pattern = _WORD_OR_MARK
        self._heads.setdefault(head[0], _Head()).add(key)
        return key

    def find(self, text: str) -> list[tuple[int, int, str]]:
        """(start, end, key) of every listed phrase in `text`: leftmost, longest, never overlapping."""
        if not self._heads:
            return []
        folded = Folded(text)
        hits: list[tuple[int, int, str]] = []
        done = 0
        heads = self._heads
        for match in self._pattern.finditer(folded.text):
            head = heads.get(match[0])
            if head is None or match.start() < done:
                continue
            best = head.longest(folded.text, match.start())
            if best is not None:
                done, key = best
                hits.append((*folded.span(match.start(), done), key))
        return hits

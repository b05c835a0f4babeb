"""The line of a long text where the words were found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

WIDTH = 120
_WINDOW = 400
_OVERLAP = 80
_SPACE = re.compile(r"\s+")
_ACCENTS = re.compile("[\u0300-\u036f]")


def folded(text: str) -> str:
    """The text without case and accents."""
    if text.isascii():
        return text.lower()
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold()


def cut(text: str, terms: Sequence[str], *, whole: bool = True) -> tuple[str, tuple[tuple[int, int], ...]]:
    """About `WIDTH` letters of `text` around the first place where a term stands, on one line, and the terms' places in it.

    `whole`: a term only counts where a word begins. Only a window around the place is mapped letter by letter: a long text costs
    little.
    """
    begin = r"(?<!\w)" if whole else ""
    wanted = re.compile(begin + "(?:" + "|".join(_pattern(t) for t in sorted(terms, key=len, reverse=True)) + ")")
    start = 0
    for at in range(0, len(text), _WINDOW):
        if wanted.search(folded(text[at : at + _WINDOW + _OVERLAP])):
            start = max(0, at - _OVERLAP)
            break
    window = text[start : start + _WINDOW + 3 * _OVERLAP]
    plain, places = _mapped(window)
    first = wanted.search(plain)
    middle = places[first.start()] if first else 0
    left = _word_edge(window, max(0, middle - WIDTH // 3)) if start or middle > WIDTH // 3 else 0
    piece = window[left : left + WIDTH]
    before = "…" if start + left else ""
    after = "…" if start + left + WIDTH < len(text) else ""
    line, marks = "", []
    spans = [(places[m.start()], places[m.end() - 1] + 1) for m in wanted.finditer(plain) if m.end() > m.start()]
    shown = _one_line(piece)
    for a, b in spans:
        if left <= a and b <= left + len(piece):
            marks.append((shown[a - left] + len(before), shown[b - left] + len(before)))
    line = before + _SPACE.sub(" ", piece) + after
    return line, tuple(marks)


def _pattern(term: str) -> str:
    return r"\W+".join(map(re.escape, folded(term).split()))


def _mapped(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its letters the index it came from."""
    if text.isascii():
        return text.lower(), list(range(len(text)))
    letters: list[str] = []
    places: list[int] = []
    for i, c in enumerate(text):
        # fifty of these are cut for each key that is typed into the list: a call for each letter would be half of it
        plain = c.lower() if c.isascii() else folded(c)
        letters.append(plain)
        places += [i] * len(plain)
    return "".join(letters), places


def _word_edge(text: str, at: int) -> int:
    space = _SPACE.search(text, at, at + 20)
    return space.end() if space and at else at


def _one_line(piece: str) -> list[int]:
    """For each index of `piece`, and its end, the index once every run of spaces has become one."""
    where: list[int] = []
    n, in_space = 0, False
    for c in piece:
        space = c.isspace()
        if space and in_space:
            where.append(n - 1)
            continue
        where.append(n)
        n, in_space = n + 1, space
    return [*where, n]

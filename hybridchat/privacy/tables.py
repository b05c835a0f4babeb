"""Tables and inserts: values that stand under the name of a column."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hybridchat.late import late
from hybridchat.privacy.field_names import LONGEST, Field, meaning

_INSERT = late(
    r"\bINSERT\s{1,4}(?:IGNORE\s)?INTO\s{1,4}[\w.\"`\[\]]{1,80}\s{0,4}\(([^()\n]{3,600}|[^()]{3,600})\)\s{0,4}VALUES\s{0,4}",
    re.IGNORECASE,
)
_CELL = late(r"\"((?:[^\"]|\"\"){0,400})\"|[NEne]?'((?:[^'\\]|\\.|''){0,400})'|([^,;|\t\n()\"']{0,400})")
_HEADING = late(r"[^\W\d][\w '’/#()°º.-]{0,48}(?<![.])")
_NEXT = late(r"\s{0,8},\s{0,8}(?=\()")
_RULE = late(r"[\s|:+-]{3,}")
_DELIMITERS = "\t|;,"


def looks_tabular(text: str, start: int, end: int) -> bool:
    """A cheap first test."""
    return text.find("\n", start, end) >= 0 and any(text.find(mark, start, end) >= 0 for mark in _DELIMITERS)


def tables(text: str, start: int, end: int) -> Iterator[Field]:
    """The telling cells of every table whose heading begins in [start, end)."""
    at = start
    done = -1
    while at < end:
        stop = _line_end(text, at)
        if at >= done and stop - at <= 2_000 and (mark := _delimiter(text, at, stop)):
            columns = _columns(text, at, stop, mark)
            if columns:
                for after, cells in _rows(text, stop + 1, mark, len(columns)):
                    done = after
                    for (first, last), told in zip(cells, columns, strict=True):
                        if told is not None and last > first:
                            yield Field(first, last, told[0], told[2], told[1] or len(columns) > 2)
        at = max(stop + 1, done)


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found


def _delimiter(text: str, at: int, stop: int) -> str:
    """The sign that parts the cells of this line and of the next one alike."""
    after = _line_end(text, stop + 1)
    for mark in _DELIMITERS:
        count = text.count(mark, at, stop)
        if count and text.count(mark, stop + 1, after) >= count:
            return mark
    return ""


def _columns(text: str, at: int, stop: int, mark: str) -> list[tuple[str, bool, str] | None]:
    """What each column holds, if the line is a heading with at least one that tells."""
    cells = _cells(text, at, stop, mark)
    names = [text[a:b].strip(" *_`") for a, b in cells]
    if len(cells) < 2 or any(len(n) > LONGEST or (n and _HEADING.fullmatch(n) is None) for n in names):
        return []
    told = [meaning(name) for name in names]
    if not any(t and (t[1] or len(cells) > 2) for t in told) or sum(t is not None for t in told) * 6 < len(cells):
        return []
    return [(t[0], t[1], name) if t else None for t, name in zip(told, names, strict=True)]


def _rows(text: str, at: int, mark: str, width: int) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """(index after the line, spans of its cells) of every line with as many cells."""
    while at < len(text):
        stop = _line_end(text, at)
        if _RULE.fullmatch(text, at, stop):
            at = stop + 1
            continue
        cells = _cells(text, at, stop, mark) if stop - at <= 20_000 else []
        if len(cells) != width:
            return
        yield stop + 1, cells
        at = stop + 1


def _cells(text: str, at: int, stop: int, mark: str) -> list[tuple[int, int]]:
    """Spans of the cells of a line, less the spaces and quotes around them. The bars at both ends of a line part nothing."""
    cells: list[tuple[int, int]] = []
    begin = at
    quote = ""
    for i in range(at, stop + 1):
        char = text[i] if i < stop else mark
        if i < stop and quote:
            quote = "" if char == quote else quote
        elif i < stop and char == '"' and not text[begin:i].strip():
            quote = char
        elif char == mark or i == stop:
            cells.append(_trimmed(text, begin, i))
            begin = i + 1
    if mark == "|" and len(cells) > 2:
        first, last = (a == b for a, b in (cells[0], cells[-1]))
        cells = cells[1 if first else 0 : len(cells) - 1 if last else len(cells)]
    return cells


def _trimmed(text: str, first: int, last: int) -> tuple[int, int]:
    while first < last and text[first] in " \t\r\"'":
        first += 1
    while last > first and text[last - 1] in " \t\r\"'":
        last -= 1
    return first, last


def inserts(text: str, start: int, end: int) -> Iterator[Field]:
    """`INSERT INTO people (name, phone) VALUES ('Ana', '…'), (…)`."""
    for match in _INSERT.finditer(text, start, min(len(text), end + 800)):
        if match.start() >= end:
            return
        names = [name.strip(' \t\n"`[]') for name in match[1].split(",")]
        told = [meaning(name) for name in names]
        if not any(told):
            continue
        at = match.end()
        while text[at : at + 1] == "(":
            at, cells = _tuple(text, at + 1)
            for (first, last), name, what in zip(cells, names, told, strict=False):
                if what is not None and last > first:
                    yield Field(first, last, what[0], name, what[1] or len(names) > 2)
            more = _NEXT.match(text, at)
            at = more.end() if more else len(text)


def _tuple(text: str, at: int) -> tuple[int, list[tuple[int, int]]]:
    """Index after the closing bracket, and the spans of the values."""
    cells: list[tuple[int, int]] = []
    while at < len(text):
        while at < len(text) and text[at].isspace():
            at += 1
        cell = _CELL.match(text, at)
        if cell is None:
            break
        group = cell.lastindex or 3
        cells.append(_trimmed(text, *cell.span(group)))
        at = cell.end()
        while at < len(text) and text[at].isspace():
            at += 1
        if text[at : at + 1] != ",":
            return at + (text[at : at + 1] == ")"), cells
        at += 1
    return at, cells

"""Markdown painted into lines of Rich segments, with our colours, for a width; untrusted text in, no control characters out."""

from __future__ import annotations

from rich.markdown import Markdown
from rich.segment import Segment
from rich.style import Style

from hybridchat.render.elements import Document, canvas
from hybridchat.render.palette import Palette
from hybridchat.render.rows import Line, line_of, plain_rows, prose_rows
from hybridchat.render.text import Splitter, neutralise
from hybridchat.render.tokens import parse

_WHOLE = 20_000
"""Up to this many characters a text is rendered as one; above, chunk by chunk, so that no single step takes long."""
_LINE_LIMIT = 4_000
_HARD_LIMIT = 400_000
_MARKS_LIMIT = 2_000
_BRACKETS_LIMIT = 600
_NARROW = 16


def document(text: str) -> Markdown:
    """A Rich renderable of `text` for a console of the caller's."""
    return Document(parse(neutralise(text)))


def _too_much(text: str) -> bool:
    """Whether Markdown would take long on this: very long lines, or thousands of brackets (nested link search is quadratic)."""
    brackets = text.count("[")
    if brackets > _BRACKETS_LIMIT or brackets + text.count("*") + text.count("_") + text.count("`") > _MARKS_LIMIT:
        return True
    longest = start = 0
    while (end := text.find("\n", start)) >= 0:
        longest = max(longest, end - start)
        start = end + 1
    return max(longest, len(text) - start) > _LINE_LIMIT


def plain(text: str, width: int, style: Style | None = None) -> list[Line]:
    """`text` as it is, wrapped hard at `width` cells; linear in length."""
    return plain_rows(text.rstrip("\n"), max(1, width), style)


def prose(text: str, width: int, style: Style | None = None) -> list[Line]:
    """`text` as it is, wrapped between words, its line breaks kept: for what people typed and for our own sentences."""
    return prose_rows(text, max(1, width), style)


def _render(text: str, width: int, palette: Palette) -> list[Line]:
    if width < _NARROW or _too_much(text):
        return plain(text, width)
    console = canvas(palette)
    options = console.options.update(width=width, height=None)
    rows = [_trimmed(line_of(row), width) for row in console.render_lines(Document(parse(text)), options, pad=False)]
    first = next((n for n, row in enumerate(rows) if row), 0)
    while rows and not rows[-1]:
        rows.pop()
    return rows[first:]


def _trimmed(row: Line, width: int) -> Line:
    """A row without trailing blanks, and never wider than `width`: deep lists make Rich draw past the edge."""
    while row and not row[-1].text.strip() and not (row[-1].style and row[-1].style.bgcolor):
        row.pop()
    if row and not (row[-1].style and row[-1].style.bgcolor):
        row[-1] = Segment(row[-1].text.rstrip(), row[-1].style)
    if Segment.get_line_length(row) > width:
        row[:] = Segment.adjust_line_length(row, width, pad=False)
    return row


class Painter:
    """The lines of one growing text: settled chunks are rendered once, only the tail again and again.

    `paint` may be called with any prefix of the final text, in order; `finish` once, with all of it. Cost of `paint` does not
    depend on what is already settled.
    """

    def __init__(self, width: int, palette: Palette) -> None:
        self.width = max(1, width)
        self.palette = palette
        self._splitter = Splitter()
        self._settled: list[Line] = []
        self._flood: tuple[int, int, list[Line]] | None = None
        """A tail too long for Markdown: where it starts, where its last row starts within it, and its rows."""

    def paint(self, text: str) -> tuple[list[Line], int]:
        """All lines for `text` (already neutral), and how many of them no later call changes."""
        for chunk in self._splitter.advance(text):
            self._join(self._settled, _render(chunk.of(text), self.width, self.palette), joined=chunk.joined)
        stable = len(self._settled)
        tail = self._splitter.tail(text)
        rows = list(self._settled)
        more = self._tail(tail.start, tail.of(text)) if tail.end > tail.start else []
        self._join(rows, more, joined=tail.joined)
        return rows, max(stable, len(rows) - 1) if self._flood else stable

    def _tail(self, start: int, text: str) -> list[Line]:
        """The rows of what is not settled. A line without end is not wrapped from its beginning for each piece."""
        if "\t" in text or not _too_much(text):
            self._flood = None
            return _render(text, self.width, self.palette)
        known = self._flood
        if known is None or known[0] != start:
            rows = plain(text, self.width)
        else:
            *rows, last = known[2]
            more = plain(text[known[1] :], self.width)
            more[0].joint = last.joint
            rows += more
        self._flood = (start, len(text.rstrip("\n")) - sum(len(s.text) for s in rows[-1]), rows)
        return rows

    def finish(self, text: str) -> list[Line]:
        """All lines of the finished text, the same however it arrived."""
        if len(text) > _HARD_LIMIT:
            return plain(text, self.width)
        if len(text) <= _WHOLE:
            return _render(text, self.width, self.palette)
        return self.paint(text)[0]

    @staticmethod
    def _join(rows: list[Line], more: list[Line], *, joined: bool) -> None:
        if rows and more and not joined:
            rows.append(Line())
        rows.extend(more)


def lines(markdown: str, width: int, palette: Palette) -> list[Line]:
    """`markdown`, neutralised and rendered for `width` cells: one list of segments per line, no line wider."""
    return Painter(width, palette).finish(neutralise(markdown))

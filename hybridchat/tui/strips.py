"""What is done to strips on their way to the screen, and how they are read back: pure functions for the transcript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.selection import Selection
from textual.strip import Strip

from hybridchat.render.text import unsigned

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_ISOLATE, _END = Segment("\u2068"), Segment("\u2069")
_ISOLATES = {0x2068: None, 0x2069: None}


class Written(Strip):
    """A row of the transcript that knows its text: see `render.rows.Line`. `signs`: its pictures are control characters."""

    __slots__ = ("joint", "lead", "said", "signs")

    def __init__(
        self,
        segments: Iterable[Segment],
        cell_length: int | None = None,
        *,
        joint: str = "\n",
        lead: int = 0,
        said: str | None = None,
        signs: bool = False,
    ) -> None:
        super().__init__(segments, cell_length)
        self.joint, self.lead, self.said, self.signs = joint, lead, said, signs


def isolated(row: list[Segment]) -> list[Segment]:
    """The segments of a text that runs from right to left, set apart: a terminal that turns it round leaves the frame alone."""
    if _RIGHT_TO_LEFT.search("".join(s.text for s in row)) is None:
        return row
    return [_ISOLATE, *row, _END]


def thumb(height: int, total: int, top: float) -> tuple[int, int]:
    """Where a scroll bar's thumb begins and how long it is, in eighths of a cell: Textual draws it no finer."""
    if total <= height or not total:
        return 0, 0
    return round(8 * height * top / total), round(8 * height * height / total)


def barred(strip: Strip, style: Style) -> Strip:
    """The strip with a bar in its first cell: the message the keyboard stands on."""
    return Strip([Segment("▌", style), *strip.crop(1)], strip.cell_length)


def marked(strip: Strip, span: tuple[int, int] | None, style: Style) -> Strip:
    """The strip with the characters of `span` in `style`; an end of -1 is the end of the line."""
    if span is None:
        return strip
    text, (first, last) = strip.text, span
    start = cell_len(text[:first])
    end = strip.cell_length if last == -1 else cell_len(text[:last])
    middle = [Segment(s.text, (s.style or Style()) + style, s.control) for s in strip.crop(start, end)]
    return Strip([*strip.crop(0, start), *middle, *strip.crop(end)])


def selected(row: Callable[[int], Written | None], total: int, selection: Selection) -> str:
    """What was written where the selection is: rows that the window broke are whole again, frame and indent are left out.

    `row` gives each of the `total` rows.
    """
    first = selection.start.y if selection.start else 0
    last = min(total - 1, selection.end.y if selection.end else total - 1)
    said: list[str] = []
    for at in range(first, last + 1):
        strip = row(at)
        if strip is None:
            continue
        if said:
            said.append(strip.joint)
        taken = _said(strip, *(selection.get_span(at) or (0, 0)))
        said.append(unsigned(taken) if strip.signs else taken)
    return "".join(said)


def _said(strip: Written, start: int, end: int) -> str:
    text = strip.text
    shown = len(text.rstrip())
    whole = start <= strip.lead and (end == -1 or end >= shown)
    if whole and strip.said is not None:
        return strip.said
    return text[max(start, strip.lead) : shown if end == -1 else end].translate(_ISOLATES).rstrip()

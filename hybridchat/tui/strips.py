"""What is done to strips on their way to the screen, and how they are read back: pure functions for the transcript."""

from __future__ import annotations

from collections.abc import Callable

from rich.segment import Segment
from rich.style import Style
from textual.selection import Selection
from textual.strip import Strip


def thumb(height: int, total: int, top: float) -> tuple[int, int]:
    """Where a scroll bar's thumb begins and how long it is, in eighths of a cell: Textual draws it no finer."""
    if total <= height or not total:
        return 0, 0
    return round(8 * height * top / total), round(8 * height * height / total)


def barred(strip: Strip, style: Style) -> Strip:
    """The strip with a bar in its first cell: the message the keyboard stands on."""
    return Strip([Segment("▌", style), *strip.crop(1)], strip.cell_length)


def marked(strip: Strip, span: tuple[int, int] | None, style: Style) -> Strip:
    """The strip with the cells of `span` in `style`; an end of -1 is the end of the line."""
    if span is None:
        return strip
    start, end = span
    end = strip.cell_length if end == -1 else end
    middle = [Segment(s.text, (s.style or Style()) + style, s.control) for s in strip.crop(start, end)]
    return Strip([*strip.crop(0, start), *middle, *strip.crop(end)])


def selected(row: Callable[[int], Strip | None], total: int, selection: Selection) -> str:
    """The selected text as it stands on the screen; `row` gives each of the `total` lines."""
    first = selection.start.y if selection.start else 0
    last = min(total - 1, selection.end.y if selection.end else total - 1)
    rows: list[str] = []
    for at in range(first, last + 1):
        strip = row(at)
        text = strip.text if strip is not None else ""
        start, end = selection.get_span(at) or (0, 0)
        rows.append((text[start:] if end == -1 else text[start:end]).rstrip())
    return "\n".join(rows)

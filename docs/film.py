"""A recorded terminal as one SVG that plays by itself: frames stacked in a strip, moved by CSS; nothing is fetched or run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby
from typing import NamedTuple
from unicodedata import east_asian_width

import pyte
from pyte.screens import Char

WIDE, HIGH, SIZE = 8.4, 17, 14
"""Pixels of a cell, and of the letters in it."""
BACK, TEXT = "#14161a", "#d8dbe2"
EDGE = 14
OPEN = re.compile(rb"\x1b(\[[0-9;:<>=?]*[ '\"$]?|[P_\]][^\x1b\x07]*)?$")
"""A sequence whose end is still to come."""
NAMES = {
    "black": "#1b1d22", "red": "#e06c75", "green": "#7cc7a0", "brown": "#e5b567", "blue": "#7aa2f7", "magenta": "#c678dd",
    "cyan": "#56b6c2", "white": "#d8dbe2",
}  # fmt: skip


class Frame(NamedTuple):
    """What the terminal showed from `at` (seconds) on."""

    at: float
    rows: tuple[tuple[Char, ...], ...]


def frames(
    events: Iterable[tuple[float, bytes]], columns: int, rows: int, noise: re.Pattern[bytes], every: float = 0.1
) -> list[Frame]:
    """The states of a terminal of that size, at most one each `every` seconds. `noise` is what pyte would print: a pattern."""
    screen = pyte.Screen(columns, rows)
    stream = pyte.ByteStream(screen)
    found: list[Frame] = []
    due, rest = every, b""
    for at, data in events:
        while at >= due:
            _keep(found, due - every, screen)
            due += every
        data, rest = _whole(rest + data)
        stream.feed(noise.sub(b"", data))
    _keep(found, due - every, screen)
    return found


def _whole(data: bytes) -> tuple[bytes, bytes]:
    """`data` up to a sequence that is not complete yet, and that."""
    found = OPEN.search(data)
    return (data[: found.start()], found[0]) if found else (data, b"")


def _keep(found: list[Frame], at: float, screen: pyte.Screen) -> None:
    rows = tuple(tuple(screen.buffer[y][x] for x in range(screen.columns)) for y in range(screen.lines))
    if not found or found[-1].rows != rows:
        found.append(Frame(at, rows))


def svg(film: Sequence[Frame], seconds: float, title: str, label: str) -> str:
    """The whole picture: it plays `seconds` and begins again. `label` stands in the frame around it."""
    columns, lines = len(film[0].rows[0]), len(film[0].rows)
    width, height = columns * WIDE, lines * HIGH
    seen: dict[tuple[Char, ...], str] = {}
    # what hangs over the edge of a frame must not show in its neighbour
    step = height + 2 * HIGH
    strip = []
    for n, frame in enumerate(film):
        uses = [f'<use href="#{seen.setdefault(row, f"r{len(seen)}")}" y="{y * HIGH}"/>' for y, row in enumerate(frame.rows)]
        strip.append(f'<g transform="translate(0 {n * step})">{"".join(uses)}</g>')
    steps = "".join(f"{frame.at / seconds * 100:.3f}%{{transform:translateY({-n * step}px)}}" for n, frame in enumerate(film))
    rows = "".join(f'<g id="{name}">{_row(row)}</g>' for row, name in seen.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width + 2 * EDGE:.0f} {height + 3 * EDGE + 10}" role="img" '
        f'aria-label="{escape(title)}" font-family="ui-monospace,Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="{SIZE}">'
        f"<title>{escape(title)}</title><style>.s{{animation:p {seconds}s step-end infinite}}"
        f"@keyframes p{{{steps}}}text{{white-space:pre;fill:{TEXT}}}.b{{font-weight:bold}}.i{{font-style:italic}}"
        f".u{{text-decoration:underline}}.l{{fill:#8b93a5;font-size:12px}}</style><defs>{rows}</defs>"
        f'<rect width="100%" height="100%" rx="8" fill="{BACK}"/>'
        f'<text class="l" x="{EDGE}" y="{height + 2 * EDGE + 10}">{escape(label)}</text>'
        f'<svg x="{EDGE}" y="{EDGE}" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<g class="s">{"".join(strip)}</g></svg></svg>'
    )


def _row(row: Sequence[Char]) -> str:
    parts, x = [], 0
    for (fore, back, style), cells in groupby(row, key=_look):
        run = list(cells)
        # a wide letter fills two cells, of which the second is empty
        text, cells_wide = "".join(char.data for char in run), len(run)
        start, x = x, x + cells_wide
        if back != BACK:
            parts.append(f'<rect x="{start * WIDE:.1f}" width="{cells_wide * WIDE:.1f}" height="{HIGH}" fill="{back}"/>')
        if text.strip():
            lead = len(text) - len(text.lstrip())
            text = text.strip()
            kind = f' class="{style}"' if style else ""
            fill = f' style="fill:{fore}"' if fore != TEXT else ""
            at = f'x="{(start + lead) * WIDE:.1f}" y="{SIZE}" textLength="{_cells(text) * WIDE:.1f}"'
            parts.append(f"<text {at}{kind}{fill}>{escape(text)}</text>")
    return "".join(parts)


def _cells(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def _look(char: Char) -> tuple[str, str, str]:
    fore, back = _colour(char.fg, TEXT), _colour(char.bg, BACK)
    if char.reverse:
        fore, back = back, fore
    style = " ".join(name for name, on in (("b", char.bold), ("i", char.italics), ("u", char.underscore)) if on)
    return fore, back, style


def _colour(name: str, default: str) -> str:
    if name == "default":
        return default
    return NAMES.get(name.removeprefix("bright"), default) if not _is_hex(name) else f"#{name}"


def _is_hex(name: str) -> bool:
    return len(name) == 6 and all(c in "0123456789abcdefABCDEF" for c in name)

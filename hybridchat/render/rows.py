"""Text as rows that know what they were: how a row continues the one above, and what was written where it looks different."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.cells import cell_len, chop_cells
from rich.segment import ControlCode, ControlType, Segment
from rich.style import Style

from hybridchat.render.text import lines_of, neutralise, shown, written

_WORD = re.compile(r"[^ ]+")


class Line(list[Segment]):
    """The segments of one row.

    `joint` stands in the text between this row and the one above; `lead` characters at its start belong to the frame and not to
    the text; `said` is what was written, where the row does not show exactly that.
    """

    __slots__ = ("joint", "lead", "said")

    def __init__(self, segments: Iterable[Segment] = (), *, joint: str = "\n", lead: int = 0, said: str | None = None) -> None:
        super().__init__(segments)
        self.joint, self.lead, self.said = joint, lead, said


def note(row: Line) -> Segment:
    """What a row knows of itself as a segment of no width, which Rich carries along and `line_of` reads. Never to be written."""
    known: list[ControlCode] = [(ControlType.CARRIAGE_RETURN, row.lead)]
    if row.said is not None:
        known.append((ControlType.CARRIAGE_RETURN, row.said))
    return Segment(row.joint, None, known)


def line_of(row: Iterable[Segment]) -> Line:
    """A row with what its note says; what stands before the note belongs to the frame."""
    made = Line()
    for segment in row:
        if segment.control:
            made.joint = segment.text
            before = sum(len(s.text) for s in made)
            for code in segment.control:
                match code:
                    case (_, int(lead)):
                        made.lead = before + lead
                    case (_, str(said)):
                        made.said = said
        elif segment.text:
            made.append(segment)
    return made


def folded(text: str, width: int) -> list[str]:
    """`text` in pieces of at most `width` cells, nothing of it left out; a letter that is wider stands alone."""
    if text.isascii():
        return [text[at : at + width] for at in range(0, len(text), width)] or [""]
    pieces = [piece for piece in chop_cells(text, width) if piece]
    if rest := text[sum(map(len, pieces)) :]:  # what has no width at the end is left out there
        pieces = [*pieces[:-1], pieces[-1] + rest] if pieces else [rest]
    return pieces


def spans(text: str, width: int) -> list[tuple[int, int]]:
    """Where the rows of one line begin and end when it is broken between words; words wider than `width` cells are folded."""
    found: list[tuple[int, int]] = []
    start = end = used = 0
    for match in _WORD.finditer(text):
        at, to = match.span()
        cells = at - end + cell_len(match[0])
        if used + cells > width:
            if end > start:
                found.append((start, end))
                start = at
            *whole, last = folded(text[start:to], width)
            for piece in whole:
                found.append((start, start + len(piece)))
                start += len(piece)
            cells, used = cell_len(last), 0
        used += cells
        end = to
    if end > start or not found:
        found.append((start, end))
    return found


def displayed(line: str, size: int = 4) -> tuple[str, list[int] | None]:
    """A line as it is seen, tabs as spaces, control characters as pictures or not at all; and for each character, and the end,
    the place it has in `line`, unless they are the same."""
    if "\t" not in line and neutralise(line) == line:
        return line, None
    seen: list[str] = []
    places: list[int] = []
    for at, letter in enumerate(line):
        letters = " " * (size - len(seen) % size) if letter == "\t" else shown(letter)
        seen += letters
        places += [at] * len(letters)
    return neutralise("".join(seen)), [*places, len(line)]


def prose_rows(text: str, width: int, style: Style | None = None) -> list[Line]:
    """Untrusted `text` wrapped between words; joints and rows together say all of it but control characters."""
    rows: list[Line] = []
    for raw in lines_of(text):
        seen, places = displayed(raw)
        joint, done = "\n", 0
        for start, end in spans(seen, width):
            at, to = (start, end) if places is None else (places[start], places[end])
            dropped = "" if joint else raw[done:at]
            said = raw[at if dropped or joint == "" else 0 : to] if places is not None else None
            row = Line([Segment(seen[start:end], style)], joint=joint + written(dropped))
            row.said = None if said is None else written(said)
            rows.append(row)
            joint, done = "", to
        if rest := raw[done:]:  # blanks at the end of a line are not shown
            last = rows[-1]
            last.said = (last[0].text if last.said is None else last.said) + written(rest)
    return rows


def plain_rows(text: str, width: int, style: Style | None = None) -> list[Line]:
    """Untrusted `text` wrapped hard at `width` cells; linear in its length."""
    rows: list[Line] = []
    for raw in lines_of(text):
        seen, places = displayed(raw)
        at = done = 0
        for nth, piece in enumerate(folded(seen, width)):
            row = Line([Segment(piece, style)], joint="" if nth else "\n")
            at += len(piece)
            if places is not None:
                row.said = written(raw[done : places[at]])
                done = places[at]
            elif piece.endswith(" "):  # blanks at the end of a row are else not taken for text
                row.said = piece
            rows.append(row)
    return rows

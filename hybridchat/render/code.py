"""Code in few colours, painted straight from the lexer's tokens: about five times as fast as a general renderer."""

from __future__ import annotations

from functools import lru_cache

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType
from pygments.util import ClassNotFound
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from hybridchat.render.palette import Palette
from hybridchat.render.rows import Line, displayed, folded

# Lexers for these look far ahead; past this many characters code is shown without colours.
_HIGHLIGHT_LIMIT = 40_000


class Colours:
    """Six colours for code: enough to read by, few enough to stay calm."""

    def __init__(self, palette: Palette) -> None:
        back = palette.code_back
        self.plain = Style(color=palette.text, bgcolor=back)
        coloured = [
            (Comment, palette.comment),
            (Keyword, palette.keyword),
            (Operator.Word, palette.keyword),
            (String, palette.string),
            (Number, palette.number),
            (Name.Function, palette.function),
            (Name.Class, palette.function),
            (Name.Decorator, palette.function),
            (Name.Tag, palette.keyword),
        ]
        self._kinds = [(kind, Style(color=colour, bgcolor=back)) for kind, colour in coloured]
        self._known: dict[_TokenType, Style] = {}

    def style(self, kind: _TokenType) -> Style:
        found = self._known.get(kind)
        if found is None:
            found = next((style for family, style in self._kinds if kind in family), self.plain)
            self._known[kind] = found
        return found


@lru_cache(maxsize=4)
def colours(palette: Palette) -> Colours:
    return Colours(palette)


@lru_cache(maxsize=32)
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def code_lines(code: str, language: str, width: int, palette: Palette) -> list[Line]:
    """`code` on a ground of its own, one column of air on each side, long lines folded; every line exactly `width` cells."""
    paint = colours(palette)
    lexer = _lexer(language.lower()) if language and len(code) <= _HIGHLIGHT_LIMIT else None
    shown = code.expandtabs(4)
    tokens = lexer.get_tokens(shown) if lexer else [(Name, shown)]
    room = max(1, width - 2)
    rows: list[Line] = []
    row: list[Segment] = []
    used, joint = 0, "\n"
    for kind, value in tokens:
        style = paint.style(kind)
        for nth, part in enumerate(value.split("\n")):
            if nth:
                rows.append(_framed(row, used, width, paint.plain, joint))
                row, used, joint = [], 0, "\n"
            if not part:
                continue
            cells = cell_len(part)
            if used + cells <= room:
                row.append(Segment(part, style))
                used += cells
                continue
            for piece in _folded(part, room - used, room):
                if used and used + cell_len(piece) > room:
                    rows.append(_framed(row, used, width, paint.plain, joint))
                    row, used, joint = [], 0, ""
                row.append(Segment(piece, style))
                used += cell_len(piece)
    if row or not rows:
        rows.append(_framed(row, used, width, paint.plain, joint))
    if "\t" in code:
        _tabbed(rows, code)
    return rows


def _tabbed(rows: list[Line], code: str) -> None:
    """Tells the rows of lines with tabs what was written there; they show spaces."""
    lines = iter(code.split("\n"))
    line, places, at = "", None, 0
    for row in rows:
        if row.joint == "\n":
            line, at = next(lines, ""), 0
            places = displayed(line)[1]
        if places is not None and row.said is not None:
            start, at = at, min(at + len(row.said), len(places) - 1)
            row.said = line[places[start] : places[at]]


def _folded(text: str, first: int, room: int) -> list[str]:
    if first <= 0:
        return folded(text, room)
    head = folded(text, first)[0]
    if cell_len(head) > first:  # a wide letter that does not fit in one column
        return folded(text, room)
    return [head, *folded(text[len(head) :], room)]


def _framed(row: list[Segment], used: int, width: int, ground: Style, joint: str) -> Line:
    """The row with its air. What was typed at its end, blanks too, is in `said`; the two columns are not."""
    air = Segment(" ", ground)
    return Line(
        [air, *row, Segment(" " * max(0, width - used - 1), ground)], joint=joint, lead=1, said="".join(s.text for s in row)
    )

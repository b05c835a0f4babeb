"""One block of the transcript as strips: head line, indented body, one blank line below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style

from hybridchat.enclosed import opened
from hybridchat.enclosed import words as asked
from hybridchat.render.palette import Palette
from hybridchat.render.text import drawn, one_line, written
from hybridchat.tui.strips import Written, isolated
from hybridchat.tui.thread import Block, Kind, Tone

if TYPE_CHECKING:
    from hybridchat.render.rows import Line

HEAD_INDENT = 1
BODY_INDENT = 3
WIDEST = 100
"""Cells of text on one line: longer ones are hard to read, however wide the window is."""
NEWEST = 2_000
"""Characters of thoughts that are shown while they come."""

_BLANK = Written([Segment(" ")], 1, said="")


def tone_style(tone: Tone, palette: Palette, *, bold: bool = False) -> Style:
    colours = {
        Tone.PLAIN: palette.text,
        Tone.LOCAL: palette.local,
        Tone.CLOUD: palette.cloud,
        Tone.WARN: palette.warn,
        Tone.ERROR: palette.error,
        Tone.MUTED: palette.muted,
    }
    return Style(color=colours[tone], bold=bold or None)


def _strip(row: list[Segment], indent: int) -> Written:
    return Written([Segment(" " * indent), *isolated(row)], lead=indent)


def _line(line: Line, indent: int, *, signs: bool) -> Written:
    """A row of text; the frame is all of what stands before it. `signs` as in `Written`."""
    row = isolated(line)
    lead = indent + line.lead + (len(row) > len(line))
    return Written([Segment(" " * indent), *row], joint=line.joint, lead=lead, said=line.said, signs=signs)


def estimate(block: Block, width: int) -> int:
    """Lines the block will take, roughly and without rendering it."""
    room, text = max(8, min(WIDEST, width - BODY_INDENT - 2)), _asked(block)
    return 2 + text.count("\n") + len(text) // room + bool(text) + len(block.beside)


def _asked(block: Block) -> str:
    """What of a block's text is shown: of a question without its files as long as they are folded."""
    return block.text if block.unfolded or block.kind is not Kind.YOU else asked(block.text)


class BlockPainter:
    """Strips of one block at one width and palette; a live answer keeps what is settled between calls."""

    def __init__(self, block: Block, width: int, palette: Palette) -> None:
        # imported here: Rich's Markdown and Pygments cost 0.1 s, and the first paint has no message to show
        from hybridchat.render.markdown import Painter

        self.block = block
        self._palette = palette
        self._width = max(4, min(WIDEST, width - BODY_INDENT - 2))
        self._text = Painter(self._width, palette)
        self._body: list[Written] = []

    def strips(self) -> list[Written]:
        """All strips of the block as it is now."""
        block = self.block
        rows = self._head()
        if block.kind is Kind.ANSWER:
            rows += self._thinking() + self._answer()
        elif block.text:
            rows += self._prose()
        if len(rows) == 1 and block.live:
            rows.append(_strip([Segment("…", tone_style(Tone.MUTED, self._palette))], BODY_INDENT))
        return [*rows, _BLANK]

    def _answer(self) -> list[Written]:
        text, signs = drawn(self.block.text)
        if not self.block.live:
            self._body = [_line(row, BODY_INDENT, signs=signs) for row in self._text.finish(text)]
            return self._body
        if signs is not self._signs:  # what came so far reads differently now
            self._text, self._body, self._signs = type(self._text)(self._width, self._palette), [], signs
        rows, stable = self._text.paint(text)
        known = min(len(self._body), self._stable)
        self._body[known:] = [_line(row, BODY_INDENT, signs=signs) for row in rows[known:]]
        self._stable = stable
        return self._body

    _stable, _signs = 0, False

    def _head(self) -> list[Written]:
        if not self.block.head:
            return []
        name, dot, rest = self.block.head.partition(" · ")
        tone = self.block.tone
        row = [Segment(written(name), tone_style(tone, self._palette, bold=True))]
        if dot:
            row.append(Segment(dot + written(rest), tone_style(Tone.MUTED, self._palette)))
        return [_strip(Segment.adjust_line_length(row, self._width + 2, pad=False), HEAD_INDENT)]

    def _thinking(self) -> list[Written]:
        block = self.block
        if not block.thinking:
            return []
        count = len(block.thinking.split())
        said = f"thinking … {count:,} words" if block.live and not block.text else f"thought for {count:,} words"
        style = tone_style(Tone.MUTED, self._palette) + Style(italic=True)
        rows = [_strip([Segment("▾ " if block.unfolded else "▸ ", style), Segment(said, style)], BODY_INDENT)]
        if block.unfolded:
            rows += self._thoughts(style)
        return rows

    def _thoughts(self, style: Style) -> list[Written]:
        """What was thought, behind a broken bar; of thoughts that still come the newest, so that painting them stays cheap."""
        from hybridchat.render.markdown import prose  # imported here: see __init__

        block = self.block
        text = block.thinking.strip()
        if block.live and not block.text and len(text) > NEWEST:
            text = f"… {text[-NEWEST:]}"
        rows, (text, signs) = [], drawn(text)
        for row in prose(text, self._width - 2, style):
            row.insert(0, Segment("┊ ", style))
            row.lead = 2
            rows.append(_line(row, BODY_INDENT, signs=signs))
        return [*rows, _strip([], BODY_INDENT)]

    def _files(self, indent: int) -> list[Written]:
        """The files of a question, a line each; their text stands below the question's own only when it is unfolded."""
        files, sign = opened(self.block.text)[0], "▾ " if self.block.unfolded else "▸ "
        labels = [(sign, file.label) for file in files] + [("▪ ", label) for label in self.block.beside]
        style = tone_style(Tone.MUTED, self._palette) + Style(italic=True)
        room = self._width - 2
        return [_strip([Segment(sign, style), Segment(one_line(label, room), style)], indent) for sign, label in labels]

    def _prose(self) -> list[Written]:
        from hybridchat.render.markdown import prose  # imported here: see __init__

        indent = BODY_INDENT if self.block.head else HEAD_INDENT
        style = tone_style(self.block.tone, self._palette)
        if self.block.kind is Kind.YOU:
            text, signs = drawn(_asked(self.block))
            return [*self._files(indent), *(_line(row, indent, signs=signs) for row in prose(text, self._width, style))]
        rows: list[Written] = []
        for line in self.block.text.split("\n"):
            # our own sentences hang behind their sign: `✓ ` and the like
            hang = len(line) - len(line[2:].lstrip()) if line[1:2] == " " else 0
            wrapped = prose(line[hang:], self._width - hang, style)
            for n, row in enumerate(wrapped):
                row.insert(0, Segment(" " * hang if n else line[:hang], style))
                row.lead, row.said = hang if n else 0, None
                rows.append(_line(row, indent, signs=False))
        return rows

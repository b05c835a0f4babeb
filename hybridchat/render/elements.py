"""What Markdown is made of, drawn by Rich in our way: rows that remember how they were broken, code in few colours."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from io import StringIO
from typing import Any, ClassVar

from markdown_it.token import Token
from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import BlockQuote, CodeBlock, Heading, ListItem, Markdown, MarkdownElement, Paragraph, TableElement
from rich.segment import Segment
from rich.style import Style
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from hybridchat.render.code import code_lines
from hybridchat.render.palette import Palette
from hybridchat.render.rows import Line, note, spans

_GAP = 2
"""Cells between the columns of a table."""
_NARROWEST = 4
"""Cells that every column of a table needs to be drawn by us."""


class Canvas(Console):
    """A console that only measures and renders: nothing is ever written to it."""

    def __init__(self, palette: Palette) -> None:
        self.palette = palette
        super().__init__(
            file=StringIO(),
            force_terminal=True,
            color_system="truecolor",
            legacy_windows=False,
            no_color=False,
            highlight=False,
            emoji=False,
            markup=False,
            theme=Theme(_styles(palette), inherit=False),
            width=80,
        )


def _styles(palette: Palette) -> dict[str, Style | str]:
    strong, muted = Style(bold=True), Style(color=palette.muted)
    return {
        "none": Style.null(),
        "markdown.paragraph": Style.null(),
        "markdown.text": Style.null(),
        "markdown.em": Style(italic=True),
        "markdown.emph": Style(italic=True),
        "markdown.strong": strong,
        "markdown.s": Style(strike=True),
        "markdown.code": Style(color=palette.string, bgcolor=palette.code_back),
        "markdown.code_block": Style.null(),
        "markdown.block_quote": Style(color=palette.muted, italic=True),
        "markdown.list": Style.null(),
        "markdown.item": Style.null(),
        "markdown.item.bullet": muted,
        "markdown.item.number": muted,
        "markdown.hr": muted,
        "markdown.h1": Style(bold=True, underline=True),
        **{f"markdown.h{level}": strong for level in range(2, 7)},
        "markdown.link": Style(color=palette.cloud),
        "markdown.link_url": Style(color=palette.cloud, underline=True),
        "markdown.kbd": strong,
        "markdown.table.border": muted,
        "markdown.table.header": strong,
        "table.header": strong,
        "rule.line": muted,
    }


@lru_cache(maxsize=4)
def canvas(palette: Palette) -> Canvas:
    return Canvas(palette)


def _wrapped(text: Text, console: Console, width: int) -> Iterator[Segment]:
    """The rows of a text, each but the first with what it was broken at; a console that writes gets no such notes."""
    text.expand_tabs(4)
    for line in text.split("\n", allow_blank=True):
        found = spans(line.plain, max(1, width))
        parts = line.divide([at for span in found for at in span])
        before = 0
        for nth, (start, end) in enumerate(found):
            if nth and isinstance(console, Canvas):
                yield note(Line(joint=line.plain[before:start]))
            yield from parts[2 * nth + 1].render(console, end="")
            yield Segment.line()
            before = end


class _Paragraph(Paragraph):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from _wrapped(self.text, console, options.max_width)


class _Heading(Heading):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from _wrapped(self.text, console, options.max_width)


class _Code(CodeBlock):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        # The command line prints on a console of its own; its code gets the default palette.
        ours = isinstance(console, Canvas)
        palette = console.palette if isinstance(console, Canvas) else Palette()
        code = str(self.text).rstrip("\n")
        for row in code_lines(code, self.lexer_name, options.max_width, palette):
            if ours:
                yield note(row)
            yield from row
            yield Segment.line()


class _Item(ListItem):
    def render_number(self, console: Console, options: ConsoleOptions, number: int, last_number: int) -> RenderResult:
        wide = len(str(last_number)) + 3
        style = console.get_style("markdown.item.number")
        rows = console.render_lines(self.elements, options.update(width=options.max_width - wide), style=self.style)
        for nth, row in enumerate(rows):
            yield Segment(" " * wide if nth else f"{number}. ".rjust(wide), style)
            yield from row
            yield Segment.line()


class _Quote(BlockQuote):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        # The bar is upright: terminals slant block characters in italics.
        bar = Segment("▌ ", console.get_style("markdown.hr"))
        for row in console.render_lines(self.elements, options.update(width=options.max_width - 4), style=self.style):
            yield bar
            yield from row
            yield Segment.line()


class _Table(TableElement):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        head = [cell.content for cell in self.header.row.cells] if self.header is not None and self.header.row is not None else []
        body = [[cell.content for cell in row.cells] for row in (self.body.rows if self.body is not None else [])]
        for cell in head:
            cell.stylize("markdown.table.header")
        widths = _widths([head, *body], options.max_width - _GAP * (len(head) - 1))
        if not head or (min(widths) < _NARROWEST and sum(widths) + _GAP * (len(head) - 1) > options.max_width):
            yield _by_rich(head, body)
            return
        yield from _drawn(head, widths, console, console.get_style("markdown.table.header"))
        border = console.get_style("markdown.table.border")
        yield Segment("─" * (sum(widths) + _GAP * (len(head) - 1)), border)
        yield Segment.line()
        for row in body:
            yield from _drawn(row, widths, console)


def _widths(rows: list[list[Text]], room: int) -> list[int]:
    """Cells for each column: what it needs, and where that is too much the widest give way."""
    count = len(rows[0])
    needed = [max((cell_len(row[n].plain) for row in rows if n < len(row)), default=1) for n in range(count)]
    if sum(needed) <= room or not count:
        return needed
    widths = list(needed)
    left, still = room, sorted(range(count), key=needed.__getitem__)
    for nth, column in enumerate(still):
        widths[column] = min(needed[column], max(_NARROWEST, left // (count - nth)))
        left -= widths[column]
    return widths


def _drawn(row: list[Text], widths: list[int], console: Console, ground: Style | None = None) -> Iterator[Segment]:
    """One row of a table, as many rows high as its highest cell."""
    cells = [_cell(cell, width, console) for cell, width in zip(row, widths, strict=False)]
    for nth in range(max(map(len, cells), default=0)):
        for column, (lines, width) in enumerate(zip(cells, widths, strict=False)):
            segments, used = lines[nth] if nth < len(lines) else ([], 0)
            spare = width - used
            before = spare if row[column].justify == "right" else spare // 2 if row[column].justify == "center" else 0
            yield Segment(" " * (before + (_GAP if column else 0)), ground)
            yield from segments
            yield Segment(" " * (spare - before), ground)
        yield Segment.line()


def _cell(text: Text, width: int, console: Console) -> list[tuple[list[Segment], int]]:
    plain = text.plain
    cells = cell_len(plain)
    if cells <= width:
        return [(list(text.render(console, end="")), cells)]
    found = spans(plain, width)
    parts = text.divide([at for span in found for at in span])
    return [(list(parts[2 * n + 1].render(console, end="")), cell_len(plain[at:to])) for n, (at, to) in enumerate(found)]


def _by_rich(head: list[Text], body: list[list[Text]]) -> Table:
    """For tables with more columns than there is room for."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, border_style="markdown.table.border", show_edge=False)
    for cell in head:
        table.add_column(cell, justify=cell.justify or "default", overflow="fold")
    for row in body:
        table.add_row(*row)
    return table


class Document(Markdown):
    """A Rich renderable of parsed Markdown."""

    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "paragraph_open": _Paragraph,
        "fence": _Code,
        "code_block": _Code,
        "heading_open": _Heading,
        "blockquote_open": _Quote,
        "list_item_open": _Item,
        "table_open": _Table,
    }

    def __init__(self, tokens: list[Token]) -> None:
        # not Rich's own: it makes a parser for every text, and an answer that grows is many texts
        vars(self).update(_blank())
        self.parsed = tokens


@cache
def _blank() -> dict[str, Any]:
    return vars(Markdown("", hyperlinks=True))

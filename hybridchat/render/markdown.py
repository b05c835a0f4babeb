"""Markdown painted into lines of Rich segments, with our colours, for a width; untrusted text in, no control characters out."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from io import StringIO
from typing import ClassVar

from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import BlockQuote, CodeBlock, Heading, ListItem, Markdown, MarkdownElement, TableElement
from rich.segment import Segment
from rich.style import Style
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from hybridchat.render.code import code_lines
from hybridchat.render.palette import Palette
from hybridchat.render.text import Splitter, neutralise

Line = list[Segment]

_WHOLE = 20_000
"""Up to this many characters a text is rendered as one; above, chunk by chunk, so that no single step takes long."""
_LINE_LIMIT = 4_000
_HARD_LIMIT = 400_000
_MARKS_LIMIT = 2_000
_NARROW = 16
_DEEPEST = 18
"""The parser stops at 20 levels and leaves out what is below."""


class _Code(CodeBlock):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        # The command line prints on a console of its own; its code gets the default palette.
        palette = console.palette if isinstance(console, _Canvas) else Palette()
        code = str(self.text).rstrip("\n")
        for row in code_lines(code, self.lexer_name, options.max_width, palette):
            yield from row
            yield Segment.line()


class _Heading(Heading):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        text = self.text
        text.justify = "left"
        yield text


class _Table(TableElement):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, border_style="markdown.table.border", show_edge=False)
        header = self.header.row.cells if self.header is not None and self.header.row is not None else []
        for cell in header:
            heading = cell.content.copy()
            heading.stylize("markdown.table.header")
            table.add_column(heading, justify=cell.justify, overflow="fold")
        for row in self.body.rows if self.body is not None else []:
            table.add_row(*(cell.content for cell in row.cells))
        yield table


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


class _Markdown(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "fence": _Code,
        "code_block": _Code,
        "heading_open": _Heading,
        "blockquote_open": _Quote,
        "list_item_open": _Item,
        "table_open": _Table,
    }

    def __init__(self, tokens: list[Token]) -> None:
        super().__init__("", hyperlinks=True)
        self.parsed = tokens


class _TooDeepError(Exception):
    """Lists or quotes nested so deep that the parser would drop their text."""


def _parse(text: str) -> list[Token]:
    # HTML is text here: a model that writes `<div>` means it to be read.
    parser = MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"])
    tokens = parser.parse(text)
    if any(token.level >= _DEEPEST for token in tokens):
        raise _TooDeepError
    return [_readable(token) for token in tokens]


def _readable(token: Token) -> Token:
    """Links followed by their address, images as a line of text; nothing behind a link stays unseen."""
    if token.children:
        token.children = list(_shown_links(token.children))
    return token


def _shown_links(children: list[Token]) -> Iterable[Token]:
    href, said = "", ""
    for child in children:
        if child.type == "image":
            source = str(child.attrs.get("src", ""))
            yield Token("text", "", 0, content=f"[image: {child.content or 'no description'}] ({source})")
            continue
        yield child
        if child.type == "link_open":
            href, said = str(child.attrs.get("href", "")), ""
        elif child.type == "link_close" and href and said.strip() not in {href, href.removeprefix("mailto:")}:
            yield Token("text", "", 0, content=f" ({href})")
        else:
            said += child.content


class _Canvas(Console):
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
def _canvas(palette: Palette) -> _Canvas:
    return _Canvas(palette)


def document(text: str) -> Markdown:
    """A Rich renderable of `text` for a console of the caller's."""
    clean = neutralise(text)
    try:
        return _Markdown(_parse(clean))
    except _TooDeepError:
        return _Markdown([Token("code_block", "code", 0, content=clean)])


def _too_much(text: str) -> bool:
    """Whether Markdown would take long on this: very long lines, or thousands of brackets (nested link search is quadratic)."""
    if text.count("[") + text.count("*") + text.count("_") + text.count("`") > _MARKS_LIMIT:
        return True
    longest = start = 0
    while (end := text.find("\n", start)) >= 0:
        longest = max(longest, end - start)
        start = end + 1
    return max(longest, len(text) - start) > _LINE_LIMIT


def _plain_rows(text: str, width: int) -> Iterable[str]:
    for raw in text.split("\n"):
        line = raw.expandtabs(4)
        if line.isascii():
            yield from (line[at : at + width] for at in range(0, len(line), width)) if line else ("",)
            continue
        row: list[str] = []
        used = 0
        for letter in line:
            cells = cell_len(letter)
            if used + cells > width and row:
                yield "".join(row)
                row, used = [], 0
            row.append(letter)
            used += cells
        yield "".join(row)


def plain(text: str, width: int, style: Style | None = None) -> list[Line]:
    """`text` as it is, wrapped hard at `width` cells; linear in length."""
    return [[Segment(row, style)] for row in _plain_rows(neutralise(text).rstrip("\n"), max(1, width))]


def prose(text: str, width: int, style: Style | None = None) -> list[Line]:
    """`text` as it is, wrapped between words, its line breaks kept: for what people typed and for our own sentences."""
    clean = neutralise(text)
    if _too_much(clean) or width < _NARROW or len(clean) > _WHOLE:
        return plain(clean, width, style)
    canvas = _canvas(Palette())
    return [[Segment(row.plain, style)] for row in Text(clean.expandtabs(4)).wrap(canvas, width, tab_size=4)]


def _render(text: str, width: int, palette: Palette) -> list[Line]:
    if width < _NARROW or _too_much(text):
        return plain(text, width)
    try:
        tokens = _parse(text)
    except _TooDeepError:
        return plain(text, width)
    canvas = _canvas(palette)
    options = canvas.options.update(width=width, height=None)
    rows = [_trimmed(row, width) for row in canvas.render_lines(_Markdown(tokens), options, pad=False)]
    first = next((n for n, row in enumerate(rows) if row), 0)
    while rows and not rows[-1]:
        rows.pop()
    return rows[first:]


def _trimmed(row: Line, width: int) -> Line:
    """A row without trailing blanks, and never wider than `width`: deep lists make Rich draw past the edge."""
    kept = [s for s in row if s.text]
    while kept and not kept[-1].text.strip() and not (kept[-1].style and kept[-1].style.bgcolor):
        kept.pop()
    if kept and not (kept[-1].style and kept[-1].style.bgcolor):
        kept[-1] = Segment(kept[-1].text.rstrip(), kept[-1].style)
    if Segment.get_line_length(kept) <= width:
        return kept
    return Segment.adjust_line_length(kept, width, pad=False)


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

    def paint(self, text: str) -> tuple[list[Line], int]:
        """All lines for `text` (already neutral), and how many of them no later call changes."""
        for chunk in self._splitter.advance(text):
            self._join(self._settled, _render(chunk.of(text), self.width, self.palette), joined=chunk.joined)
        stable = len(self._settled)
        tail = self._splitter.tail(text)
        rows = list(self._settled)
        self._join(rows, _render(tail.of(text), self.width, self.palette) if tail.end > tail.start else [], joined=tail.joined)
        return rows, stable

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
            rows.append([])
        rows.extend(more)


def lines(markdown: str, width: int, palette: Palette) -> list[Line]:
    """`markdown`, neutralised and rendered for `width` cells: one list of segments per line, no line wider."""
    return Painter(width, palette).finish(neutralise(markdown))

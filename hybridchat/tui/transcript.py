"""The conversation, painted line by line: one widget, whatever the length.

Blocks are rendered once per width and theme and kept as strips. The growing answer is repainted on a clock, its settled part
not at all. After a resize only what is visible is rendered at once; the rest follows in small slices while nothing else runs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from hybridchat.conversation import Event, Turn
from hybridchat.render.palette import Palette
from hybridchat.render.text import written
from hybridchat.tui.paint import BlockPainter, estimate
from hybridchat.tui.thread import Block, Thread, Tone

CLOCK = 1 / 12
"""Seconds between repaints of a growing answer."""
_SHARE = 8
"""After a repaint of t seconds the next one waits at least this many t, so painting never takes more than an eighth of a core."""
_SLICE = 0.008
"""Seconds of background rendering at a time: below what a key press notices."""
_KEPT = 400
"""Blocks whose strips are kept (about 17 MB per 500); farther ones are rendered again when scrolled to."""


@dataclass(slots=True)
class _Laid:
    """What is known of a block's lines: an estimate first, then exact, with or without its strips."""

    height: int
    exact: bool = False
    strips: list[Strip] | None = None
    painter: BlockPainter | None = None


class Transcript(ScrollView, can_focus=True):
    """Shows a `Thread`. Follows the end while at the end; `End` goes back there."""

    DEFAULT_CSS = """
    Transcript { scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: scroll; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", "message above", show=False),
        Binding("down", "step(1)", "message below", show=False),
        Binding("y,c", "copy", "copy message", show=False),
        Binding("end", "end", "newest", show=False),
        Binding("escape,i,tab", "leave", "back to the composer", show=False),
    ]

    cursor: reactive[int | None] = reactive(None)

    class Left(Message):
        """The user wants the composer back."""

    class Copied(Message):
        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    def __init__(self, thread: Thread, palette: Palette, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.thread = thread
        self.following = True
        self.repaints = 0
        self._palette = palette
        self._laid: list[_Laid] = []
        self._starts: list[int] = [0]
        self._clock: Timer | None = None
        self._due = 0.0
        self._moving = False
        self._settling = False
        self._drawn: list[Strip | None] = []
        self._laid_width = 0

    # -- what others call -------------------------------------------------------------------------

    def show(self, event: Event) -> None:
        """Takes one event; painting happens on the clock."""
        self.thread.apply(event)
        self.wake()

    def load(self, turns: Sequence[Turn]) -> None:
        """Shows another conversation, at its end."""
        self.thread.load(turns)
        self.following, self.cursor = True, None
        self.paint()

    def note(self, text: str, tone: Tone = Tone.MUTED, head: str = "") -> None:
        """Shows a word from the program, at the end."""
        self.thread.note(text, tone, head)
        self.paint()

    def repalette(self, palette: Palette) -> None:
        """Takes the colours of another theme."""
        if palette == self._palette:
            return
        self._palette = palette
        for laid in self._laid:
            laid.strips = laid.painter = None
        self._drawn = []
        self._measure_visible()
        self.refresh()

    @property
    def current(self) -> Block | None:
        """The message the keyboard stands on."""
        return None if self.cursor is None or self.cursor >= len(self.thread.blocks) else self.thread.blocks[self.cursor]

    # -- the clock --------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self._clock = self.set_interval(CLOCK, self._tick, pause=True)

    def wake(self) -> None:
        """Lets the clock run until a tick finds nothing new."""
        if self._clock is not None:
            self._clock.resume()

    def _tick(self) -> None:
        if perf_counter() < self._due:
            return
        if not self.paint() and self._clock is not None:
            self._clock.pause()

    def paint(self) -> bool:
        """Brings the lines up to date with the thread; `False` when there was nothing to do."""
        first = self.thread.take_changes()
        if first is None or self.size.width <= 0:
            if first is not None:
                self._invalidate(first)
            return False
        began = perf_counter()
        self.repaints += 1
        self._invalidate(first)
        self._place()
        self._due = perf_counter() + _SHARE * (perf_counter() - began)
        return True

    # -- layout -----------------------------------------------------------------------------------

    def _invalidate(self, first: int) -> None:
        blocks, width = self.thread.blocks, self._width
        for index in range(first, len(blocks)):
            height = estimate(blocks[index], width)
            if index >= len(self._laid):
                self._laid.append(_Laid(height))
                continue
            laid = self._laid[index]
            laid.exact, laid.strips = False, None
            if laid.painter is None or laid.painter.block is not blocks[index]:
                laid.height, laid.painter = height, None
        del self._laid[len(blocks) :]
        self._restart(first)

    def _restart(self, first: int) -> None:
        """Adds up where blocks start, from block `first` on."""
        del self._starts[first + 1 :]
        total = self._starts[first] if first < len(self._starts) else 0
        for laid in self._laid[first:]:
            total += laid.height
            self._starts.append(total)

    @property
    def _width(self) -> int:
        return max(1, self.size.width - 1)

    def _strips(self, index: int) -> list[Strip]:
        laid = self._laid[index]
        if laid.strips is None:
            block = self.thread.blocks[index]
            painter = laid.painter or BlockPainter(block, self._width, self._palette)
            laid.strips = painter.strips()
            laid.painter = painter if block.live else None
            laid.height, laid.exact = len(laid.strips), True
        return laid.strips

    def _place(self) -> None:
        """Measures what will be seen, then sets the scroll range and, when following, the position."""
        if self.following:
            self._measure_end()
        else:
            self._measure_visible()
        self._range(None)
        self._refresh_changed()
        self._settle_later()

    def _measure_end(self) -> None:
        room, index = self.size.height, len(self._laid)
        while index > 0 and room > 0:
            index -= 1
            room -= len(self._strips(index))
        self._restart(index)

    def _measure_visible(self) -> None:
        """Makes the blocks in view exact; what is in view stays where it is when heights above it turn out different."""
        top, height = self.scroll_offset.y, self.size.height
        index = self._block_at(top)
        y = self._starts[index] if index < len(self._laid) else 0
        first = index
        while index < len(self._laid) and y < top + height:
            y += len(self._strips(index))
            index += 1
        self._restart(first)

    def _block_at(self, y: int) -> int:
        return max(0, min(len(self._laid) - 1, bisect_right(self._starts, y) - 1))

    def _settle_later(self) -> None:
        if not self._settling and any(not laid.exact for laid in self._laid):
            self._settling = True
            self.set_timer(0.05, self._settle)

    def _settle(self) -> None:
        """Renders some of the blocks that are only estimated, newest first, and moves the view along so that nothing jumps."""
        self._settling = False
        until = perf_counter() + _SLICE
        top_block = self._block_at(self.scroll_offset.y)
        anchor = self.scroll_offset.y - self._starts[top_block]
        lowest: int | None = None
        for index in range(len(self._laid) - 1, -1, -1):
            laid = self._laid[index]
            if laid.exact:
                continue
            self._strips(index)
            if len(self._laid) - index > _KEPT:
                laid.strips = laid.painter = None
            lowest = index
            if perf_counter() > until:
                break
        if lowest is None:
            return
        self._restart(lowest)
        self._range(self._starts[top_block] + anchor)
        self._refresh_changed()
        self._settle_later()

    def on_resize(self) -> None:
        if self._laid_width != self._width:
            top = self._block_at(self.scroll_offset.y)
            self._laid_width = self._width
            for laid, block in zip(self._laid, self.thread.blocks, strict=False):
                laid.exact, laid.strips, laid.painter = False, None, None
                laid.height = estimate(block, self._width)
            self._restart(0)
            if not self.following and self._laid:
                self._range(self._starts[top])
        if self.thread.blocks and not self._laid:
            self._invalidate(0)
        self._place()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        if self._moving:
            self.vertical_scrollbar.position = new_value
            return
        self.following = new_value >= self.max_scroll_y
        if self._laid:
            self._measure_visible()
        super().watch_scroll_y(old_value, new_value)

    def _range(self, y: float | None) -> None:
        """Sets how far one can scroll, and the position: the end when following, else `y`, else where it is.

        Assigning `virtual_size` would lay the whole screen out again for every new line, and redraw it.
        """
        self.set_reactive(Widget.virtual_size, Size(self.size.width, self._starts[-1]))
        self.vertical_scrollbar.window_virtual_size = self._starts[-1]
        self.vertical_scrollbar.window_size = self.size.height
        target = self.max_scroll_y if self.following else self.scroll_y if y is None else y
        self._moving = True
        self.scroll_target_y = self.scroll_y = max(0, min(target, self.max_scroll_y))
        self._moving = False

    def _refresh_changed(self) -> None:
        """Draws the rows in view that look different from the last time; the rest costs the terminal nothing."""
        top, height, width = self.scroll_offset.y, self.size.height, self.size.width
        now = [self._row(top + y) for y in range(height)]
        old = self._drawn if len(self._drawn) == height else [None] * height
        changed = [Region(0, y, width, 1) for y in range(height) if now[y] is not old[y] and now[y] != old[y]]
        self._drawn = now
        if len(changed) == height:
            self.refresh()
        elif changed:
            self.refresh(*changed)

    def _row(self, row: int) -> Strip | None:
        if not self._laid or row >= self._starts[-1]:
            return None
        index = self._block_at(row)
        strips, within = self._strips(index), row - self._starts[index]
        return strips[within] if within < len(strips) else None

    # -- painting ---------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        width, ground = self.size.width, self.rich_style
        strip = self._row(row)
        if strip is None:
            return Strip.blank(width, ground)
        strip = strip.adjust_cell_length(width, ground).apply_style(ground)
        if self.has_focus and self._under_cursor(row):
            strip = Strip([Segment("▌", ground + Style(color=self._palette.local)), *strip.crop(1)], width)
        return self._selected(strip, row).apply_offsets(0, row)

    def _under_cursor(self, row: int) -> bool:
        at = self.cursor
        return at is not None and at < len(self._laid) and self._starts[at] <= row < self._starts[at + 1] - 1

    def _selected(self, strip: Strip, row: int) -> Strip:
        selection = self.text_selection
        span = selection.get_span(row) if selection is not None else None
        if span is None:
            return strip
        start, end = span
        end = strip.cell_length if end == -1 else end
        style = self.screen.get_component_rich_style("screen--selection")
        middle = [Segment(s.text, (s.style or Style()) + style, s.control) for s in strip.crop(start, end)]
        return Strip([*strip.crop(0, start), *middle, *strip.crop(end)])

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text as it stands on the screen."""
        last = self._starts[-1] - 1
        first = selection.start.y if selection.start else 0
        final = min(last, selection.end.y if selection.end else last)
        rows: list[str] = []
        for row in range(first, final + 1):
            strip = self._row(row)
            text = strip.text if strip is not None else ""
            start, end = selection.get_span(row) or (0, 0)
            rows.append((text[start:] if end == -1 else text[start:end]).rstrip())
        return "\n".join(rows), "\n"

    # -- keys -------------------------------------------------------------------------------------

    def on_focus(self) -> None:
        if self.cursor is None:
            self.action_step(-1)

    def action_step(self, by: int) -> None:
        """Moves to the next message up or down, and into view."""
        self.paint()
        blocks = self.thread.blocks
        at = len(blocks) if self.cursor is None else self.cursor
        at += by
        while 0 <= at < len(blocks) and not blocks[at].addressable:
            at += by
        if not 0 <= at < len(blocks):
            if by > 0:
                self.action_end()
            return
        self.cursor = at
        self.following = False
        self._strips(at)
        self._restart(at)
        self.scroll_to_region(Region(0, self._starts[at], self.size.width, self._laid[at].height), animate=False, top=by < 0)
        self.refresh()

    def action_copy(self) -> None:
        if (block := self.current) is not None:
            self.post_message(self.Copied(written(block.text)))

    def action_end(self) -> None:
        """Goes to the newest line and follows it again."""
        self.following = True
        self._place()

    def action_leave(self) -> None:
        self.cursor = None
        self.post_message(self.Left())

    def watch_cursor(self) -> None:
        self.refresh()

"""A conversation as lines: one widget that renders what is seen, whatever the length, and scrolls.

Blocks are rendered once per width and theme and kept as strips. The growing answer is repainted on a clock, its settled part
not at all. After a resize only what is visible is rendered at once; the rest follows in small slices while nothing else runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from textual.binding import BindingType
from textual.containers import ScrollableContainer
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from hybridchat.facts import Locality
from hybridchat.render.palette import Palette
from hybridchat.tui import messages
from hybridchat.tui.inherited import inherited
from hybridchat.tui.rows import Rows
from hybridchat.tui.strips import thumb
from hybridchat.tui.thread import Block, Thread, Tone

if TYPE_CHECKING:
    from hybridchat.conversation import Turn
    from hybridchat.events import Event

CLOCK = 1 / 8
"""Seconds between repaints of a growing answer: every new line moves all of them, and each repaint is some kilobytes."""
ROOM = 2
"""Lines that a growing answer is moved up ahead of time: the eye gets text that stands, the terminal a third of the bytes."""
AHEAD = 0.9
"""Seconds that one that grows by many short lines is moved up ahead, by its pace: a list moves as seldom as running text."""
MOST = 2
"""At most this part of the height is left free for that."""
_SHARE = 8
"""After a repaint of t seconds the next one waits at least this many t, so painting never takes more than an eighth of a core."""
_SLICE = 0.008
"""Seconds of background rendering at a time: below what a key press notices."""


class LineView(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows a `Thread` and follows its end while at the end."""

    DEFAULT_CSS = """
    LineView { scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: scroll; }
    """
    BINDINGS: ClassVar[list[BindingType]] = inherited(ScrollableContainer, "reading")

    def __init__(self, thread: Thread, palette: Palette, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.thread = thread
        self.following = True
        self.more_above = False
        """Older turns are stored and not loaded; set again once those that were asked for have come."""
        self.repaints = 0
        self.rows = Rows(thread.blocks, palette)
        self._palette = palette
        self._clock: Timer | None = None
        self._due = 0.0
        self._pace, self._paced = 0.0, (0.0, 0)
        self._moving = False
        self._settling = False
        self._drawn: list[Strip | None] = []
        """What each row of the window showed when it was drawn last."""
        self._thumb = (0, 0)
        self._more = False

    def show(self, event: Event) -> None:
        """Takes one event; painting happens on the clock."""
        self.thread.apply(event)
        self.wake()

    def load(self, turns: Sequence[Turn], before: Locality | None = None) -> None:
        """Shows another conversation, at its end; `before` is where the turn above it was answered."""
        self.thread.load(turns, before)
        self.following = True
        self.paint()

    def prepend(self, turns: Sequence[Turn], before: Locality | None = None) -> int:
        """Puts older turns above; what is seen stays where it is. `before` as in `load`. How many blocks they are."""
        self.paint()
        added = self.thread.prepend(turns, before)
        rows = self.rows.insert(added)
        self._range(self.scroll_y + rows)
        self._place()
        return added

    def failed(self, text: str) -> None:
        """Says at the end why an answer ended in a way that nobody foresaw."""
        self.thread.fail(text)
        self.paint()

    def note(self, text: str, tone: Tone = Tone.MUTED, head: str = "") -> None:
        """Shows a word from the program, at the end."""
        self.thread.note(text, tone, head)
        self.paint()

    def retell(self, block: Block, text: str) -> None:
        """Shows another text in place of what the program said before."""
        self.thread.retell(block, text)
        self.paint()

    def repalette(self, palette: Palette) -> None:
        """Takes the colours of another theme."""
        if palette == self._palette:
            return
        self._palette = palette
        self.rows.recolour(palette)
        self._drawn = []
        self.rows.measure_view(self.scroll_offset.y, self.size.height)
        self.refresh()

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
        if first is None:
            return False
        self.rows.changed(first)
        if self.size.width <= 0:
            return False
        began = perf_counter()
        self.repaints += 1
        self._place()
        self._keep_pace(began)
        self._due = perf_counter() + _SHARE * (perf_counter() - began)
        return True

    def _keep_pace(self, now: float) -> None:
        """Counts by how many lines a second a growing answer grows."""
        since, lines = self._paced
        if not self.thread.live:
            self._pace, self._paced = 0.0, (now, self.rows.total)
        elif now - since >= 1.0:
            # what was there when it began, a question or another conversation, is not its pace
            self._pace = (self.rows.total - lines) / (now - since) if now - since < 2.0 else 0.0
            self._paced = now, self.rows.total

    @property
    def _width(self) -> int:
        return max(1, self.size.width - 1)

    def _place(self) -> None:
        """Measures what will be seen, then sets the scroll range and, when following, the position."""
        if self.following:
            self.rows.measure_end(self.size.height)
        else:
            self.rows.measure_view(self.scroll_offset.y, self.size.height)
        self._range()
        self._refresh_changed()
        self._settle_later()

    def _settle_later(self) -> None:
        if not self._settling and not self.rows.settled:
            self._settling = True
            self.set_timer(0.05, self._settle)

    def _settle(self) -> None:
        """Renders some of the blocks that are only estimated, and moves the view along so that nothing jumps."""
        self._settling = False
        until = perf_counter() + _SLICE
        top_block = self.rows.block_at(self.scroll_offset.y)
        anchor = self.scroll_offset.y - self.rows.start(top_block)
        if self.rows.settle(lambda: perf_counter() > until):
            self._range(self.rows.start(top_block) + anchor)
            self._refresh_changed()
            self._settle_later()

    def on_resize(self) -> None:
        if self.rows.width != self._width:
            top = self.rows.block_at(self.scroll_offset.y)
            self.rows.resize(self._width)
            if not self.following and len(self.rows):
                self._range(self.rows.start(top))
        self._place()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        if self._moving:
            return
        self.following = new_value >= self.max_scroll_y
        if len(self.rows):
            self.rows.measure_view(round(new_value), self.size.height)
        super().watch_scroll_y(old_value, new_value)
        self._show_position()
        self._ask_above()

    def _range(self, y: float | None = None) -> None:
        """Sets how far one can scroll, and the position: the end when following, else `y`, else where it is.

        Assigning `virtual_size` would lay the whole screen out again for every new line, and redraw it.
        """
        at, height = (self.scroll_y if y is None else y), self.size.height
        at = self._end(at) if self.following else min(at, self.rows.total - height)
        at = max(0, round(at))
        self.set_reactive(Widget.virtual_size, Size(self.size.width, max(self.rows.total, at + height)))
        self._moving = True
        self.scroll_target_y = self.scroll_y = at
        self._moving = False
        self._show_position()

    def _end(self, at: float) -> float:
        """The position that shows the end, `at` if that does: a growing answer is given some empty lines to grow into."""
        end, most = self.rows.total - self.size.height, max(ROOM, self.size.height // MOST)
        if end <= at <= end + (most if self.thread.live else ROOM):
            return at
        return end + max(ROOM, min(most, round(AHEAD * self._pace))) if self.thread.live and end > 0 else end

    def _ask_above(self) -> None:
        """Asks for older turns two screens before their place is seen."""
        if self.more_above and self.scroll_y < 2 * self.size.height:
            self.more_above = False
            self.post_message(messages.Older())

    def action_scroll_home(self) -> None:
        if self.more_above:
            self.post_message(messages.Older(all=True))
        else:
            self.scroll_home(animate=False, force=True)

    def _show_position(self) -> None:
        """Moves the bar beside the text, once it would be drawn differently: it is as many writes as there are rows."""
        bar, height = self.vertical_scrollbar, self.size.height
        at = thumb(height, self.rows.total, self.scroll_y)
        more = not self.following and self.rows.total - 1 > self.scroll_y + height
        if more is not self._more:
            self._more = more
            self.post_message(messages.Scrolled(more=more))
        if at != self._thumb or bar.window_size != height:
            self._thumb = at
            bar.window_virtual_size, bar.window_size, bar.position = self.rows.total, height, self.scroll_y

    def _refresh_changed(self) -> None:
        """Draws the rows in view that look different from the last time; the rest costs the terminal nothing."""
        top, height, width = self.scroll_offset.y, self.size.height, self.size.width
        now = [self.rows.row(top + y) for y in range(height)]
        old = self._drawn if len(self._drawn) == height else [None] * height
        changed = [Region(0, y, width, 1) for y in range(height) if now[y] is not old[y] and now[y] != old[y]]
        self._drawn = list(now)
        if len(changed) == height:
            self.refresh()
        elif changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        width, ground = self.size.width, self.rich_style
        strip = self.rows.row(row)
        if y < len(self._drawn):
            self._drawn[y] = strip  # it is drawn for other reasons too, such as scrolling
        if strip is None:
            return Strip.blank(width, ground)
        shown = self.marked(strip.adjust_cell_length(width, ground).apply_style(ground), row, ground)
        # one colour, one escape sequence: without this most of what is written would be those
        return shown.simplify().apply_offsets(0, row)

    def marked(self, strip: Strip, row: int, ground: Style) -> Strip:  # noqa: ARG002 - for those who mark rows
        """The strip as it is to be seen: with what is found, selected or stood on."""
        return strip

    def go_to(self, index: int, within: int) -> None:
        """Brings a row of a block into view, a third from the top unless it is seen already."""
        self.following = False
        for _ in range(2):  # measuring what is seen moves what lies below
            row, height = self.rows.start(index) + within, self.size.height
            if not self.scroll_offset.y <= row < self.scroll_offset.y + height:
                self._range(row - height // 3)
            self._place()
        self.refresh()

    def back_to(self, y: float, following: bool) -> None:  # noqa: FBT001 - what was read off the transcript
        """Goes back to a position, or to following the end."""
        self.following = following
        self._range(y)
        self._place()

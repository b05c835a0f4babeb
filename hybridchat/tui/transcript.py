"""The conversation on the screen: walked over with the keyboard, copied from, its links and thoughts opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.reactive import reactive
from textual.selection import Selection
from textual.strip import Strip

from hybridchat.bindings import BINDINGS
from hybridchat.facts import Locality
from hybridchat.render.palette import Palette
from hybridchat.render.text import written
from hybridchat.tui import messages
from hybridchat.tui.keymap import bind, keys_of
from hybridchat.tui.lineview import LineView
from hybridchat.tui.strips import barred, marked, selected
from hybridchat.tui.thread import Block, Kind, Thread, Tone

if TYPE_CHECKING:
    from hybridchat.conversation import Turn

_MINE = tuple(bound.id for bound in BINDINGS.values() if bound.where in {"messages", "reading"})


class Transcript(LineView):
    """Shows a `Thread`. `End` goes to its newest line and follows it again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("message-up", "step(-1)"),
        bind("message-down", "step(1)"),
        bind("branch-before", "branch(-1)"),
        bind("branch-after", "branch(1)"),
        bind("message-edit", "edit"),
        bind("message-copy", "copy"),
        bind("message-code", "code"),
        bind("message-thinking", "thinking"),
        bind("message-link", "link"),
        bind("message-open", "open"),
        bind("message-end", "end"),
        bind("to-gauges", "screen.wanted('gauges')"),
        bind("to-writing", "leave"),
    ]

    cursor: reactive[int | None] = reactive(None)

    def __init__(self, thread: Thread, palette: Palette, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(thread, palette, id=id)
        self.lit: Callable[[int, int, Strip], Strip] | None = None
        """Marks what was found: row within its block, index of the block, its strip."""
        self._code: tuple[int, int | None] = (0, None)
        """The code block that was copied last, and of which message."""
        self._link: tuple[int, int | None] = (-1, None)
        """The link that was shown last, and of which message."""
        self._asked = ""
        """The address that was shown and is opened when it is confirmed."""
        self._typing = False
        """A letter was handed on to the composer, which has not got the focus yet."""

    def load(self, turns: Sequence[Turn], before: Locality | None = None) -> None:
        self.cursor = None
        super().load(turns, before)

    def prepend(self, turns: Sequence[Turn], before: Locality | None = None) -> int:
        added = super().prepend(turns, before)
        self.set_reactive(Transcript.cursor, None if self.cursor is None else self.cursor + added)
        return added

    def note(self, text: str, tone: Tone = Tone.MUTED, head: str = "") -> None:
        # what a command answers is to be seen, also by who had scrolled up before
        self.following = self.following or not (self.has_focus or self.thread.live)
        super().note(text, tone, head)

    def marked(self, strip: Strip, row: int, ground: Style) -> Strip:
        if self.lit is not None and self.thread.blocks[at := self.rows.block_at(row)].addressable:
            strip = self.lit(row - self.rows.start(at), at, strip)
        if self.has_focus and self._under_cursor(row):
            strip = barred(strip, ground + Style(color=self._palette.local))
        if (selection := self.text_selection) is not None:
            strip = marked(strip, selection.get_span(row), self.screen.get_component_rich_style("screen--selection"))
        return strip

    @property
    def current(self) -> Block | None:
        """The message the keyboard stands on."""
        return None if self.cursor is None or self.cursor >= len(self.thread.blocks) else self.thread.blocks[self.cursor]

    def _under_cursor(self, row: int) -> bool:
        at = self.cursor
        return at is not None and at < len(self.rows) and 0 <= row - self.rows.start(at) < self.rows.height(at) - 1

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text as it stands on the screen."""
        return selected(self.rows.row, self.rows.total, selection), "\n"

    def on_key(self, event: events.Key) -> None:
        mine = not self._typing and event.key in keys_of(self.app).meanings(*_MINE)
        if event.is_printable and event.character and not mine:
            event.stop()
            # letters that came in the same moment are already on their way here: they belong to the same word
            self._typing = True
            self.post_message(messages.Typed(event.character))

    def on_blur(self) -> None:
        self._typing = False

    def on_focus(self) -> None:
        # by mouse it is the message that was clicked: the click comes after the focus
        self.call_later(self._stand)

    def _stand(self) -> None:
        if self.cursor is None and self.has_focus:
            self.action_step(-1)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        row = event.y + self.scroll_offset.y
        if len(self.rows) and row < self.rows.total:
            at = self.rows.block_at(row)
            self.cursor = at if self.thread.blocks[at].addressable else self.thread.next_message(at, -1)

    def on_click(self, event: events.Click) -> None:
        """A link is shown, and opened by a second click; a fold opens or closes."""
        at = self.rows.block_at(row := event.y + self.scroll_offset.y) if len(self.rows) else 0
        if address := event.style.link:
            self._show_link(address)
        elif len(self.rows) and self.thread.blocks[at].foldable and row - self.rows.start(at) == 1:
            self._fold(at)

    def action_step(self, by: int) -> None:
        """Moves to the next message up or down, and into view."""
        self.paint()
        at = self.thread.next_message(self.cursor, by)
        if at is None:
            if by > 0:
                self.action_end()
            return
        self.cursor = at
        self.following = False
        self.rows.measure(at)
        message = Region(0, self.rows.start(at), self.size.width, self.rows.height(at))
        self.scroll_to_region(message, animate=False, top=by < 0)
        self.refresh()

    def action_branch(self, by: int) -> None:
        self.post_message(messages.Branched(by))

    def action_edit(self) -> None:
        self.post_message(messages.Edited())

    def action_copy(self) -> None:
        """Copies what is selected, else the message."""
        if chosen := self.screen.get_selected_text():
            self.post_message(messages.Copied(written(chosen), "selection"))
        elif (block := self.current) is not None:
            self.post_message(messages.Copied(written(block.text)))

    def action_code(self) -> None:
        """Copies the next code block of the message, round the end."""
        from hybridchat.render.fences import blocks  # imported here: not needed before first paint

        found = blocks(self.current.text) if self.current is not None else []
        if not found:
            self.notify("There is no code block in this message.", timeout=2)
            return
        at, last = self._code
        at = (at + 1) % len(found) if last == self.cursor else 0
        self._code = (at, self.cursor)
        self.post_message(messages.Copied(written(found[at]), f"code block {at + 1} of {len(found)}"))

    def action_end(self) -> None:
        """Goes to the newest line and follows it again."""
        self.following = True
        self._place()

    def action_leave(self) -> None:
        self.cursor = None
        self.post_message(messages.Left())

    def watch_cursor(self) -> None:
        self.refresh()

    def action_thinking(self) -> None:
        """Shows what was thought before the answer, or folds it again."""
        at = self.cursor
        if at is not None and self.current is not None and self.current.foldable:
            self._fold(at)
        else:
            self.notify("Nothing is folded in this message.", timeout=2)

    def unfold(self, at: int) -> None:
        """Shows the files of a question, for something in them was found."""
        block = self.thread.blocks[at]
        if block.kind is Kind.YOU and block.foldable and not block.unfolded:
            self._fold(at)

    def _fold(self, at: int) -> None:
        # what came since the last paint has no rows yet
        self.paint()
        block = self.thread.blocks[at]
        block.unfolded = not block.unfolded
        self.following = self.following and not block.unfolded
        self.rows.again(at)
        self._place()

    def action_link(self) -> None:
        """Shows the next link of the message, round the end."""
        from hybridchat.render.tokens import links  # imported here: not needed before first paint

        found = links(self.current.text) if self.current is not None else []
        if not found:
            self.notify("There is no link in this message.", timeout=2)
            return
        at, last = self._link
        at = (at + 1) % len(found) if last == self.cursor else 0
        self._link, self._asked = (at, self.cursor), ""
        self._show_link(found[at], f"link {at + 1} of {len(found)}")

    def _show_link(self, address: str, what: str = "link") -> None:
        """The first time the whole address is shown, the second time in a row it is opened."""
        known, self._asked = self._asked == address, "" if self._asked == address else address
        self.post_message(messages.Linked(address, what, confirmed=known))

    def action_open(self) -> None:
        """Opens the link that is shown."""
        if self._asked:
            self._show_link(self._asked)

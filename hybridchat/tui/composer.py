"""Where the user writes: Enter sends, Ctrl+J breaks the line, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea

from hybridchat.commands import completed
from hybridchat.render.text import neutralise
from hybridchat.render.words import size

PAUSE = 0.3
"""Seconds without a key before a draft is previewed: below that somebody is typing, and would feel the scan."""
FOLD = 8_000
"""A paste longer than this many characters is shown as one line; wrapping a megabyte would take seconds."""


class Composer(TextArea):
    """A text area that posts `Submitted`, and `Drafted` with the first letter and whenever typing pauses."""

    DEFAULT_CSS = """
    Composer {
        height: auto; min-height: 1; max-height: 33vh; border: none; padding: 0 1; background: $background;
        scrollbar-size-vertical: 1;
        &:focus { border: none; background-tint: 0%; }
        & .text-area--placeholder { color: $muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+j,shift+enter,alt+enter", "newline", "new line", show=False, id="newline"),
        Binding("shift+tab", "enter_transcript", "messages", show=False),
        Binding("pageup", "page(-1)", "older", show=False),
        Binding("pagedown", "page(1)", "newer", show=False),
        Binding("ctrl+d", "quit_or_delete", "quit when empty", show=False),
    ]

    class Submitted(Message):
        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    class Drafted(Message):
        """Typing began or paused; `text` is the whole draft."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    class Wanted(Message):
        """A key that belongs to the screen: `next`, `leader`, `quit`, `transcript`, `pageup`, `pagedown`, `end`."""

        def __init__(self, what: str) -> None:
            self.what = what
            super().__init__()

    class Led(Message):
        """The key after Ctrl+X; `letter` is empty when it was taken back."""

        def __init__(self, letter: str) -> None:
            self.letter = letter
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, compact=True, highlight_cursor_line=False, placeholder="message…", tab_behavior="focus")
        self.cursor_blink = False  # a blinking cursor would write to the terminal all day
        self.asked: Sequence[str] = ()
        self.take_back: Callable[[], str] = str
        """Gives a message back that waits to be sent; empty when none does."""
        self.leading = False
        """Ctrl+X was pressed: the next key is a command's letter."""
        self._back = 0
        self._begun = False
        """Something is written."""
        self._folded: dict[str, str] = {}
        self._pause: Timer | None = None

    @property
    def draft(self) -> str:
        """What would be sent: folded pastes written out."""
        text = self.text
        for label, whole in self._folded.items():
            text = text.replace(label, whole, 1)
        return text

    @draft.setter
    def draft(self, text: str) -> None:
        self._folded.clear()
        self.load_text("")
        self._put(text)

    def _put(self, text: str) -> None:
        clean = neutralise(text)
        if len(clean) > FOLD:
            label = f"[pasted text {len(self._folded) + 1}: {size(len(clean.encode('utf-8', 'replace')))}]"
            self._folded[label] = clean
            clean = label
        result = self._replace_via_keyboard(clean, *self.selection)
        if result is not None:
            self.move_cursor(result.end_location)

    def on_key(self, event: events.Key) -> None:
        # Not bindings: those would overtake letters that were typed just before, or come after ones typed since.
        if self.leading:
            self.leading = False
            self.post_message(self.Led(event.character or ""))
        elif event.key == "enter":
            self.action_submit()
        elif event.key == "ctrl+x":
            self._cut_or_lead()
        elif event.key == "tab" and self.text.startswith("/"):
            self.draft = completed(self.text)
        else:
            return
        event.stop()
        event.prevent_default()

    def _cut_or_lead(self) -> None:
        if self.selected_text:
            self.action_cut()
        else:
            self.leading = True
            self.post_message(self.Wanted("leader"))

    def lead_off(self) -> None:
        """Takes Ctrl+X back."""
        if self.leading:
            self.leading = False
            self.post_message(self.Led(""))

    def on_blur(self) -> None:
        self.lead_off()

    def clear_draft(self) -> None:
        """Empties the composer; `↑` brings the draft back, and Ctrl+Z what stood there."""
        self.asked = [*self.asked, self.draft]
        self._back = 0
        self._replace_via_keyboard("", (0, 0), self.document.end)

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self._put(event.text)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if self._pause is not None:
            self._pause.stop()
        begun, self._begun = self._begun, bool(self.text)
        if self.text.startswith("/") or (self._begun and not begun and not self._folded):
            self._drafted()  # naming commands costs nothing, and with the first key a model can begin to load
        else:
            self._pause = self.set_timer(PAUSE, self._drafted)

    def _drafted(self) -> None:
        self._pause = None
        self.post_message(self.Drafted(self.draft))

    def action_submit(self) -> None:
        text = self.draft
        if not text.strip():
            self.post_message(self.Wanted("next"))
            return
        self._back = 0
        self._folded.clear()
        self.load_text("")
        self.post_message(self.Submitted(text))

    def action_newline(self) -> None:
        self._replace_via_keyboard("\n", *self.selection)

    def action_cursor_up(self, select: bool = False) -> None:  # noqa: FBT001, FBT002 - Textual's signature
        if not select and not self.text and (text := self.take_back()):
            self.draft = text
            return
        recalled = self._back and self.text == self._recalled
        if not select and self.asked and (not self.text or recalled) and self._back < len(self.asked):
            self._recall(self._back + 1)
            return
        super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:  # noqa: FBT001, FBT002 - Textual's signature
        if not select and self._back and self.text == self._recalled:
            self._recall(self._back - 1)
            return
        super().action_cursor_down(select)

    _recalled = ""

    def _recall(self, back: int) -> None:
        self._back = back
        self.draft = self.asked[-back] if back else ""
        self._recalled = self.text

    def action_enter_transcript(self) -> None:
        self.post_message(self.Wanted("transcript"))

    def action_cursor_line_end(self, select: bool = False) -> None:  # noqa: FBT001, FBT002 - Textual's signature
        if not self.text:
            self.post_message(self.Wanted("end"))
        super().action_cursor_line_end(select)

    def action_page(self, by: int) -> None:
        self.post_message(self.Wanted("pageup" if by < 0 else "pagedown"))

    def action_quit_or_delete(self) -> None:
        if self.text:
            self.action_delete_right()
        else:
            self.post_message(self.Wanted("quit"))

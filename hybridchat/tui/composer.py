"""Where the user writes: Enter sends, Ctrl+J breaks the line, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea

from hybridchat.bindings import Keys, here
from hybridchat.commands import completed, parse
from hybridchat.tui.folding import FoldingArea
from hybridchat.tui.naming import Naming

PAUSE = 0.3
"""Seconds without a key before a draft is previewed: below that somebody is typing, and would feel the scan."""
TAKES_FILES = frozenset({"compare", "edit", "queue"})
"""Commands whose words are a question, in which `@` names files."""
MEANT = (
    "send", "newline", "leader", "complete", "write-up", "write-down", "write-end", "to-messages", "scroll-up", "scroll-down",
    "leave", "names-close",
)  # fmt: skip
"""Bindings that the composer looks for itself, in the order of what is typed."""
_EDITS = {binding.id: binding.action for binding in FoldingArea.BINDINGS if isinstance(binding, Binding) and binding.id}
"""What a text area does by itself: binding -> action."""


class TakeBack(Protocol):
    """Gives a message back that waits; with the last one `unchanged` that waits again, and its neighbour by `step` is given."""

    def __call__(self, step: int, *, unchanged: bool) -> str: ...


def _nothing(step: int, *, unchanged: bool) -> str:  # noqa: ARG001 - where nothing waits
    return ""


class Composer(FoldingArea):
    """A text area that posts `Submitted`, and `Drafted` with the first letter and whenever typing pauses."""

    DEFAULT_CSS = """
    Composer {
        height: auto; min-height: 1; max-height: 33vh; border: none; padding: 0 1; background: $background;
        scrollbar-size-vertical: 1;
        &:focus { border: none; background-tint: 0%; }
        & .text-area--placeholder { color: $muted; }
    }
    """

    class Submitted(Message):
        """Enter: `text` is the whole draft; in `meant` a mark stands before each `@` that may name a file."""

        def __init__(self, text: str, meant: str = "") -> None:
            self.text = text
            self.meant = meant or text
            super().__init__()

    class Drafted(Message):
        """Typing began or paused; `text` is the whole draft as it is to be kept."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    class Wanted(Message):
        """A key that belongs to the screen: `next`, `leader`, `quit`, `transcript`, `pageup`, `pagedown`, `end`; in an empty
        one also `offer` and `up`."""

        def __init__(self, what: str) -> None:
            self.what = what
            super().__init__()

    class Led(Message):
        """The key after Ctrl+X; `letter` is empty when it was taken back."""

        def __init__(self, letter: str) -> None:
            self.letter = letter
            super().__init__()

    def __init__(self, *, id: str | None = None, files: bool = True) -> None:  # noqa: A002 - Textual's name
        """Without `files` an `@` is a sign like any other."""
        super().__init__(id=id, placeholder="message…")
        self.cursor_blink = False  # a blinking cursor would write to the terminal all day
        self.asked: Sequence[str] = ()
        self.take_back: TakeBack = _nothing
        """Gives a message back that waits to be sent; empty when none does."""
        self.taken = ""
        """What it gave, as it stood here at first."""
        self.replaces = False
        """The message that was submitted last is one of those that waited."""
        self.sees: Callable[[], bool] = lambda: True
        """Whether a model that could be asked sees pictures."""
        self.keys = here()
        self.leading = False
        """Ctrl+X was pressed: the next key is a command's letter."""
        self._back = 0
        self._begun = False
        """Something is written."""
        self._naming = Naming(self, Path, lambda: self.sees()) if files else None
        self._pause: Timer | None = None

    @property
    def meant(self) -> str:
        """The draft as it is to be sent: a mark stands before each `@` that may name a file."""
        command = parse(self.text) if self.text.startswith("/") else None
        other = isinstance(command, tuple) and command[0].name not in TAKES_FILES
        return self.draft if self._naming is None or other else self.named

    def clear_draft(self) -> None:
        """Empties the composer; `↑` brings the draft back, and Ctrl+Z what stood there."""
        self.asked = [*self.asked, self.kept]
        self._back = 0
        self._replace_via_keyboard("", (0, 0), self.document.end)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if self._pause is not None:
            self._pause.stop()
        begun, self._begun = self._begun, bool(self.text)
        if not self.text:
            self.taken = ""
        if self.text.startswith("/") or (self._begun and not begun and not self._folds):
            self._drafted()  # naming commands costs nothing, and with the first key a model can begin to load
        else:
            self._pause = self.set_timer(PAUSE, self._drafted)
        self._look()

    def on_text_area_selection_changed(self, event: TextArea.SelectionChanged) -> None:
        event.stop()
        self._look()

    def _look(self) -> None:
        """Follows the name of a file that is being written."""
        if self._naming is not None:
            self._naming.look()

    def _drafted(self) -> None:
        self._pause = None
        self.post_message(self.Drafted(self.kept))

    # -- keys -------------------------------------------------------------------------------------

    @property
    def keys(self) -> Keys:
        return self._keys

    @keys.setter
    def keys(self, keys: Keys) -> None:
        self._keys = keys
        self._meanings: Mapping[str, str] = keys.meanings(*MEANT[:-1])
        self._editing: Mapping[str, str] = keys.meanings(*_EDITS)
        self._closes = keys.of("names-close")

    async def on_key(self, event: events.Key) -> None:
        # Not left to bindings: those come after letters typed since, so that a slow line would move a word's letters about.
        name = self._meanings.get(event.key, "")
        listed = self._naming if self._naming is not None and self._naming.open else None
        if self.leading:
            self.leading = False
            if name == "send":
                self.action_newline()
            self.post_message(self.Led("" if name == "send" else event.character or ""))
        elif listed is not None and self._chooses(listed, event.key, name):
            pass
        elif not self._does(name) and not await self._edits(event):
            return
        event.stop()
        event.prevent_default()

    async def _edits(self, event: events.Key) -> bool:
        """Runs what a text area has its keys for: moving, deleting and the like; `False` for letters and other keys."""
        name = "" if event.is_printable else self._editing.get(event.key, "")
        return bool(name) and await self.app.run_action(_EDITS[name], self)

    def _chooses(self, listed: Naming, key: str, name: str) -> bool:
        """Keys that mean something else while files are listed."""
        if key in self._closes:
            listed.close(by_hand=True)
        elif name in {"write-up", "write-down"}:
            listed.step(-1 if name == "write-up" else 1)
        elif name == "send" and listed.chosen:
            listed.take()
        else:
            return False
        return True

    def _does(self, name: str) -> bool:
        """Does what a key is for; `False` when it is for nothing here."""
        match name:
            case "send":
                self.action_submit()
            case "newline":
                self.action_newline()
            case "leader":
                self._cut_or_lead()
            case "complete":
                return self._complete()
            case "write-up":
                return self._look_back()
            case "write-down":
                return self._look_on()
            case "write-end" if not self.text:
                self.post_message(self.Wanted("end"))
            case "to-messages":
                self.post_message(self.Wanted("transcript"))
            case "scroll-up" | "scroll-down":
                self.post_message(self.Wanted("pageup" if name == "scroll-up" else "pagedown"))
            case "leave" if not self.text:
                self.post_message(self.Wanted("quit"))
            case _:
                return False
        return True

    def _complete(self) -> bool:
        if not self.text:
            self.post_message(self.Wanted("offer"))
            return True
        if self.text.startswith("/") and not any(sign.isspace() for sign in self.text):
            self.draft = completed(self.text)
            return True
        return self.unfold() or (self._naming is not None and self._naming.complete()) or bool(self.text)

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

    def action_submit(self) -> None:
        text, meant = self.draft, self.meant
        if not text.strip():
            self.post_message(self.Wanted("next"))
            return
        self._back = 0
        self.replaces, self.taken = bool(self.taken), ""
        self.draft = ""
        self.post_message(self.Submitted(text, meant))

    def action_newline(self) -> None:
        self._replace_via_keyboard("\n", *self.selection)

    def _look_back(self) -> bool:
        """In an empty composer the message that waits, else the question before; `False` where the key only edits."""
        if self._turn_to(-1):
            return True
        recalled = self._back and self.text == self._recalled
        if self.asked and (not self.text or recalled) and self._back < len(self.asked):
            self._recall(self._back + 1)
            return True
        if not self.text:
            self.post_message(self.Wanted("up"))
        return not self.text

    def _look_on(self) -> bool:
        """The question after, while looking back; `False` where the key only edits."""
        if self.text and self._turn_to(1):
            return True
        if self._back and self.text == self._recalled:
            self._recall(self._back - 1)
            return True
        return False

    def _turn_to(self, step: int) -> bool:
        """Goes to a message that waits; `False` where something else is written, or none is there."""
        unchanged = bool(self.text) and self.text == self.taken
        if self.text and not unchanged:
            return False
        text = self.take_back(step, unchanged=unchanged)
        if text or (unchanged and step > 0):
            self.draft = text
            self.taken = self.text
        return bool(text) or unchanged

    _recalled = ""

    def _recall(self, back: int) -> None:
        self._back = back
        self.draft = self.asked[-back] if back else ""
        self._recalled = self.text

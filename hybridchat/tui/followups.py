"""Messages sent while an answer runs: shown, taken back with ↑, sent in order, and still there after a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridchat.enclosed import brief
from hybridchat.mentions import kept, plain
from hybridchat.render.words import plural
from hybridchat.tui import branches
from hybridchat.tui.keymap import line

if TYPE_CHECKING:  # the screen makes one of these and hands itself in; at run time nothing points back
    from hybridchat.events import Ended
    from hybridchat.tui.screen import ChatScreen


class FollowUps:
    """What is sent next in the open conversation. The texts themselves are kept with its draft, by `Current`."""

    def __init__(self, screen: ChatScreen) -> None:
        self._screen = screen
        self._resting = False
        """The answer before did not come to its end: nothing goes out until the user says so."""
        self._out: tuple[int, str] | None = None
        """The message that was taken back last: its place among the others, and its text."""

    @property
    def texts(self) -> list[str]:
        """Oldest first."""
        return self._screen.current.waiting

    def add(self, text: str) -> None:
        """Puts a message behind the others, or where it was before it was taken back; it goes out once the answer is whole."""
        self._resting = False
        again = self._out if self._screen.composer.replaces else None
        self._out, self._screen.composer.replaces = None, False
        self.texts.insert(again[0] if again is not None else len(self.texts), text)
        self._kept("")

    def take_back(self, step: int, *, unchanged: bool) -> str:
        """The newest message, which waits no longer; empty when none does.

        With the one taken back `unchanged` that waits again, and its neighbour is taken, the one before it for a `step` of -1.
        """
        if not self._screen.ready:
            return ""
        at = len(self.texts) - 1
        if unchanged and self._out is not None:
            if self._out[0] + step < 0:
                return ""
            self.texts.insert(*self._out)
            at = self._out[0] + step
        self._out = (at, self.texts.pop(at)) if 0 <= at < len(self.texts) else None
        text = kept(self._out[1]) if self._out is not None else ""
        self._kept(text)
        return text

    def give_back(self, text: str) -> None:
        """A message was not sent after all: it goes into the composer, or waits where something is written there by now."""
        self._screen.current.sending = ""
        if not self._screen.composer.text:
            self._screen.composer.draft = kept(text)
        else:
            self._resting = True
            self.texts.insert(0, text)
        self._kept(self._screen.composer.kept)

    def restored(self) -> None:
        """A conversation was opened: what waited in it goes out when the user says so, not by itself."""
        self._screen.current.settled = True
        self._resting = bool(self.texts)
        self.show()

    def after(self, ended: Ended | None) -> None:
        """What follows an answer: the next message, unless it was stopped or failed, or a question waits to be answered."""
        if not self.texts or self._screen.query("Consent"):
            return
        if ended is not None and ended.ending == "complete" and not self._resting:
            self.send()
            return
        if not self._resting:
            self._resting = True
            self._screen.say(f"▪ {plural(len(self.texts), 'message')} not sent yet.")
        self.show()

    def send(self, *, pin: str | None = None) -> None:
        """Sends the oldest one now, to the model `pin` if one is meant, and the others in order after it."""
        exchange = self._screen.exchange
        if not self.texts or exchange.busy():
            return
        self._resting = False
        text = self.texts.pop(0)
        if self._out is not None:
            self._out = max(0, self._out[0] - 1), self._out[1]
        self._kept(self._screen.composer.kept)
        exchange.send(text, pin=pin, draft=self._screen.composer.kept)

    def _kept(self, draft: str) -> None:
        self._screen.current.keep_draft(draft)
        self.show()

    def show(self) -> None:
        """Brings the lines above the composer up to date."""
        first = line(self._screen.app, branches.EDITING) if self._screen.branches.editing else ""
        self._screen.chrome.following([brief(plain(text)) for text in self.texts], resting=self._resting, first=first)

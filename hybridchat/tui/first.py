"""The first screen: what was found and what is missing, kept true while it stands; one key for a model, one line for words."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from hybridchat.tui import pulling
from hybridchat.tui.keymap import bind, spoken
from hybridchat.tui.lines import first_words
from hybridchat.tui.thread import Block, Tone
from hybridchat.tui.widgets import Field

if TYPE_CHECKING:  # the screen makes one of these and hands itself in; at run time nothing points back
    from hybridchat.tui.screen import ChatScreen

HEAD = "found here"
SOON = 0.4
"""Seconds until what the gauges saw first is told."""
AGAIN = 2.0
"""Seconds between looks for what is missing on this machine: somebody may be starting it in another window."""


class First:
    """Stands as long as nothing was asked. `show` puts it up, `look` brings it up to date."""

    def __init__(self, screen: ChatScreen) -> None:
        self._screen = screen
        self._block: Block | None = None
        self._offered = ""
        """The model whose name stands there: what the key pulls, also when the gauges say something else a moment later."""
        self._again: Timer | None = None

    def show(self) -> None:
        """Puts up what was found and, once in a lifetime, the line that asks for words."""
        screen, opened = self._screen, self._screen.opened
        screen.say(self._text(), Tone.PLAIN, HEAD)
        self._block = screen.thread.blocks[-1]
        if opened.asks_words and opened.hide is not None:
            screen.mount(Words(screen), before="#edge")
        if opened.find is not None:
            screen.set_timer(SOON, self.look)
            self._again = screen.set_interval(AGAIN, self._look_around)

    def look(self) -> None:
        """Says anew what there is, where something changed."""
        if self._block is not None and self._stands:
            self._screen.thread.retell(self._block, self._text())
            self._screen.transcript.paint()

    def asked(self) -> None:
        """A question was sent: nothing here stands in its way. Words that somebody began to write stay."""
        for line in self._screen.query(Words):
            if not line.written:
                line.remove()

    def wanted(self, what: str) -> bool:
        """A key in an empty composer: Enter skips the words, ↑ goes to their line, Tab takes the offer. Whether it meant that."""
        match what:
            case "next":
                return self._skip()
            case "up":
                return self._to_words()
            case "offer":
                return self._take()
        return False

    def _skip(self) -> bool:
        lines = list(self._screen.query(Words))
        for line in lines:
            line.remove()
        return bool(lines)

    def _to_words(self) -> bool:
        lines = list(self._screen.query(Words))
        for line in lines:
            line.field.focus()
        return bool(lines)

    def _take(self) -> bool:
        if not self._offered or not self._stands or self._pulls:
            return False
        if said := pulling.of(self._screen).start(self._offered, told=True):
            self._screen.say(said, Tone.WARN)
        self.look()
        return True

    @property
    def _stands(self) -> bool:
        return self._block is not None and self._block in self._screen.thread.blocks

    @property
    def _pulls(self) -> bool:
        running = self._screen.pulling
        return running is not None and running.running

    def _text(self) -> str:
        opened, key = self._screen.opened, self._screen.keys.word("complete")
        stock = opened.stock
        offer = stock.suggestion if stock is not None and stock.empty and key and not self._pulls else None
        self._offered = ""
        rows = []
        for one in opened.find() if opened.find is not None else opened.found:
            if offer is not None and one.fix == f"ollama pull {offer.name}":
                self._offered = offer.name
                rows.append(replace(one, fix=f"{key} pulls it from ollama.com, or in a shell: {one.fix}"))
            elif self._pulls and one.fix.startswith("ollama pull "):
                rows.append(replace(one, fix="on its way: the line below says how far"))
            else:
                rows.append(one)
        return first_words(rows)

    def _look_around(self) -> None:
        screen, find = self._screen, self._screen.opened.find
        if not self._stands:
            if self._again is not None:
                self._again.stop()
        elif screen.app.app_focus and not self._pulls and find is not None and not all(one.ok for one in find()):
            screen.run_worker(self._ask_around(), group="first", exclusive=True)

    async def _ask_around(self) -> None:
        if (stock := self._screen.opened.stock) is not None:
            # once something was asked, what answers is not disturbed any more
            await (stock.look_for_missing() if self._screen.thread.last_turn else stock.look())
            self.look()


_SKIP = "{write-up} to write them · {send} skips"


class _Field(Field):
    """Where the words are written."""

    BINDINGS: ClassVar[list[BindingType]] = [bind("words-back", "back")]

    def action_back(self) -> None:
        if isinstance(self.parent, Words):
            self.parent.back()


class Words(Horizontal):
    """The line above the composer that asks, once, for words that must never leave."""

    DEFAULT_CSS = """
    Words { height: 1; padding: 0 1; }
    Words Static { width: auto; color: $local; }
    Words Input { width: 1fr; height: 1; border: none; padding: 0; background: $background; }
    Words Input:focus { border: none; background: $panel; background-tint: 0%; }
    """

    def __init__(self, screen: ChatScreen) -> None:
        super().__init__()
        self._chat = screen
        self.field = _Field(placeholder=spoken(screen.keys, _SKIP), select_on_focus=False)

    def compose(self) -> Iterable[Widget]:
        yield Static(Content("Words that must never leave? "))
        yield self.field

    @property
    def written(self) -> str:
        """What stands there."""
        return self.field.value.strip()

    def back(self) -> None:
        """To the composer; what is written stays."""
        self._chat.composer.focus()

    def on_descendant_focus(self) -> None:
        self.field.placeholder = "names, clients, places, with commas between"

    def on_descendant_blur(self) -> None:
        self.field.placeholder = spoken(self._chat.keys, _SKIP)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._keep(event.value)
        self._chat.composer.focus()
        self.remove()

    def _keep(self, typed: str) -> None:
        chat, hide = self._chat, self._chat.opened.hide
        if hide is None or not typed.strip():
            return

        async def kept() -> None:
            from hybridchat.welcome import keep_words  # imported here: only for who writes some

            # off the event loop: the list of terms is a file
            if said := await asyncio.to_thread(keep_words, hide, typed):
                chat.say(said)
                chat.look_ahead()

        chat.run_worker(kept(), group="command")


def of(screen: ChatScreen) -> First:
    """The one of a screen, made when it is first needed."""
    if screen.first is None:
        screen.first = First(screen)
    return screen.first

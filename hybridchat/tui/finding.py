"""Find in the conversation: a line above the composer, hits lit in the transcript, back to where one was with Esc."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static

from hybridchat.render.finding import flat, newest_first
from hybridchat.tui.hits import Hits, hits, lit, place
from hybridchat.tui.keymap import bind, line
from hybridchat.tui.widgets import Field

if TYPE_CHECKING:  # the screen opens this and hands itself in; at run time nothing points back
    from hybridchat.tui.screen import ChatScreen
    from hybridchat.tui.strips import Written
    from hybridchat.tui.thread import Block
    from hybridchat.tui.transcript import Transcript


def light(transcript: Transcript, wanted: str, index: int, nth: int, *, only: bool = False) -> None:
    """Brings the hit numbered `nth` of a block into view and marks it, and the others, of all blocks unless `only` of this one.

    `wanted` is `flat` already; without it the block's first row comes into view.
    """
    known: dict[int, tuple[list[Written], Hits]] = {}

    def found_in(of: int) -> Hits:
        strips = transcript.rows.strips(of)
        if of not in known or known[of][0] is not strips:
            known[of] = strips, hits(strips, wanted, int(bool(transcript.thread.blocks[of].head)))
        return known[of][1]

    def shine(at: int, of: int, strip: Strip) -> Strip:
        if only and of != index:
            return strip
        return lit(strip, found_in(of).get(at, ()), here if of == index else None)

    transcript.paint()
    transcript.rows.measure(index)
    row, here = place(found_in(index), nth)
    transcript.lit = shine
    transcript.go_to(index, row)


FIND_KEYS = "{find-above} {find-below} · {find-stay} stay · {find-back} back"


class Words(Field):
    """What is looked for; the keys that go from hit to hit."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("find-above", "step(1)"),
        bind("find-below", "step(-1)"),
        bind("find-stay", "stay"),
        bind("find-back", "back"),
    ]

    def _bar(self) -> Find:
        bar = self.parent
        assert isinstance(bar, Find)
        return bar

    def action_step(self, by: int) -> None:
        self._bar().step(by)

    def action_stay(self) -> None:
        self._bar().leave(stay=True)

    def action_back(self) -> None:
        self._bar().leave(stay=False)


class Find(Horizontal):
    """The line that asks what to find and says `3 of 12`; the newest hit is the first."""

    DEFAULT_CSS = """
    Find { height: 1; padding: 0 1; background: $panel; }
    Find Static { width: auto; color: $muted; }
    Find Input { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
    Find Input:focus { border: none; background-tint: 0%; }
    """

    def __init__(self, screen: ChatScreen, text: str) -> None:
        super().__init__()
        self._chat = screen
        self._text = text
        self._hits: list[tuple[Block, int]] = []
        self._at = 0
        self._wanted = ""
        self._searched = -1
        self._before = (screen.transcript.scroll_y, screen.transcript.following)

    def compose(self) -> Iterable[Widget]:
        yield Static(Content.styled("find: ", "$local"))
        yield Words(self._text, select_on_focus=False)
        yield Static(id="hits")

    def on_mount(self) -> None:
        self.query_one(Words).focus()
        self._reach_up()

    @work(group="above")
    async def _reach_up(self) -> None:
        """Has the rest of a long conversation loaded: what is found further up comes after what is found already."""
        if not self._chat.above.all_there:
            await self._chat.above.whole()
            self._search(self._at)

    def look_for(self, text: str) -> None:
        """Begins to look for something else."""
        words = self.query_one(Words)
        words.value = text or words.value
        words.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._search()

    @work(exclusive=True)
    async def _search(self, at: int = 0) -> None:
        words, blocks = self.query_one(Words).value, list(self._chat.thread.blocks)
        texts = [b.text if b.addressable else "" for b in blocks]
        # off the event loop: as long as the conversation is
        found = await asyncio.to_thread(newest_first, texts, words)
        self._hits = [(blocks[index], nth) for index, nth in found]
        self._wanted, self._searched, self._at = flat(words.strip()), len(blocks), at
        self._show()

    def step(self, by: int) -> None:
        """Goes on by `by` hits, round the ends."""
        if self._searched != len(self._chat.thread.blocks):
            self._search()  # more was said, or loaded from further up
        elif self._hits:
            self._at = (self._at + by) % len(self._hits)
            self._show()

    def _show(self) -> None:
        count = len(self._hits)
        said = f"{self._at + 1:,} of {count:,}" if count else "not found" if self._wanted else ""
        keys = line(self.app, FIND_KEYS) if count and self.size.width >= 60 else ""
        self.query_one("#hits", Static).update(
            Content.assemble((f" {said}", "$foreground"), (f" · {keys}" if keys else "", "$muted"))
        )
        transcript = self._chat.transcript
        if not count:
            transcript.lit = None
            transcript.refresh()
            return
        # what came since the last paint has no rows yet
        transcript.paint()
        block, nth = self._hits[self._at]
        index = self._chat.thread.blocks.index(block)
        transcript.unfold(index)
        light(transcript, self._wanted, index, nth)

    def leave(self, *, stay: bool) -> None:
        """Closes the line: back to where one was, or with `stay` on the message that holds the hit."""
        transcript = self._chat.transcript
        transcript.lit = None
        if stay and self._hits:
            transcript.cursor = self._chat.thread.blocks.index(self._hits[self._at][0])
            self._chat.set_focus(transcript)
        else:
            transcript.back_to(*self._before)
            self._chat.set_focus(self._chat.composer)
        self.remove()  # last: a focused widget that goes away hands the focus to whoever is next
        transcript.refresh()


async def find(screen: ChatScreen, args: str) -> None:
    """`/find TEXT`, or the key: opens the line, or goes back into it."""
    bar = next(iter(screen.query(Find)), None)
    if bar is not None:
        bar.look_for(args)
    elif not any(block.addressable for block in screen.thread.blocks):
        screen.say("There is nothing to find yet.")
    else:
        await screen.mount(Find(screen, args), before=screen.composer)

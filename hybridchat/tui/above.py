"""What lies above the loaded part of the open conversation: read a page at a time, off the event loop, as it is wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from hybridchat.tui.thread import place_of

if TYPE_CHECKING:  # the screen makes one of these and hands itself in; at run time nothing points back
    from hybridchat.conversation import Turn
    from hybridchat.tui.screen import ChatScreen

PAGE = 40
"""Turns that come at once while somebody scrolls: some screens of them, laid out in about a millisecond."""
STRIDE = 300
"""Turns at once on the way to one far above: 10 ms of reading, and 4 ms in which no key is taken."""
RECALLED = 1_000
"""Questions that ↑ goes back to in a long conversation; Ctrl+R searches them all."""


class Above:
    """The turns above the first one that is loaded. One for a screen."""

    def __init__(self, screen: ChatScreen) -> None:
        self._screen = screen
        self._next: str | None = None
        """The lowest turn that is not loaded; `None` when everything is."""
        self._opened = 0
        """Counts conversations: what was read for another one is thrown away."""
        self._one_at_a_time = asyncio.Lock()

    @property
    def all_there(self) -> bool:
        return self._next is None

    def begins(self, above: Turn | None) -> None:
        """Another conversation, or branch, was loaded, as far as its end; `above` is the turn before what is shown."""
        self._opened += 1
        self._next = above.id if above is not None else None
        self._tell()
        if above is not None:
            self._screen.run_worker(self._older_questions(), group="above", exclusive=True)

    def _tell(self) -> None:
        transcript = self._screen.transcript
        transcript.more_above = not self.all_there
        if transcript.more_above and transcript.rows.total <= transcript.size.height:
            self._screen.run_worker(self.more(), group="older")  # nothing to scroll yet: a tall terminal, short messages

    async def _older_questions(self) -> None:
        screen, opened = self._screen, self._opened
        session, known = screen.current.session, len(screen.composer.asked)
        every = await asyncio.to_thread(screen.opened.chat.store.questions, session.id, limit=RECALLED)
        if opened == self._opened:
            since = screen.composer.asked[known:]
            screen.composer.asked = [*every, *since]

    async def more(self, turns: int = PAGE) -> bool:
        """Loads so many turns more; `False` when everything is there, or another conversation was opened meanwhile."""
        async with self._one_at_a_time:
            screen, opened, first = self._screen, self._opened, self._next
            if first is None:
                return False
            # one more than is shown says where the first of them was answered from
            read = screen.opened.chat.store.path
            found = list(await asyncio.to_thread(read, screen.current.session.id, first, limit=turns + 1))
            if opened != self._opened:
                return False
            before = found.pop(0) if len(found) > turns else None
            screen.transcript.prepend(found, None if before is None else place_of(before))
            self._next = before.id if before is not None else None
            self._tell()
            return True

    async def whole(self) -> None:
        """Loads everything."""
        await self._until(lambda: False)

    async def to(self, turn_id: str) -> int | None:
        """Loads as far as a turn; the index of its question among the blocks, `None` when it is not in this branch."""
        blocks = self._screen.thread.blocks

        def at() -> int | None:
            return next((n for n, block in enumerate(blocks) if block.turn_id == turn_id), None)

        await self._until(lambda: at() is not None)
        return at()

    async def _until(self, there: Callable[[], bool]) -> None:
        while not there() and await self.more(STRIDE):
            pass

    async def home(self) -> None:
        """Goes to the first line of the conversation."""
        await self.whole()
        self._screen.transcript.scroll_home(animate=False, force=True)

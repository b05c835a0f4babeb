"""The queue as the chat screen sees it: told of when the network is there, sent from one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hybridchat.facts import Snapshot
from hybridchat.render import offline
from hybridchat.render.words import plural
from hybridchat.tui import handing
from hybridchat.tui.ports import Store

if TYPE_CHECKING:  # the screen makes one of these and hands itself in; at run time nothing points back
    from hybridchat.conversation import Turn
    from hybridchat.events import Ended, Verdict
    from hybridchat.tui.screen import ChatScreen


class Waiting:
    """Tells of the queue when the network is there, and sends from it in order. One for a screen."""

    def __init__(self, screen: ChatScreen) -> None:
        self._screen = screen
        self._there = False
        self._next: list[Turn] = []

    def look(self, snapshot: Snapshot) -> None:
        """When a host can be reached that could not, or at the start, says how many questions wait."""
        from hybridchat.routing.offline import reachable  # imported here: not needed before first paint

        if self._screen.opened.chat.private:
            return  # what waits waits elsewhere, and nothing is sent from here
        there = reachable(snapshot)
        if there and not self._there:
            self._screen.run_worker(self._tell(), group="queue", exclusive=True)
        self._there = there

    async def _tell(self) -> None:
        if found := await asyncio.to_thread(self._screen.home.chat.store.queued):
            self._screen.say(offline.offer(len(found)))

    async def keep(self, text: str) -> None:
        """Puts a question into the queue at the end of the open conversation."""
        screen = self._screen
        found = await handing.tried(screen, text, f"/queue {text}")
        if found is None:
            return
        store, session_id = screen.opened.chat.store, screen.current.begin()
        session = await asyncio.to_thread(store.session, session_id)
        leaf = session.leaf_id if session is not None else None
        # imported here, as wherever events come: 5 ms that the first paint does not need
        from hybridchat.conversation import Ending
        from hybridchat.events import Ended

        turn = await store.ask(session_id, found.text, parent_id=leaf, ending=Ending.QUEUED, files=found.files)
        screen.transcript.show(Ended(turn.id, None, Ending.QUEUED, text=f"{offline.row(turn)}. /queue shows what waits."))
        await screen.current.refresh()
        screen.show_top()

    async def open(self) -> None:
        """Shows the list."""
        from hybridchat.tui.consent import Consent
        from hybridchat.tui.queue import Queue  # imported here, like every view

        # of the chat that would send it: a private conversation neither shows what waits elsewhere nor goes there by itself
        store = self._screen.opened.chat.store
        found, titles = await asyncio.to_thread(_read, store)
        # the one that is being asked about stands on its card: there it is sent or left, not here as well
        asked = {card.about for card in self._screen.query(Consent)}
        found = [turn for turn in found if turn.id not in asked]
        await self._screen.app.push_screen(Queue(store, found, titles), self._chosen)

    def _chosen(self, sent: tuple[Verdict, tuple[Turn, ...]] | None) -> None:
        if sent is not None:
            self._screen.run_worker(self._begin(*sent), group="command")

    async def _begin(self, verdict: Verdict, turns: tuple[Turn, ...]) -> None:
        if not self._screen.exchange.busy():
            await self._send(turns[0], verdict)
            self._next = list(turns[1:])

    async def _send(self, turn: Turn, verdict: Verdict) -> None:
        screen = self._screen
        if turn.session_id != screen.current.session.id:
            await screen.open_session(turn.session_id)
        screen.say(offline.sending(turn))
        screen.exchange.go_on(turn.id, verdict)

    async def after(self, ended: Ended) -> None:
        """What follows a turn: the next one of those that go out in order, unless this one was not answered."""
        waiting, self._next = self._next, []
        if not waiting:
            return
        if ended.ending not in {"complete", "cut"}:
            self._screen.say(f"{plural(len(waiting), 'question')} more stay{'s' if len(waiting) == 1 else ''} in the queue.")
            return
        from hybridchat.events import Verdict

        await self._send(waiting[0], Verdict.SEND)
        self._next = waiting[1:]

    def part(self) -> None:
        """Something else is looked at, or went wrong: what has not gone out waits on, and follows no other answer."""
        self._next = []


def _read(store: Store) -> tuple[Sequence[Turn], Mapping[str, str]]:
    found = store.queued()
    known = {turn.session_id: store.session(turn.session_id) for turn in found}
    return found, {session_id: session.title for session_id, session in known.items() if session is not None}

"""An earlier question asked in other words, as a branch beside the old one; from branch to branch; a conversation from here."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from hybridchat.enclosed import enclose, opened
from hybridchat.mentions import kept, plain, recalled
from hybridchat.tui.thread import Block, Kind, Tone

if TYPE_CHECKING:  # the screen makes one of these and hands itself in; at run time nothing points back
    from hybridchat.conversation import Turn
    from hybridchat.tui.screen import ChatScreen

EDITING = "✎ editing: {send} sends it as another branch · {stop} leaves it as it was"


class Branches:
    """The branches of the open conversation. One for a screen."""

    def __init__(self, screen: ChatScreen) -> None:
        self._screen = screen
        self._known: Mapping[str, tuple[str, ...]] = {}
        screen.thread.beside = self._place
        self.editing = ""
        """Turn whose question stands in the composer, to be asked in other words."""

    async def look(self) -> None:
        """Marks the questions that have others beside them: `you · 2 of 3`."""
        screen = self._screen
        session_id = screen.current.session.id
        known = await asyncio.to_thread(screen.opened.chat.store.branches, session_id) if session_id else {}
        if session_id != screen.current.session.id or (not known and not self._known):
            return
        self._known = known
        for block in screen.thread.blocks:
            if block.kind is Kind.YOU:
                screen.thread.rename(block, f"you{self._place(block.turn_id)}")
        screen.transcript.paint()

    def _place(self, turn_id: str) -> str:
        beside = self._known.get(turn_id, ())
        return f" · {beside.index(turn_id) + 1} of {len(beside)}" if beside else ""

    def _chosen(self) -> str:
        """The turn under the cursor, else the last one; empty without any."""
        block: Block | None = self._screen.transcript.current
        return block.turn_id if block is not None and block.addressable else self._screen.thread.last_turn

    # -- in other words ---------------------------------------------------------------------------

    async def edit(self, text: str) -> None:
        """Asks the chosen question as `text`; without one puts it into the composer, where Enter does that."""
        screen, turn_id = self._screen, self._chosen()
        if not turn_id:
            screen.say("There is no question to edit yet.")
        elif not screen.exchange.busy():
            if text:
                self.leave()  # the question that stood in the composer is answered by these words
                await self._branch_off(turn_id, text, whole=True)
                return
            question = next(b.text for b in screen.thread.blocks if b.turn_id == turn_id and b.kind is Kind.YOU)
            if screen.composer.draft:
                screen.composer.clear_draft()  # arrow up brings it back
            screen.transcript.cursor = None
            screen.composer.draft = recalled(question)
            screen.composer.focus()
            self.editing = turn_id
            screen.followups.show()

    async def sent(self, text: str) -> bool:
        """Whether the message was an edited question, which then goes out."""
        turn_id = self.editing
        if not turn_id:
            return False
        if self._screen.exchange.busy():
            self._screen.composer.draft = kept(text)
            return True
        self.leave()
        await self._branch_off(turn_id, text)
        return True

    def leave(self) -> bool:
        """Edits no longer; `False` when nothing was edited."""
        was, self.editing = self.editing, ""
        if was:
            self._screen.followups.show()
        return bool(was)

    async def _branch_off(self, turn_id: str, text: str, *, whole: bool = False) -> None:
        """Asks `text` in place of the turn's question; `whole`: its files go along, which are not in the words."""
        screen = self._screen
        store, session_id = screen.opened.chat.store, screen.current.session.id
        turn = await asyncio.to_thread(store.turn, turn_id)
        if turn is None:
            screen.say("That question is no longer there.", Tone.WARN)
            return
        # what is asked next hangs on the end of the branch that is looked at
        store.set_session(session_id, leaf_id=turn.parent_id)
        if turn.parent_id is None:
            screen.transcript.load([])
            screen.above.begins(None)
        else:
            await screen.open_session(session_id)
        await screen.current.refresh()
        if whole:
            # a mark in what they hold is no word of the user's
            files = [replace(file, text=plain(file.text)) for file in opened(turn.question)[0]]
            text = enclose(text, files)
        screen.exchange.send(text, files=await asyncio.to_thread(store.files, turn))

    # -- from one to the other --------------------------------------------------------------------

    async def step(self, by: int) -> None:
        """Goes to the branch beside the chosen question, in steps of `by`."""
        turn_id = self._chosen()
        beside = self._known.get(turn_id, ())
        at = beside.index(turn_id) + by if beside else -1
        if 0 <= at < len(beside):
            await self._show(beside[at])

    async def go(self, args: str) -> None:
        """Shows branch `args`, counted from 1, of the question under the cursor, else of the last one that has several."""
        screen, chosen = self._screen, self._chosen()
        if self._known and chosen not in self._known and not self._several():
            await screen.above.whole()
        asked = self._several()
        turn_id = chosen if chosen in self._known else asked[-1] if asked else ""
        beside = self._known.get(turn_id, ())
        if not beside:
            screen.say("There is one branch only. /edit asks a question in other words, as another.")
        elif not args.isdecimal() or not 0 < int(args) <= len(beside):
            screen.say(f"/branch 1 to /branch {len(beside)}; this is {beside.index(turn_id) + 1}.")
        else:
            await self._show(beside[int(args) - 1])

    def _several(self) -> list[str]:
        """The turns on the screen whose question has others beside it."""
        return [b.turn_id for b in self._screen.thread.blocks if b.kind is Kind.YOU and b.turn_id in self._known]

    async def _show(self, turn_id: str) -> None:
        screen = self._screen
        if screen.exchange.busy():
            return
        store, session_id = screen.opened.chat.store, screen.current.session.id
        store.set_session(session_id, leaf_id=await asyncio.to_thread(store.leaf_under, turn_id))
        reading = screen.transcript.has_focus
        await screen.open_session(session_id)
        at = await screen.above.to(turn_id) if reading else None
        if at is not None:
            screen.transcript.cursor = at
            screen.transcript.go_to(at, 0)
            screen.transcript.focus()  # not `set_focus`: the composer gets the focus a moment after `open_session`

    # -- a conversation from here -----------------------------------------------------------------

    async def fork(self) -> None:
        """Goes on in a conversation of its own, which begins with this one up to the chosen message."""
        screen, turn_id = self._screen, self._chosen()
        if not turn_id:
            screen.say("There is nothing to fork yet.")
        elif not screen.exchange.busy():
            made = await asyncio.to_thread(self._forked, turn_id)
            await screen.open_session(made)
            screen.say("A conversation of its own from here on. The one before stays in the list.")

    def _forked(self, turn_id: str) -> str:
        store, session = self._screen.opened.chat.store, self._screen.current.session
        turns: list[Turn] = list(store.path(session.id, turn_id))
        return store.intake.fork(session, turns).id

"""From the list into a conversation, to the place that was found."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hybridchat.render.finding import flat
from hybridchat.tui.finding import light

if TYPE_CHECKING:  # the screen calls this and hands itself in; at run time nothing points back
    from hybridchat.sessions.search import Hit
    from hybridchat.tui.screen import ChatScreen


async def to(screen: ChatScreen, hit: Hit) -> None:
    """Shows the message in which something was found, of whatever branch, with the words lit; Esc goes back to writing."""
    store = screen.opened.chat.store
    if not await asyncio.to_thread(store.on_branch, hit.session_id, hit.turn_id):
        store.set_session(hit.session_id, leaf_id=await asyncio.to_thread(store.leaf_under, hit.turn_id))
    await screen.open_session(hit.session_id)
    first = await screen.above.to(hit.turn_id)
    if first is None:
        return  # purged meanwhile
    blocks = screen.thread.blocks
    said = (n for n in range(first, len(blocks)) if blocks[n].attempt_id == hit.attempt_id)
    index = next(said, first) if hit.attempt_id else first
    _light(screen, index, flat(hit.snippet[slice(*hit.marks[0])]) if hit.marks else "")


def _light(screen: ChatScreen, index: int, word: str) -> None:
    transcript = screen.transcript
    transcript.cursor = index
    light(transcript, word, index, 0, only=True)
    # not `set_focus`: opening the conversation gave the composer the focus, which it gets a moment later
    transcript.focus()

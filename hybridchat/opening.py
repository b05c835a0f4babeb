"""How a turn begins: its question is stored, what came before it is read, and a held one is taken up again."""

from __future__ import annotations

import asyncio

from hybridchat.asking import Ask
from hybridchat.conversation import Ending, Session, Turn
from hybridchat.crew import Crew
from hybridchat.events import Held, Offered
from hybridchat.value import value


@value
class Rest:
    """Says that the turn rests until the user answered; `ask` goes on with it."""

    held: Held | Offered
    ask: Ask


async def ask(crew: Crew, session: Session, asked: Ask) -> Turn:
    """Stores the question. It stays, marked cut, when the caller is cancelled while it is being written."""
    parent, files = asked.parent or session.leaf_id, asked.options.files
    stored = asyncio.ensure_future(crew.store.ask(session.id, asked.text, parent_id=parent, files=files))

    def cut(done: asyncio.Future[Turn]) -> None:
        if not done.cancelled() and done.exception() is None:
            crew.store.end_turn(done.result().id, Ending.CUT)

    try:
        return await asyncio.shield(stored)
    except asyncio.CancelledError:
        stored.add_done_callback(cut)
        raise


def history(crew: Crew, turn: Turn) -> tuple[Turn, ...]:
    """The turns before `turn` in its branch, root first. Reads the store."""
    return tuple(crew.store.branch(turn.session_id, turn.parent_id)) if turn.parent_id is not None else ()

"""One question without the network: what it is told, and how it is kept for later."""

from __future__ import annotations

import asyncio
import sys

from hybridchat.chat import Chat
from hybridchat.cli import edge
from hybridchat.cli.edge import Exit, say
from hybridchat.conversation import Ending, Session, Turn
from hybridchat.events import Decided, Event
from hybridchat.render import offline
from hybridchat.render.words import short
from hybridchat.sessions.attachments import Named

HOW = "hybridchat queue lists what waits, hybridchat queue send sends it."


def record(turn: Turn) -> dict[str, object]:
    """A waiting question as JSON-ready values."""
    return {"turn_id": turn.id, "session_id": turn.session_id, "created": turn.created, "question": turn.question}


async def keep(chat: Chat, session: Session, text: str, pin: str | None, *, files: tuple[Named, ...] = (), as_json: bool) -> int:
    """Puts a question into the queue instead of asking anybody. Raises `Exit`."""
    if pin is not None:
        if session.turns:
            raise Exit(edge.USAGE, "A model can be named for a question that is kept only where it begins a conversation.")
        chat.store.set_session(session.id, pin=pin)
    turn = await chat.store.ask(session.id, text, parent_id=session.leaf_id, ending=Ending.QUEUED, files=files)
    if as_json:
        sys.stdout.write(edge.json_line({"schema": 1, "ending": "queued", **record(turn)}))
    say(f"Kept for later. {HOW}")
    return edge.OK


async def notice(event: Event) -> list[str]:
    """What a one-shot question is told when a hard question is answered here for want of a network."""
    if not isinstance(event, Decided):
        return []
    decision, told = event.decision, offline.falls_short(event.decision)
    if not told and decision.offer is not None and decision.chosen is not None:
        # imported here: only hard questions need it
        from hybridchat.agents.link import os_online

        # nothing measures the network during one question; the system knows at least when there is none (10 ms, off the loop)
        if await asyncio.to_thread(os_online) is not False:
            return []
        here, away = short(decision.chosen.id), short(decision.offer)
        told = f"▪ this machine is offline, so {away} is out of reach: {here} may fall short of a question this hard"
    return [f"{told} · ask --queue keeps it for later"] if told else []

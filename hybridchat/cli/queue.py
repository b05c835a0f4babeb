"""`hybridchat queue`: questions that wait for the network, listed, reworded, sent, removed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from hybridchat.answer import Answer
from hybridchat.assemble import Setup, assembled
from hybridchat.chat import Chat
from hybridchat.cli import edge
from hybridchat.cli.ask import Options, answered
from hybridchat.cli.consenting import explain_held
from hybridchat.cli.edge import Exit, say
from hybridchat.cli.lists import columns, open_store
from hybridchat.cli.offline import record
from hybridchat.conversation import Ending, Turn
from hybridchat.events import Verdict
from hybridchat.render import offline


def show(*, as_json: bool) -> int:
    """Lists what waits, the oldest first."""
    store = open_store()
    try:
        queued = store.queued()
    finally:
        asyncio.run(store.close())
    if as_json:
        sys.stdout.write("".join(edge.json_line(record(turn)) for turn in queued))
    elif queued:
        sys.stdout.write(columns((turn.id[:8], _when(turn.created), offline.row(turn, 90)) for turn in queued))
    else:
        say(offline.EMPTY)
    return edge.OK


def _when(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def reword(turn_id: str, text: str) -> int:
    """Gives a waiting question other words. Raises `Exit`."""
    if not text.strip():
        raise Exit(edge.USAGE, "Without words there is no question; hybridchat queue drop removes one.")
    store = open_store()
    try:
        turn = _find(store.queued(), turn_id)
        store.edit_question(turn.id, text)
    finally:
        asyncio.run(store.close())
    say("Reworded.")
    return edge.OK


def drop(turn_id: str) -> int:
    """Takes a question out of the queue. Raises `Exit`."""
    store = open_store()
    try:
        store.end_turn(_find(store.queued(), turn_id).id, Ending.STOPPED)
    finally:
        asyncio.run(store.close())
    say("Removed. It stands in its conversation, not sent.")
    return edge.OK


def send(turn_id: str | None, *, cloud: bool) -> int:
    """Sends one question, or all in order until one is not answered; the exit code of the last. Raises `Exit`."""
    return asyncio.run(_send(turn_id, cloud=cloud))


async def _send(turn_id: str | None, *, cloud: bool) -> int:
    async with assembled(Setup(samplers=False, consent=cloud)) as chat:
        queued = chat.store.queued()
        if not queued:
            say(offline.EMPTY)
        code: int = edge.OK
        for turn in [_find(queued, turn_id)] if turn_id is not None else queued:
            say(offline.sending(turn))
            try:
                code = await _one(chat, turn)
            except LookupError as error:  # another process removed it, or sent it
                say(f"Not sent: {error}.")
                continue
            if code not in {edge.OK, edge.INCOMPLETE}:
                break
        return code


async def _one(chat: Chat, turn: Turn) -> int:
    result = await answered(chat, Options(), chat.resume(turn.id, Verdict.SEND))
    if result.held is not None:
        explain_held(chat, result.held.package)
        await _through(chat.resume(turn.id, Verdict.CANCEL))
    if result.offered is not None:
        say(f"{offline.question(result.offered)} It stays in the queue.")
        await _through(chat.resume(turn.id, Verdict.QUEUE))
    return result.code


async def _through(answer: Answer) -> None:
    async with answer:
        async for _ in answer:
            pass


def _find(queued: Sequence[Turn], turn_id: str) -> Turn:
    found = [turn for turn in queued if turn_id and turn.id.startswith(turn_id)]
    if len(found) != 1:
        many = f"{turn_id} fits several questions" if found else f"No question {turn_id} waits"
        raise Exit(edge.USAGE, f"{many}. hybridchat queue lists those that do.")
    return found[0]

"""A stored conversation to open, as long as one likes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from hybridchat.conversation import Ending
from hybridchat.demo.texts import GENERAL, TOPICS
from hybridchat.facts import Locality
from hybridchat.sessions.store import Store

MODEL = "ollama:llama3.2:3b"


def stored(env: Mapping[str, str], messages: int) -> str:
    """Stores a conversation of that many messages, questions and Markdown answers in turns; its id."""
    return asyncio.run(_stored(Path(env["HYBRIDCHAT_DATA_DIR"]) / "hybridchat.db", messages))


async def _stored(path: Path, messages: int) -> str:
    store = Store.open(path)
    answers = [text for _, text in TOPICS] + list(GENERAL)
    session = store.new_session("bench")
    parent = None
    for n in range(messages // 2):
        turn = await store.ask(session.id, f"Question {n}: how would you go about part {n} of this?", parent_id=parent)
        attempt = store.begin(turn.id, MODEL, "127.0.0.1", Locality.ON_DEVICE)
        store.end(attempt.id, Ending.COMPLETE, text=answers[n % len(answers)])
        store.end_turn(turn.id, Ending.COMPLETE, attempt.id)
        parent = turn.id
    await store.close()
    return session.id

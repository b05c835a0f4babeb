"""The same conversation on the full screen and in plain lines: the same steps, the same facts."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from hybridchat.conversation import Turn
from hybridchat.demo import Demo, Fault
from hybridchat.sessions.store import Store
from tests.script.conversation import CONFIG, CONVERSATION, SECRETS, Step, World
from tests.support.chats import CALM, environment

pytestmark = [pytest.mark.pty, pytest.mark.skipif(os.name != "posix", reason="needs a POSIX pseudo-terminal")]

if os.name == "posix":
    from tests.script.screens import Front, Lines, Screen


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The database of the program, read beside it."""
    opened = Store.open(tmp_path / "data" / "hybridchat.db")
    yield opened
    opened.shut()


def _opened(front: str, env: Mapping[str, str]) -> Front:
    return Lines(env) if front == "lines" else Screen(env)


@pytest.mark.parametrize("front", ["lines", "screen"])
def test_one_conversation_is_the_same_on_either(front: str, demo: Demo, store: Store, tmp_path: Path) -> None:
    env = environment(demo, tmp_path)
    (tmp_path / "config.toml").write_text(CONFIG + CALM)
    with closing(_opened(front, env)) as program:
        for step in CONVERSATION:
            _go(step, program, demo, store)
        assert program.leave() == 0


def _go(step: Step, program: Front, demo: Demo, store: Store) -> None:
    if step.world is not None:
        _turn(step.world, demo)
    if step.chooses is not None:
        program.choose(step.chooses)
    else:
        program.type(step.types)
    for words in step.shows:
        program.shows(words)
    if step.view:
        program.back()
    if step.asks:
        program.asks(step.asks)
    elif not step.view:
        program.rests()
    _facts(step, demo, store)
    if step.answers:
        program.answered(step.answers)


def _turn(world: World, demo: Demo) -> None:
    demo.conditions.offline = world is World.OFFLINE
    demo.openai.fail(Fault(kind="status", status=500) if world is World.CLOUD_FAILS else None)


def _facts(step: Step, demo: Demo, store: Store) -> None:
    """Waits until the database says what the step says, and looks at every byte that a cloud received."""
    deadline = time.monotonic() + 20
    while (found := _told(step, store)) != (said := _said(step)):
        assert time.monotonic() < deadline, f"{step.rule}: {found}, not {said}"
        time.sleep(0.02)
    bodies = [r.body for server in (demo.openai, demo.anthropic) for r in server.requests if r.body]
    assert step.left is None or len(bodies) == step.left, step.rule
    for secret in SECRETS:
        assert not [body for body in bodies if secret.encode() in body], step.rule


def _said(step: Step) -> dict[str, object]:
    facts = {
        "ending": step.ending,
        "by": step.by or step.answers or None,
        "attempts": step.attempts,
        "turns": step.turns,
        "left": step.left,
    }
    return {name: fact for name, fact in facts.items() if fact is not None}


def _told(step: Step, store: Store) -> dict[str, object]:
    path = _path(store)
    last = path[-1] if path else None
    answer = last.answer if last is not None else None
    facts = {
        "ending": last.ending if last is not None else None,
        "by": answer.model_id.partition(":")[2] if answer is not None and answer.text else None,
        "attempts": len(last.attempts) if last is not None else 0,
        "turns": len(path),
        "left": sum(1 for row in store.ledger.rows() if row.kind == "message" and row.bytes and not row.failed),
    }
    return {name: facts[name] for name in _said(step)}


def _path(store: Store) -> list[Turn]:
    session = next((s for s in store.sessions() if s.turns), None)
    return list(store.path(session.id)) if session is not None else []

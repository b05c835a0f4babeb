"""`hybridchat sessions`, and plain mode's /sessions, /tag, /top, /archive: the same order as in F6."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hybridchat.assemble import database
from hybridchat.conversation import Session
from hybridchat.demo import Demo
from hybridchat.sessions.store import Store
from tests.cli.run import inside
from tests.cli.talk import Talk
from tests.support.chats import environment
from tests.tui.test_long import told


@pytest.fixture
def env(demo: Demo, tmp_path: Path) -> dict[str, str]:
    made = environment(demo, tmp_path)
    for word in ("tides", "winds"):
        assert inside("ask", "--local", f"repeat: about {word}", env=made).returncode == 0
    return made


def rows(env: dict[str, str], *arguments: str) -> list[str]:
    return inside("sessions", *arguments, env=env).stdout.decode().splitlines()


def test_tags_are_put_on_asked_for_and_taken_off(env: dict[str, str]) -> None:
    winds, tides = (row.split()[0] for row in rows(env))
    done = inside("sessions", "tag", tides, "Sea", "trip", env=env)
    assert done.stdout.decode().rstrip().endswith("#sea #trip")
    (row,) = rows(env, "--tag", "sea")
    assert row.startswith(tides)
    assert "#sea #trip" in row
    assert rows(env, "about", "--tag", "sea") == rows(env, "tides")
    assert rows(env, "#sea", "winds") == []
    assert inside("sessions", "tag", tides, "sea", "trip", env=env).stdout.decode().rstrip().endswith("no tag")
    assert rows(env, "--tag", "sea") == []
    assert inside("sessions", "tag", winds, "!!", env=env).returncode == 2


def test_one_is_named_held_on_top_and_archived(env: dict[str, str]) -> None:
    winds, tides = (row.split()[0] for row in rows(env))
    assert inside("sessions", "rename", tides, "The", "sea", env=env).returncode == 0
    assert inside("sessions", "top", tides, env=env).returncode == 0
    assert [row.split()[0] for row in rows(env)] == [tides, winds]
    assert "The sea" in rows(env)[0]
    assert "llama3.2:3b" in rows(env)[0]
    assert "in the list again" not in inside("sessions", "archive", tides, env=env).stdout.decode()
    assert [row.split()[0] for row in rows(env)] == [winds]
    assert [row.split()[0] for row in rows(env, "--archived")] == [tides, winds]
    assert "in the list again" in inside("sessions", "archive", tides, env=env).stdout.decode()
    assert inside("sessions", "top", "zzzz", env=env).returncode == 2


def test_plain_mode_keeps_order_by_the_same_commands(demo: Demo, tmp_path: Path) -> None:
    with Talk("--plain", env=environment(demo, tmp_path)) as talk:
        talk.until("\nyou: ")
        assert "nothing to tag yet" in talk.line("/tag work")
        talk.line("repeat: about tides")
        assert "Tags: #sea #work." in talk.line("/tag work #Sea")
        assert "Tags: #sea." in talk.line("/tag work")
        assert "at the top of the list" in talk.line("/top")
        talk.line("/new")
        talk.line("repeat: about winds")
        listed = talk.line("/sessions", "number, or Enter for none: ")
        assert "1 repeat: about tides (1 turn, " in listed
        assert "on top) #sea" in listed
        assert "2 repeat: about winds" in listed
        talk.line("")
        listed = talk.line("/sessions #sea tides", "number, or Enter for none: ")
        assert "2 repeat" not in listed
        assert "Found there: " in talk.line("1", "Found there: ")
        talk.until("\nyou: ")
        assert "Archived" in talk.line("/archive")
        assert "No conversation holds that" in talk.line("/sessions #sea")
        assert "in the list again" in talk.line("/archive")
        talk.line("/sessions #sea", "number, or Enter for none: ")
        talk.line("")
        assert talk.leave("/quit", "enter") == 0


async def test_the_last_choice_of_plain_mode_brings_older_conversations(demo: Demo, tmp_path: Path) -> None:
    env = environment(demo, tmp_path)
    store = Store.open(database(env))
    for n in range(22):
        store.intake.take(
            Session("0" * 16, f"talk {n}", 1e9 + n, 1e9 + n), [replace(told(0, None), question="of tides")], origin=""
        )
    await store.close()
    with Talk("--plain", env=env) as talk:
        talk.until("\nyou: ")
        listed = talk.line("/sessions tides", "number, or Enter for none: ")
        assert ("21 more, older ones" in listed, "talk 2 (" in listed, "talk 1 (" in listed) == (True, True, False)
        listed = talk.line("21", "number, or Enter for none: ")
        assert ("Older ones:" in listed, "talk 1 (" in listed, "3 more" in listed) == (True, True, False)
        assert "Found there: of tides" in talk.line("2", "Found there: of tides")
        talk.leave("/quit", "enter")

"""`sessions export`, `import`, `merge`: conversations move between databases without losing anything."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from hybridchat.demo import Demo
from hybridchat.sessions.store import Store
from tests.cli.run import bare, inside
from tests.support.chats import environment


@pytest.fixture
def env(demo: Demo, tmp_path: Path) -> dict[str, str]:
    made = environment(demo, tmp_path)
    for word in ("tides", "winds"):
        assert inside("ask", "--local", f"repeat: about {word}", env=made).returncode == 0
    return made


def ids(env: dict[str, str]) -> list[str]:
    return [line.split()[0] for line in inside("sessions", env=env).stdout.decode().splitlines()]


def test_an_export_is_imported_elsewhere_and_exported_the_same(env: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "talk.json"
    assert inside("sessions", "export", ids(env)[0], "--json", "-o", str(file), env=env).returncode == 0
    there = {**env, "HYBRIDCHAT_DATA_DIR": str(tmp_path / "elsewhere")}
    done = inside("sessions", "import", str(file), env=there)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b"Imported: ")
    assert inside("sessions", "export", ids(there)[0], "--json", env=there).stdout == file.read_bytes()
    assert b"imported from talk.json" in inside("sessions", env=there).stdout


def test_two_conversations_become_a_third(env: dict[str, str]) -> None:
    second, first = ids(env)
    done = inside("sessions", "merge", first, second, env=env)
    assert done.returncode == 0, done.stderr
    assert len(ids(env)) == 3
    store = Store.open(Path(env["HYBRIDCHAT_DATA_DIR"]) / "hybridchat.db")
    (made,) = store.intake.origins()
    assert [t.question for t in store.path(made)] == ["repeat: about tides", "repeat: about winds"]
    asyncio.run(store.close())


def test_markdown_is_what_an_export_is_by_default(env: dict[str, str]) -> None:
    said = inside("sessions", "export", ids(env)[0], env=env).stdout.decode()
    assert said.startswith("---\ntitle:")
    assert "about winds" in said


def test_words_that_are_no_command_are_looked_for(env: dict[str, str]) -> None:
    found = inside("sessions", "about", "tides", env=env).stdout
    assert b"tides" in found
    assert b"winds" not in found
    assert inside("sessions", "find", "import", env=env).returncode == 0


@pytest.mark.parametrize("arguments", [("merge", "x", "y"), ("import", "nowhere.json"), ("export", "x"), ("merge", "x")])
def test_what_is_not_there_is_told_in_a_sentence(env: dict[str, str], arguments: tuple[str, ...]) -> None:
    done = inside("sessions", *arguments, env=env)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert len(ids(env)) == 2


def test_a_broken_file_is_told_by_name_and_place_and_changes_nothing(env: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_text(json.dumps({"schema": 1, "session": {"id": "a", "title": 7}, "turns": []}))
    done = inside("sessions", "import", str(file), env=env)
    assert done.returncode == 2
    assert b"broken.json: $.session.title: expected `str`, got `int`. Nothing was imported." in done.stderr
    assert len(ids(env)) == 2


def taken_in(env: dict[str, str], folder: Path, **session: object) -> bytes:
    """What importing a conversation of one question says; `session` is what its file says of it."""
    when = "2026-01-01T00:00:00Z"
    told = {"id": "a" * 16, "title": "t", "created": when, "updated": when, **session}
    file = folder / "talk.json"
    file.write_text(json.dumps({"schema": 1, "session": told, "turns": [{"id": "b" * 16, "question": "q", "created": when}]}))
    done = inside("sessions", "import", str(file), env=env)
    assert b"Traceback" not in done.stderr
    return done.stdout + done.stderr


STEERING = "\x1b]0;owned\x07 \x9b31m \u202e"


@pytest.mark.parametrize("field", ["title", "id", "pin", "leaf_id"])
def test_what_a_file_says_never_steers_the_terminal(env: dict[str, str], tmp_path: Path, field: str) -> None:
    said = taken_in(env, tmp_path, **{field: STEERING}).decode()
    said += inside("sessions", env=env).stdout.decode()
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(said)
    assert ("control characters" in said) is (field != "title")


@pytest.mark.parametrize("when", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1901-01-01T00:00:00Z"])
def test_times_that_cannot_be_told_are_refused_and_the_list_still_opens(env: dict[str, str], tmp_path: Path, when: str) -> None:
    for field in ("created", "updated"):
        assert f"$.session.{field}: the year" in taken_in(env, tmp_path, **{field: when}).decode()
    assert len(ids(env)) == 2


def test_a_file_lets_nothing_leave_that_the_configuration_keeps_here(demo: Demo, env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('mode = "only_local"\n[privacy]\ncloud = "auto"\n')
    taken_in(env, tmp_path, mode="only_cloud", pin="openai:gpt-6.1-terra")
    done = inside("ask", "--session", "a" * 16, "hello there", env=env)
    assert b"on this machine" in done.stderr
    assert not demo.openai.connections


def test_nor_what_a_rule_keeps_here(demo: Demo, env: dict[str, str], tmp_path: Path) -> None:
    rule = '[[rule]]\nname = "pay"\nuse = "only_local"\nwhen = { words = ["salary"] }\n'
    (tmp_path / "config.toml").write_text(f'[privacy]\ncloud = "auto"\n{rule}')
    taken_in(env, tmp_path, pin="openai:gpt-6.1-terra")
    done = inside("ask", "--session", "a" * 16, "repeat: my salary", env=env)
    assert b"my salary" in done.stdout
    assert not demo.openai.connections


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX pseudo-terminal")
def test_an_export_steers_no_terminal_and_reaches_a_pipe_as_it_is(env: dict[str, str]) -> None:
    from tests.support.terminal import Terminal  # imported here: it is not for Windows

    said = f"repeat: winds {STEERING}"
    assert inside("ask", "--local", said, env=env).returncode == 0
    session = ids(env)[0]
    assert STEERING in inside("sessions", "export", session, env=env).stdout.decode()
    terminal = Terminal([sys.executable, "-m", "hybridchat", "sessions", "export", session], env={**bare(), **env})
    while terminal.alive:
        terminal.pump(0.2)
    terminal.pump(0.2)
    shown = bytes(terminal.raw).decode()
    terminal.close()
    assert "winds" in shown
    assert not {"\x07", "\x9b", "\u202e"} & set(shown)

"""`sessions export`, `import`, `merge`: conversations move between databases without losing anything."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from hybridchat.demo import Demo
from hybridchat.sessions.store import Store
from tests.cli.run import inside
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

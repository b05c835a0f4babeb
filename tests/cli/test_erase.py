"""`sessions purge`, `undo` and `placeholders`, as a user says them; the words are looked for in the files."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from hybridchat.cli.tidying import keep_tidy
from hybridchat.config import Config
from hybridchat.conversation import Ending
from hybridchat.demo import Demo
from hybridchat.sessions.store import Store
from tests.cli.run import inside
from tests.cli.talk import Talk
from tests.support.chats import CALM, bench, environment

CLOUD = ("ask", "-q", "--cloud", "-m", "openai:gpt-6.1-terra")
WORD = "qxzimtstern"


@pytest.fixture
def env(demo: Demo, tmp_path: Path) -> dict[str, str]:
    """One question about the word, sent with an address hidden, and one about something else."""
    env = environment(demo, tmp_path)
    for text in (f"repeat: {WORD} for qx@{WORD}.example", "repeat: the other one"):
        done = inside(*CLOUD, text, env=env)
        assert done.returncode == 0, done.stderr
    return env


def lies(tmp_path: Path) -> bool:
    return any(WORD[1:].encode() in f.read_bytes() for f in (tmp_path / "data").iterdir())


def test_the_ledger_says_of_erased_bytes_that_they_left_and_were_erased(env: dict[str, str]) -> None:
    inside("sessions", "purge", "--all", "--now", env=env)
    row = inside("ledger", env=env).stdout.decode().splitlines()[0].split()[0]
    told = inside("ledger", "--raw", row, env=env)
    assert (told.returncode, told.stdout) == (2, b"")
    assert b"The conversation was erased, and with it the bytes that left. Their SHA-256 was " in told.stderr


def test_a_purge_can_be_undone_and_at_once_it_is_in_no_file(env: dict[str, str], tmp_path: Path) -> None:
    before = inside("sessions", env=env).stdout
    row = next(line for line in before.decode().splitlines() if WORD in line)
    marked = inside("sessions", "purge", row.split()[0], env=env)
    assert b"erased in 10 minutes" in marked.stderr
    assert WORD.encode() not in inside("sessions", env=env).stdout
    assert b"Back: " in inside("sessions", "undo", env=env).stderr
    assert inside("sessions", env=env).stdout == before
    assert b"Nothing waits" in inside("sessions", "undo", env=env).stderr
    assert lies(tmp_path)
    assert b"Erased for good: 1 conversation." in inside("sessions", "purge", row.split()[0], "--now", env=env).stderr
    assert not lies(tmp_path)
    assert b"the other one" in inside("sessions", env=env).stdout
    # that something left is still told
    assert inside("ledger", env=env).stdout.count(b"1 email hidden") == 1
    assert inside("sessions", "undo", env=env).stderr == b"Nothing waits to be erased.\n"


def test_what_is_due_goes_with_the_next_command_that_may_take_the_time(env: dict[str, str], tmp_path: Path) -> None:
    inside("sessions", "purge", "--all", env=env)
    with closing(sqlite3.connect(tmp_path / "data" / "hybridchat.db")) as conn, conn:
        conn.execute("UPDATE sessions SET purge = ?", (time.time() - 1,))
    assert lies(tmp_path)
    assert inside("ask", "-q", "--local", "capital of France", env=env).returncode == 0
    assert not lies(tmp_path)
    assert b"capital of France" in inside("sessions", env=env).stdout


def test_what_is_older_is_chosen_by_its_last_use(env: dict[str, str], tmp_path: Path) -> None:
    assert b"nothing to purge" in inside("sessions", "purge", "--older-than", "30d", env=env).stderr
    with closing(sqlite3.connect(tmp_path / "data" / "hybridchat.db")) as conn, conn:
        conn.execute("UPDATE sessions SET updated = ? WHERE title LIKE '%other%'", (time.time() - 31 * 86_400,))
    assert b"1 conversation will be erased" in inside("sessions", "purge", "--older-than", "30d", env=env).stderr
    assert b"the other one" not in inside("sessions", env=env).stdout


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("purge", "zz"), "no conversation zz"),
        (("purge", "ab", "--all"), "Say one of"),
        (("purge", "--older-than", "soon"), "wants days"),
        (("placeholders", "zz"), "no conversation zz"),
    ],
)
def test_what_cannot_be_meant_is_told_in_one_sentence(env: dict[str, str], arguments: tuple[str, ...], word: str) -> None:
    done = inside("sessions", *arguments, env=env)
    assert done.returncode == 2
    assert word in done.stderr.decode()
    assert len(done.stderr.splitlines()) == 1


def test_placeholders_are_shown_on_request_and_can_be_erased(env: dict[str, str], tmp_path: Path) -> None:
    row = next(line for line in inside("sessions", env=env).stdout.decode().splitlines() if WORD in line)
    shown = inside("sessions", "placeholders", row.split()[0], env=env).stdout.decode()
    assert shown.split() == ["<EMAIL_1>", f"qx@{WORD}.example"]
    assert b"Not a placeholder" in inside("sessions", "placeholders", row.split()[0], "--forget", "<EMAIL_9>", env=env).stderr
    assert b"1 value erased" in inside("sessions", "placeholders", row.split()[0], "--forget-all", env=env).stderr
    assert inside("sessions", "placeholders", row.split()[0], env=env).stdout.decode().split() == ["<EMAIL_1>", "(erased)"]
    # the number that a provider has seen never comes to mean another value
    again = inside(*CLOUD, "--session", row.split()[0], "repeat: new@b.example", env=env)
    assert again.stdout.decode().strip() == "new@b.example", again.stderr
    told = inside("sessions", "placeholders", row.split()[0], env=env).stdout.decode()
    assert "<EMAIL_1> (erased)" in " ".join(told.split())
    assert "<EMAIL_1> new@b.example" not in " ".join(told.split())


@pytest.mark.pty
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_retention_marks_at_the_start_says_so_and_can_be_undone(env: dict[str, str], tmp_path: Path) -> None:
    Path(env["HYBRIDCHAT_CONFIG"]).write_text("retention = 30\n" + CALM)
    with closing(sqlite3.connect(tmp_path / "data" / "hybridchat.db")) as conn, conn:
        conn.execute("UPDATE sessions SET updated = ?", (time.time() - 31 * 86_400,))
    with Talk("--plain", env={**env, "TERM": "dumb"}) as talk:
        assert "2 conversations not used for 30 days will be erased in 10 minutes" in talk.until("\nyou: ")
        assert "Back: " in talk.line("/undo")
        assert talk.leave("/quit", "enter") == 0
    assert WORD.encode() in inside("sessions", env=env).stdout


async def test_a_start_with_a_date_far_ahead_erases_nothing_for_its_age(demo: Demo, tmp_path: Path) -> None:
    config = Config(retention=30)
    async with bench(tmp_path, demo, config=config, save=True) as b:
        await b.ask("repeat: kept")
    with closing(sqlite3.connect(tmp_path / "data" / "hybridchat.db")) as conn, conn:
        # to the program this is the same as a clock that is a year ahead
        conn.execute("UPDATE sessions SET updated = updated - 400 * 86400")
        conn.execute("UPDATE turns SET created = created - 400 * 86400")
    async with bench(tmp_path, demo, config=config, save=True) as b:
        said = b.chat.expire([b.session.id])
        assert "nothing is erased" in said
        assert not b.chat.store.purge.waiting()


async def test_an_open_chat_erases_what_becomes_due_while_no_answer_runs(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "chat.db")
    try:
        gone = store.new_session()
        await store.ask(gone.id, f"about {WORD}", parent_id=None, ending=Ending.STOPPED)
        store.purge.mark([gone.id], after=0)
        running = await store.ask(store.new_session().id, "a question", parent_id=None)
        keeping = asyncio.create_task(keep_tidy(store, first=0.0, every=0.01))
        await asyncio.sleep(0.05)
        assert store.purge.due
        store.end_turn(running.id, Ending.STOPPED)
        async with asyncio.timeout(10):
            while store.purge.due:
                await asyncio.sleep(0.01)
        keeping.cancel()
        assert WORD[1:].encode() not in b"".join(f.read_bytes() for f in tmp_path.iterdir())
    finally:
        await store.close()

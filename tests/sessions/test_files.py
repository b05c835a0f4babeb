"""Files that cannot be used, and files that can: nobody else reads them, and none is ever overwritten."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from contextlib import closing
from pathlib import Path

import pytest

from hybridchat.conversation import Ending
from hybridchat.facts import Decision, Locality
from hybridchat.sessions import schema
from hybridchat.sessions.rescue import rescue
from hybridchat.sessions.store import Store
from tests.sessions.conftest import Open

posix = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")


async def works_in_memory(opened: Open, path: Path) -> str:
    store = opened(path)
    assert not store.saved
    assert store.location == path
    turn = await store.ask(store.new_session().id, "still works", parent_id=None)
    assert store.turn(turn.id) is not None
    assert store.problem is not None
    return store.problem


async def test_a_path_below_a_file_keeps_everything_in_memory_and_says_so(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    problem = await works_in_memory(opened, tmp_path / "file" / "chat.db")
    assert "cannot be saved" in problem
    assert "chat.db" in problem
    assert (tmp_path / "file").read_text() == "not a folder"


async def test_a_folder_in_the_files_place_is_left_alone(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "chat.db").mkdir()
    await works_in_memory(opened, tmp_path / "chat.db")
    assert list((tmp_path / "chat.db").iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
async def test_a_folder_nobody_can_write_to(opened: Open) -> None:
    await works_in_memory(opened, Path("/proc/hybridchat/chat.db"))


def test_memory_on_request_is_no_problem(opened: Open) -> None:
    store = opened(None)
    assert (store.problem, store.notice, store.saved, store.location) == (None, None, False, None)


@posix
def test_a_read_only_folder_still_shows_the_old_conversations() -> None:
    # root can write anywhere, so the program becomes nobody once it has loaded all it needs
    script = """
        import asyncio, os, sys, urllib.parse
        from pathlib import Path
        from hybridchat.sessions.store import Store

        if os.geteuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        path = Path(sys.argv[1])
        store = Store.open(path)
        store.rename(store.new_session().id, "old")
        store.shut()
        path.chmod(0o400)
        path.parent.chmod(0o500)
        store = Store.open(path)
        assert not store.saved
        assert "read-only" in store.problem, store.problem
        (session,) = store.sessions()
        asyncio.run(store.ask(session.id, "more", parent_id=None))
        print(session.title, store.session(session.id).turns)
        store.shut()
        path.parent.chmod(0o700)
    """
    folder = Path(tempfile.mkdtemp())
    try:
        folder.chmod(0o777)
        command = [sys.executable, "-c", textwrap.dedent(script), str(folder / "data" / "chat.db")]
        shown = subprocess.run(command, capture_output=True, text=True, check=False)
        assert shown.returncode == 0, shown.stderr
        assert shown.stdout.split() == ["old", "1"]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def damaged(path: Path, how: str) -> bytes:
    whole = path.read_bytes()
    bad = {
        "garbage": b"this is no database at all " * 100,
        "short": whole[: len(whole) // 2],
        "holes": whole[:4096] + b"\x5a" * 40960,
    }
    path.write_bytes(bad[how])
    return bad[how]


@pytest.mark.parametrize("how", ["garbage", "short", "holes"])
async def test_a_damaged_file_is_put_aside_and_a_new_one_begun(how: str, opened: Open, path: Path) -> None:
    store = opened()
    await store.ask(store.new_session().id, "lost? " * 5000, parent_id=None)
    store.shut()
    content = damaged(path, how)
    again = opened()
    assert again.saved
    assert again.problem is None
    assert again.notice is not None
    (aside,) = path.parent.glob("chat.db.corrupt-*-*")
    assert aside.name in again.notice
    assert aside.read_bytes() == content
    assert again.sessions() == []
    again.new_session()
    again.shut()
    damaged(path, how)
    third = opened()
    assert third.notice is not None
    assert len([p for p in path.parent.glob("chat.db.corrupt-*") if not p.name.endswith(("-wal", "-shm"))]) == 2
    assert aside.read_bytes() == content


def overwrite_middle(path: Path) -> None:
    """One damaged page among many, as a failing disk leaves it."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xa5" * 4096)


async def talk(store: Store, turns: int) -> str:
    session = store.new_session()
    parent = None
    for n in range(turns):
        turn = await store.ask(session.id, f"question {n} " + "words " * 300, parent_id=parent)
        attempt = store.begin(turn.id, "m:m", "h", Locality.LAN)
        store.end(attempt.id, Ending.COMPLETE, text=f"answer {n} " + "words " * 300)
        store.end_turn(turn.id, Ending.COMPLETE)
        parent = turn.id
    return session.id


async def test_what_can_be_read_of_a_damaged_file_is_taken_over(opened: Open, path: Path) -> None:
    store = opened()
    session_id = await talk(store, 100)
    await store.close()
    overwrite_middle(path)
    content = path.read_bytes()
    again = opened()
    assert again.saved
    assert again.notice is not None
    assert "taken over" in again.notice
    (aside,) = path.parent.glob("chat.db.corrupt-*")
    assert aside.read_bytes() == content
    with sqlite3.connect(path) as conn:
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []
        (questions,) = conn.execute("SELECT count(*) FROM turns").fetchone()
        (answers,) = conn.execute("SELECT count(*) FROM attempts").fetchone()
    conn.close()
    assert questions > 80
    assert answers > 80
    assert again.session(session_id) is not None
    await again.ask(session_id, "goes on", parent_id=None)
    assert sorted(p.name for p in path.parent.iterdir()) == ["chat.db", "chat.db-shm", "chat.db-wal", aside.name]


async def test_damage_found_while_in_use_keeps_what_is_typed_and_the_next_start_puts_the_file_aside(
    opened: Open, path: Path
) -> None:
    store = opened()
    session_id = await talk(store, 100)
    await store.close()
    store = opened()
    overwrite_middle(path)
    found = store.path(session_id) + store.search.find("words", limit=1000)
    assert found
    turn = await store.ask(session_id, "typed after the damage", parent_id=None)
    assert store.turn(turn.id) is not None
    assert not store.saved
    assert store.problem is not None
    assert "damaged" in store.problem
    await store.close()
    again = opened()
    assert again.notice is not None
    assert again.saved


async def test_a_newer_database_is_refused_and_not_touched(opened: Open, path: Path) -> None:
    opened().shut()
    with sqlite3.connect(path) as conn:
        conn.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    conn.close()
    before = path.read_bytes()
    problem = await works_in_memory(opened, path)
    assert "newer hybridchat" in problem
    assert "update" in problem
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir() if "corrupt" in p.name] == []


async def test_another_programs_database_is_not_touched(opened: Open, path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as conn:
        conn.execute("CREATE TABLE theirs (a)")
    conn.close()
    before = path.read_bytes()
    assert "another program's" in await works_in_memory(opened, path)
    assert path.read_bytes() == before


@posix
@pytest.mark.parametrize("mask", [0, 0o077, 0o777])
async def test_files_are_for_their_user_only_whatever_the_umask(mask: int, opened: Open, path: Path) -> None:
    umask = os.umask(mask)
    try:
        store = opened(path.parent / "deep" / "chat.db")
        await store.ask(store.new_session().id, "q", parent_id=None)
        folder = path.parent / "deep"
        names = sorted(p.name for p in folder.iterdir())
        assert names == ["chat.db", "chat.db-shm", "chat.db-wal"]
        assert {p.stat().st_mode & 0o777 for p in folder.iterdir()} == {0o600}
        assert {p.stat().st_mode & 0o777 for p in (folder, folder.parent)} == {0o700}
    finally:
        os.umask(umask)


@posix
def test_an_open_file_from_elsewhere_is_made_private(opened: Open, path: Path) -> None:
    opened().shut()
    path.chmod(0o644)
    opened()
    assert path.stat().st_mode & 0o777 == 0o600


@posix
async def test_a_full_disk_loses_nothing_and_heals(path: Path, opened: Open) -> None:
    script = """
        import asyncio, resource, signal, sys
        from pathlib import Path
        from hybridchat.conversation import Ending
        from hybridchat.facts import Locality
        from hybridchat.sessions.store import Store

        async def main():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            store = Store.open(Path(sys.argv[1]))
            session = store.new_session()
            first = await store.ask(session.id, "before", parent_id=None)
            store.end_turn(first.id, Ending.COMPLETE)
            store.flush()
            # as on a full disk, no file can grow
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
            second = await store.ask(session.id, "full " * 20000, parent_id=first.id)
            attempt = store.begin(second.id, "m:m", "h", Locality.LAN)
            store.say(attempt.id, "said")
            store.end(attempt.id, Ending.COMPLETE)
            store.end_turn(second.id, Ending.COMPLETE)
            assert [len(t.question) for t in store.path(session.id)] == [6, 100000]
            assert not store.saved and "cannot be saved" in store.problem, store.problem
            if sys.argv[2] == "heals":
                resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
                store._writer._next_heal = 0.0
                store.rename(session.id, "healed")
                store.flush()
                store.flush()
                assert store.saved and store.problem is None, store.problem
            await store.close()

        asyncio.run(main())
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(path)]
    full = subprocess.run([*command, "stays full"], capture_output=True, text=True, check=False)
    assert full.returncode == 0, full.stderr
    assert [s.turns for s in opened().sessions()] == [1]
    healed = subprocess.run([*command, "heals"], capture_output=True, text=True, check=False)
    assert healed.returncode == 0, healed.stderr
    store = opened()
    session = next(s for s in store.sessions() if s.title == "healed")
    assert [t.question[:4] for t in store.path(session.id)] == ["befo", "full"]
    answer = store.path(session.id)[1].answer
    assert answer is not None
    assert (answer.text, answer.ending) == ("said", Ending.COMPLETE)


async def test_a_write_another_process_blocks_is_kept_and_written_later(opened: Open, path: Path) -> None:
    store = opened()
    session = store.new_session()
    store.flush()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert store._database.file is not None
    # 5 s otherwise: too long for a test
    store._database.file.execute("PRAGMA busy_timeout = 50")
    await store.ask(session.id, "meanwhile", parent_id=None)
    assert [t.question for t in store.path(session.id)] == ["meanwhile"]
    assert not store.saved
    assert store.problem is not None
    assert "another program" in store.problem
    other.execute("ROLLBACK")
    other.close()
    await store.close()
    again = opened()
    assert [t.question for t in again.path(session.id)] == ["meanwhile"]


def test_the_schema_of_the_first_version_is_complete_and_consistent(opened: Open, path: Path) -> None:
    opened().shut()
    with sqlite3.connect(path) as conn:
        assert conn.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
        assert conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []
        tables = {row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    conn.close()
    later = {
        "turns",
        "attempts",
        "attachments",
        "blobs",
        "summaries",
        "tags",
        "consents",
        "spend",
        "placeholders",
        "parts",
        "ledger",
    }
    assert later <= tables


async def test_a_database_of_the_first_version_is_brought_up_with_all_that_is_in_it(opened: Open, path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as conn:
        for statement in filter(str.strip, schema.V1.split(";")):
            conn.execute(statement)
        conn.execute("INSERT INTO sessions(id, created, updated, leaf_id, turns) VALUES ('s', 1, 1, 't', 1)")
        conn.execute("INSERT INTO turns(id, session_id, question, created, ending) VALUES ('t', 's', 'kept?', 1, 'complete')")
        conn.execute(
            """INSERT INTO decisions(id, turn_id, strategy, decision, snapshot, micros, version, program, created)
            VALUES ('d', 't', 'cost', '{}', '{}', 5, 1, '0.1', 1)"""
        )
        conn.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        conn.execute("PRAGMA user_version = 1")
    conn.close()
    store = opened()
    assert store.saved
    assert [t.question for t in store.path("s")] == ["kept?"]
    (old,) = store.past.decided()
    assert (old.turn_id, old.basis) == ("t", "")
    turn = await store.ask("s", "new", parent_id="t")
    store.decided(turn.id, Decision(None, ()), "{}", 1, '{"a": 1}')
    assert [d.basis for d in store.past.decided()] == ["", '{"a": 1}']


def test_rows_of_an_older_damaged_file_are_rescued(path: Path) -> None:
    with closing(_plain(schema.V1)) as old, closing(_plain(*schema.MIGRATIONS)) as new:
        old.execute("INSERT INTO sessions(id, created, updated) VALUES ('s', 1, 1)")
        old.execute("INSERT INTO turns(id, session_id, question, created) VALUES ('t', 's', 'kept?', 1)")
        old.execute(
            """INSERT INTO decisions(id, turn_id, strategy, decision, snapshot, micros, version, program, created)
            VALUES ('d', 't', 'cost', '{}', '{}', 5, 1, '0.1', 1)"""
        )
        assert rescue(old, new) == 1
        assert [tuple(row) for row in new.execute("SELECT id, basis FROM decisions")] == [("d", "")]


def _plain(*scripts: str) -> sqlite3.Connection:
    conn = sqlite3.connect(":memory:", isolation_level=None)
    conn.row_factory = sqlite3.Row
    for script in scripts:
        conn.executescript(script)
    return conn

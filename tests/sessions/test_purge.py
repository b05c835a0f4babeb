"""What was purged is in no file any more; until then one word brings it back, after a restart too."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from hybridchat.conversation import Ending, Role
from hybridchat.facts import Decision, Locality
from hybridchat.sessions import files, schema
from hybridchat.sessions.ledger import LedgerEntry, PlaceholderRow, WirePart
from hybridchat.sessions.purge import UNDO_S
from hybridchat.sessions.store import Store
from tests.sessions.conftest import Open

DAY = 86_400.0
WORDS = ("qxvanille", "wqzimt", "zjkardamom", "vqsafran", "xwnelke", "jzanis", "kqdill", "yxmohn")
"""Words nobody else uses: question, answer, thinking, draft, placeholder, body, error, title."""


class Clock:
    def __init__(self) -> None:
        self.now = 1_760_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def talk(store: Store, words: tuple[str, ...] = WORDS, turns: int = 3) -> str:
    """A conversation with the words in every place that a text can stand in, and one turn in the cloud."""
    question, answer, thinking, draft, original, body, error, title = words
    session = store.new_session()
    parent: str | None = None
    for n in range(turns):
        turn = await store.ask(session.id, f"{question} {n} " + "and so on " * 50, parent_id=parent)
        decided = store.decided(turn.id, Decision(None, (), (), f"because of {question}", "x"), "{}", 1)
        attempt = store.begin(turn.id, "openai:gpt", "api.openai.com", Locality.REMOTE, decided)
        entry = LedgerEntry(
            "api.openai.com",
            "openai:gpt",
            session.id,
            turn.id,
            attempt.id,
            parts=(WirePart(Role.USER, f"<TERM_1> {n} {body} as it left this machine", turn.id),),
            hidden={"TERM": 1},
            body=f'{{"content": "<TERM_1> {n} {body} as it left this machine", "frame": "{body}"}}'.encode(),
        )
        await store.ledger.hand_over(entry, [PlaceholderRow(session.id, "<TERM_1>", "TERM", original)])
        spent = store.spend.reserve(attempt.id, "openai:gpt", 0.01, store._clock())
        store.say(attempt.id, f"{answer} {n} ", f"{thinking} {n}")
        store.end(attempt.id, Ending.COMPLETE, error=error)
        store.spend.settle(spent, 0.01, "actual")
        store.end_turn(turn.id, Ending.COMPLETE)
        parent = turn.id
    store.rename(session.id, title)
    store.draft(session.id, draft)
    store.flush()
    return session.id


def left_of(path: Path, words: tuple[str, ...] = WORDS) -> list[str]:
    """The words that still stand in some file of the database. In the index a word's beginning may be left out."""
    beside = [files.beside(path, end) for end in ("", "-wal", "-shm", "-journal")]
    bytes_ = b"".join(file.read_bytes() for file in beside if file.exists())
    return [word for word in words if word.encode() in bytes_ or word[2:].encode() in bytes_]


async def test_what_was_purged_is_in_no_file_and_the_rest_is_whole(opened: Open, path: Path, clock: Clock) -> None:
    store = opened(clock=clock)
    kept = await talk(store, tuple(f"keep{word}" for word in "abcdefgh"))
    gone = await talk(store)
    assert len(left_of(path)) == len(WORDS)
    store.purge.mark([gone])
    clock.now += UNDO_S + 1
    assert store.purge.tidy() == 1
    assert left_of(path) == []
    assert store.session(gone) is None
    # the others are found, read and shown as before, body by body
    assert len(store.path(kept)) == 3
    assert len(store.search.find("keepa")) == 3
    rows = store.ledger.rows()
    assert [store.ledger.body(r.id) is not None for r in rows] == [False] * 3 + [True] * 3
    assert len(store.ledger.placeholders(kept)) == 1
    with closing(sqlite3.connect(path)) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []
        conn.execute("INSERT INTO words(words) VALUES ('integrity-check')")
        conn.rollback()


async def test_that_something_left_and_what_it_cost_stays(opened: Open, path: Path, clock: Clock) -> None:
    store = opened(clock=clock)
    gone = await talk(store, turns=1)
    (before,) = store.ledger.rows()
    spent = store.spend.spent(0.0)
    store.purge.mark([gone], after=0)
    store.purge.tidy()
    (row,) = store.ledger.rows()
    assert (row.host, row.bytes, row.sha256, row.hidden, row.session_id) == (
        before.host, before.bytes, before.sha256, {"TERM": 1}, None,
    )  # fmt: skip
    assert store.spend.spent(0.0) == spent
    assert left_of(path) == []


async def test_within_ten_minutes_everything_comes_back_after_a_restart_too(opened: Open, clock: Clock) -> None:
    store = opened(clock=clock)
    one, two = await talk(store), await talk(store)
    store.purge.mark([one, two])
    assert store.sessions() == []
    store.shut()
    clock.now += UNDO_S - 1
    again = opened(clock=clock)
    assert again.purge.tidy() == 0
    assert {c.session.id for c in again.purge.waiting()} == {one, two}
    assert {s.id for s in again.purge.unmark()} == {one, two}
    assert {s.id for s in again.sessions()} == {one, two}
    clock.now += 10
    assert not again.purge.due
    assert len(again.search.find(WORDS[0])) == 6


async def test_a_purge_that_the_program_did_not_live_to_see_is_done_by_the_next_one(
    opened: Open, path: Path, clock: Clock
) -> None:
    store = opened(clock=clock)
    store.purge.mark([await talk(store)])
    store.shut()
    clock.now += UNDO_S + 1
    again = opened(clock=clock)
    assert again.purge.due
    assert again.purge.tidy() == 1
    assert left_of(path) == []
    assert not again.purge.due


async def test_a_reader_that_holds_the_log_back_only_delays_the_cleaning(opened: Open, path: Path, clock: Clock) -> None:
    store = opened(clock=clock)
    gone = await talk(store)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM turns").fetchone()
        store.purge.mark([gone], after=0)
        store._database.file.execute("PRAGMA busy_timeout = 50")  # type: ignore[union-attr]  # or the test waits 5 s
        assert store.purge.tidy() == 1
        assert store.purge.due
        other.execute("ROLLBACK")
    store.purge.tidy()
    assert left_of(path) == []
    assert not store.purge.due
    assert store.saved


async def test_conversations_older_than_so_many_days_are_found(opened: Open, clock: Clock) -> None:
    store = opened(clock=clock)
    old, deleted, spared = await talk(store), await talk(store), await talk(store)
    store.delete_session(deleted)
    clock.now += 31 * DAY
    fresh = await talk(store)
    assert store.purge.older(30, but=[spared]) == [old, deleted]
    assert store.purge.every() == [old, deleted, spared, fresh]


async def test_a_conversation_that_is_being_answered_waits(opened: Open, clock: Clock) -> None:
    store = opened(clock=clock)
    session = store.new_session()
    turn = await store.ask(session.id, "wait for me", parent_id=None)
    store.purge.mark([session.id], after=0)
    assert store.purge.tidy() == 0
    store.end_turn(turn.id, Ending.STOPPED)
    assert store.purge.tidy() == 1


async def test_a_branch_longer_than_sqlites_triggers_may_nest_is_purged(opened: Open, clock: Clock) -> None:
    store = opened(clock=clock)
    session, parent = store.new_session(), None
    for n in range(1200):
        turn = store._writer.put(lambda conn, n=n, parent=parent: _insert(conn, session.id, n, parent)).result()
        parent = turn
    store.purge.mark([session.id], after=0)
    assert store.purge.tidy() == 1


def _insert(conn: sqlite3.Connection, session_id: str, n: int, parent: str | None) -> str:
    conn.execute(
        "INSERT INTO turns(id, session_id, parent_id, question, created, ending) VALUES (?, ?, ?, 'q', 1, 'complete')",
        (f"t{n}", session_id, parent),
    )
    return f"t{n}"


async def test_what_placeholders_stand_for_is_forgotten_and_no_placeholder_gets_another_meaning(
    opened: Open, path: Path, clock: Clock
) -> None:
    store = opened(clock=clock)
    session = await talk(store, turns=1)
    assert store.purge.forget_placeholders(session, ["<TERM_2>"]) == 0
    assert store.purge.forget_placeholders(session) == 1
    store.purge.tidy()
    assert left_of(path, (WORDS[4],)) == []
    assert [(r.placeholder, r.original) for r in store.placeholders(session)] == [("<TERM_1>", "")]


async def test_a_file_of_the_version_before_is_brought_up_to_date(opened: Open, path: Path, clock: Clock) -> None:
    files.make_private(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        for script in schema.MIGRATIONS[:2]:
            conn.executescript(script)
        conn.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        conn.execute("PRAGMA user_version = 2")
        conn.execute("INSERT INTO sessions(id, title, created, updated, turns) VALUES ('old', 'old one', 1, 1, 1)")
    store = opened(clock=clock)
    assert store.saved
    (session,) = store.sessions()
    store.purge.mark([session.id], after=0)
    assert store.purge.tidy() == 1
    assert store.sessions() == []


async def test_in_memory_everything_works_and_nothing_is_swept(opened: Open, clock: Clock) -> None:
    store = opened(None, clock=clock)
    gone = await talk(store)
    store.purge.mark([gone], after=0)
    assert store.purge.tidy() == 1
    assert store.session(gone) is None


async def test_a_clock_that_leapt_ahead_is_believed_a_day_later_and_not_before(opened: Open, clock: Clock) -> None:
    store = opened(clock=clock)
    await store.ask(store.new_session().id, "used today", parent_id=None, ending=Ending.STOPPED)
    assert not store.purge.leapt()
    clock.now += 400 * DAY
    assert store.purge.leapt()
    # what is asked under the wrong date does not make it right
    await store.ask(store.new_session().id, "asked then", parent_id=None, ending=Ending.STOPPED)
    clock.now += 0.9 * DAY
    assert opened(clock=clock).purge.leapt()
    clock.now += 0.2 * DAY
    assert not store.purge.leapt()
    assert not store.purge.leapt()


async def test_a_clock_that_was_put_right_again_is_believed_at_once(opened: Open, clock: Clock) -> None:
    store = opened(clock=clock)
    assert not store.purge.leapt()
    clock.now += 400 * DAY
    assert store.purge.leapt()
    clock.now -= 399 * DAY
    assert not store.purge.leapt()
    clock.now += 401 * DAY
    assert store.purge.leapt(), "an earlier leap does not count for a later one"


async def test_a_first_look_at_the_clock_goes_by_what_is_stored(opened: Open, clock: Clock) -> None:
    store = opened(clock=clock)
    await store.ask(store.new_session().id, "used today", parent_id=None, ending=Ending.STOPPED)
    clock.now += 400 * DAY
    assert store.purge.leapt()


async def test_what_was_imported_counts_from_then_on_however_old_it_is(opened: Open, clock: Clock) -> None:
    store = opened(clock=clock)
    session = replace(store.new_session(), created=clock.now - 900 * DAY, updated=clock.now - 900 * DAY)
    taken = store.intake.take(session, (), origin="imported from old.json")
    assert taken.id not in store.purge.older(30)
    clock.now += 31 * DAY
    assert taken.id in store.purge.older(30)

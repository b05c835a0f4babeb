"""Erasing conversations from the file: marked first, with ten minutes to take it back, then gone from every page of it.

What goes: the conversation with its draft, questions, answers, thinking, decisions, summaries, attachments, consents, tags,
its placeholders, its words in the index, and the texts and bodies of what left. What stays: that something left (time, host,
model, bytes, SHA-256, counts by kind) and what it cost.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence

from hybridchat.conversation import Session
from hybridchat.sessions import rows, search
from hybridchat.sessions.database import Database
from hybridchat.sessions.writer import Writer
from hybridchat.value import value

UNDO_S = 600.0
"""Seconds in which a purge can be taken back."""
_DAY_S = 86_400.0
LEAP_S = 2 * _DAY_S
"""Seconds between two looks at the clock, beyond which it may have been set wrongly in between."""
_CLOCK, _LEAP = "clock", "clock-leapt"
"""Keys of the time that was believed last, and of the time at which a leap was first seen."""
_SWEEP = "sweep"
"""Key of the note that pages with erased text are still to be cleaned out of the file."""
_LOOSE = "own:draft-new"
"""What stood in the composer before a conversation began: no conversation's own."""


@value
class Condemned:
    """A conversation that waits to be purged, from `due` (epoch seconds) on."""

    session: Session
    due: float


class Purge:
    """Erasing from one store. `mark` and `unmark` return at once; `tidy` waits for the disk, so call it off the event loop."""

    def __init__(self, database: Database, writer: Writer, clock: Callable[[], float]) -> None:
        self._database = database
        self._writer = writer
        self._clock = clock
        self._one_at_a_time = threading.Lock()

    def mark(self, ids: Iterable[str], *, after: float = UNDO_S) -> float:
        """Takes sessions out of every list; `tidy` erases them after so many seconds. Returns that moment (epoch seconds)."""
        now = self._clock()
        due, told = now + after, json.dumps(list(ids))
        self._writer.put(
            lambda conn: conn.execute(
                """UPDATE sessions SET deleted = coalesce(deleted, ?), purge = min(coalesce(purge, ?), ?)
                WHERE id IN (SELECT value FROM json_each(?))""",
                (now, due, due, told),
            )
        )
        return due

    def older(self, days: float, *, but: Iterable[str] = ()) -> list[str]:
        """Ids of the sessions last used more than `days` ago, deleted ones too; not those of `but`, nor what waits already.

        What was taken in from elsewhere was used when it was taken in, however old its messages are.
        """
        found = self._database.read(
            lambda conn: conn.execute(
                """SELECT id FROM sessions WHERE max(updated, coalesce(json_extract(parameters, '$.taken'), 0)) < ?
                AND purge IS NULL AND kept_on_top IS NULL AND kind <> 'preview'
                ORDER BY seq""",
                (self._clock() - days * _DAY_S,),
            ).fetchall()
        )
        spared = frozenset(but)
        return [row["id"] for row in found if row["id"] not in spared]

    def leapt(self) -> bool:
        """Whether the clock may be wrong: days past the last look at it, or past all that is stored, and not for a day already.

        Notes what it says; whoever erases by age asks at each start. A clock that is still there a day later is believed.
        """
        now = self._clock()
        known, since = self._database.read(lambda conn: (_noted(conn, _CLOCK) or _newest(conn), _noted(conn, _LEAP)))
        leapt = known is not None and now - known > LEAP_S and not (since is not None and since <= now - _DAY_S)
        if not leapt:
            self._writer.put(lambda conn: _note(conn, _CLOCK, now))
            self._writer.put(lambda conn: conn.execute("DELETE FROM kept WHERE key = ?", (_LEAP,)))
        elif since is None or since > now:
            self._writer.put(lambda conn: _note(conn, _LEAP, now))
        return leapt

    def every(self) -> list[str]:
        """Ids of all sessions, deleted ones too, that do not wait already."""
        found = self._database.read(lambda conn: conn.execute("SELECT id FROM sessions WHERE purge IS NULL").fetchall())
        return [row["id"] for row in found]

    def find(self, id_or_prefix: str) -> list[Session]:
        """The sessions whose id begins like this, deleted ones too."""
        if not id_or_prefix:
            return []
        found = self._database.read(
            lambda conn: conn.execute(
                f"{rows.SESSION} WHERE substr(id, 1, ?) = ? ORDER BY seq", (len(id_or_prefix), id_or_prefix.lower())
            ).fetchall()
        )
        return [rows.session(row) for row in found]

    def waiting(self) -> list[Condemned]:
        """What can still be brought back, the one marked last first."""
        found = self._database.read(
            lambda conn: conn.execute(f"{rows.SESSION} WHERE purge IS NOT NULL ORDER BY purge DESC, seq DESC").fetchall()
        )
        return [Condemned(rows.session(row), row["purge"]) for row in found]

    def unmark(self) -> list[Session]:
        """Brings back what was marked last, together; nothing when nothing waits."""
        waiting = self.waiting()
        back = [one.session for one in waiting if one.due == waiting[0].due]
        told = json.dumps([session.id for session in back])
        self._writer.put(
            lambda conn: conn.execute(
                "UPDATE sessions SET deleted = NULL, purge = NULL WHERE id IN (SELECT value FROM json_each(?))", (told,)
            )
        )
        return back

    @property
    def due(self) -> bool:
        """Whether `tidy` has something to do: one look at two indexes."""
        now = self._clock()
        row = self._database.read(
            lambda conn: conn.execute(
                "SELECT EXISTS (SELECT 1 FROM sessions WHERE purge <= ?) OR EXISTS (SELECT 1 FROM kept WHERE key = ?)",
                (now, _SWEEP),
            ).fetchone()
        )
        return bool(row[0])

    def forget_placeholders(self, session_id: str, placeholders: Sequence[str] = ()) -> int:
        """Erases what placeholders of a session stand for (all, when none is named); returns how many.

        The placeholders themselves stay taken: one that a provider has seen never comes to mean another value.
        """
        told = json.dumps(list(placeholders))

        def job(conn: sqlite3.Connection) -> int:
            changed = conn.execute(
                """UPDATE placeholders SET original = '', reason = '' WHERE session_id = ? AND original <> ''
                AND (? = '[]' OR placeholder IN (SELECT value FROM json_each(?)))""",
                (session_id, told, told),
            ).rowcount
            if changed:
                _to_sweep(conn, self._clock())
            return changed

        return self._writer.put(job, awaited=True).result()

    def tidy(self) -> int:
        """Erases what is due, then cleans the file: index merged, log emptied, pages rewritten. Returns how many sessions went.

        What another process holds up stays noted, and the next call goes on. Raises `sqlite3.Error` for any other trouble.
        """
        if not self._one_at_a_time.acquire(blocking=False):
            return 0
        try:
            if not self.due:
                return 0
            now, full_text = self._clock(), self._database.full_text
            gone = self._writer.put(lambda conn: _erase(conn, now, full_text=full_text), awaited=True).result()
            if self._writer.alone(_sweep).result():
                self._writer.put(lambda conn: conn.execute("DELETE FROM kept WHERE key = ?", (_SWEEP,)))
            return gone
        finally:
            self._one_at_a_time.release()


def _noted(conn: sqlite3.Connection, key: str) -> float | None:
    row = conn.execute("SELECT at FROM kept WHERE key = ?", (key,)).fetchone()
    at: float | None = row["at"] if row is not None else None
    return at


def _note(conn: sqlite3.Connection, key: str, at: float) -> None:
    conn.execute("INSERT OR REPLACE INTO kept(key, value, at) VALUES (?, '', ?)", (key, at))


def _newest(conn: sqlite3.Connection) -> float | None:
    """When the last question was stored. Conversations without one say nothing: a start may just have begun them."""
    at: float | None = conn.execute("SELECT max(created) FROM turns").fetchone()[0]
    return at


def _erase(conn: sqlite3.Connection, now: float, *, full_text: bool) -> int:
    if not full_text and _has_words(conn):
        return 0  # the index was made by a Python with FTS5, and this one cannot make it forget: a later start does
    found = conn.execute(
        """SELECT id FROM sessions s WHERE purge <= ?
        AND NOT EXISTS (SELECT 1 FROM turns WHERE session_id = s.id AND ending IS NULL)""",
        (now,),
    ).fetchall()
    for row in found:
        _forget_words(conn, row["id"])
        _forget_bodies(conn, row["id"])
        # a long chain of parents would run into SQLite's limit on triggers that fire each other
        conn.execute("UPDATE turns SET parent_id = NULL WHERE session_id = ?", (row["id"],))
        conn.execute("DELETE FROM sessions WHERE id = ?", (row["id"],))
    if found:
        conn.execute("DELETE FROM blobs WHERE sha256 NOT IN (SELECT sha256 FROM attachments)")
        conn.execute("DELETE FROM parts WHERE sha256 NOT IN (SELECT sha256 FROM ledger_parts)")
        if not conn.execute("SELECT 1 FROM sessions WHERE kind <> 'preview'").fetchone():
            conn.execute("DELETE FROM kept WHERE key = ?", (_LOOSE,))
        _to_sweep(conn, now)
    return len(found)


def _forget_words(conn: sqlite3.Connection, session_id: str) -> None:
    for row in conn.execute("SELECT id FROM turns WHERE session_id = ?", (session_id,)).fetchall():
        for attempt in conn.execute("SELECT id FROM attempts WHERE turn_id = ?", (row["id"],)).fetchall():
            search.forget_answer(conn, attempt["id"])
        search.forget_question(conn, row["id"])


def _forget_bodies(conn: sqlite3.Connection, session_id: str) -> None:
    conn.execute("DELETE FROM ledger_parts WHERE ledger_id IN (SELECT id FROM ledger WHERE session_id = ?)", (session_id,))
    conn.execute("UPDATE ledger SET frame = NULL WHERE session_id = ?", (session_id,))


def _has_words(conn: sqlite3.Connection) -> bool:
    return conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'words'").fetchone() is not None


def _to_sweep(conn: sqlite3.Connection, now: float) -> None:
    conn.execute("INSERT OR REPLACE INTO kept(key, value, at) VALUES (?, '', ?)", (_SWEEP, now))


def _sweep(conn: sqlite3.Connection) -> bool:
    """Rewrites the file without what was erased; `False` when other processes have to let go of it first."""
    try:
        if not conn.execute("SELECT 1 FROM kept WHERE key = ?", (_SWEEP,)).fetchone():
            return True
        if _has_words(conn):
            # an index only notes what is deleted: merged into one piece it holds nothing of it any more
            conn.execute("INSERT INTO words(words) VALUES ('optimize')")
        conn.execute("VACUUM")
        busy = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.OperationalError as error:
        if "no such module" in str(error) or getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return False
        raise
    return not busy

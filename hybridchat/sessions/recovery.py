"""What is left open by a process that died, and the heartbeat that tells the living from the dead."""

from __future__ import annotations

import sqlite3
import threading

from hybridchat.sessions import owners, search
from hybridchat.sessions.owners import Owner

FORGOTTEN_S = 7 * 86400.0
CLAIMED = "queued:"
"""Before a turn's id: key of the note that it was taken from the queue and has not ended since."""


class Pulse:
    """The turns this store has open, and the sign of life of their owner."""

    def __init__(self, owner: Owner) -> None:
        self.owner = owner
        self._open: set[str] = set()
        self._lock = threading.Lock()

    def open(self, turn_id: str) -> None:
        with self._lock:
            self._open.add(turn_id)

    def shut(self, turn_id: str) -> None:
        with self._lock:
            self._open.discard(turn_id)

    @property
    def beating(self) -> bool:
        return bool(self._open)

    def hold(self, conn: sqlite3.Connection, now: float) -> str:
        """Sees that the owner stands in the database, alive at `now`; returns its id."""
        me = self.owner
        conn.execute(
            """INSERT INTO owners(id, pid, started, place, beat, created) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT(id) DO UPDATE SET beat = max(beat, excluded.beat)""",
            (me.id, me.pid, me.started, me.place, now, now),
        )
        return me.id


def fold(conn: sqlite3.Connection, attempt_id: str, text: str | None = None) -> None:
    """Joins an attempt's pieces to its text, or puts `text` in their place."""
    row = conn.execute("SELECT text, thinking FROM attempts WHERE id = ?", (attempt_id,)).fetchone()
    if row is None:
        raise LookupError(f"there is no attempt {attempt_id}")
    pieces = conn.execute("SELECT text, thinking FROM pieces WHERE attempt_id = ? ORDER BY seq", (attempt_id,)).fetchall()
    said = row["text"] + "".join(p["text"] for p in pieces) if text is None else text
    search.forget_answer(conn, attempt_id)
    # joined here, not in SQL: there, a NUL character would end the text
    conn.execute(
        "UPDATE attempts SET text = ?, thinking = ? WHERE id = ?",
        (said, row["thinking"] + "".join(p["thinking"] for p in pieces), attempt_id),
    )
    conn.execute("DELETE FROM pieces WHERE attempt_id = ?", (attempt_id,))


def anything_open(conn: sqlite3.Connection) -> bool:
    """Whether there is anything to recover at all: spares a write at most starts."""
    row = conn.execute(
        """SELECT EXISTS (SELECT 1 FROM turns WHERE ending IS NULL) OR EXISTS (SELECT 1 FROM attempts WHERE ending IS NULL)
        OR EXISTS (SELECT 1 FROM spend WHERE how IS NULL)"""
    ).fetchone()
    return bool(row[0])


def recover(conn: sqlite3.Connection, me: str, now: float, *, full_text: bool) -> list[str]:
    """Marks what dead owners left open as cut, text kept, and settles their reservations as estimates; returns the turns' ids.

    What they had taken from the queue, and nobody answered, is in it again.
    """
    held = conn.execute(
        """SELECT owner_id FROM turns WHERE ending IS NULL UNION SELECT owner_id FROM attempts WHERE ending IS NULL
        UNION SELECT owner_id FROM spend WHERE how IS NULL"""
    ).fetchall()
    cut: list[str] = []
    for owner_id in (row["owner_id"] for row in held):
        if owner_id != me and not _alive(conn, owner_id, now):
            cut += close_owner(conn, owner_id, now, full_text=full_text)
    return cut


def close_owner(conn: sqlite3.Connection, owner_id: str | None, now: float, *, full_text: bool) -> list[str]:
    """Ends everything an owner has open; returns the turns' ids."""
    attempts = conn.execute("SELECT id FROM attempts WHERE ending IS NULL AND owner_id IS ?", (owner_id,)).fetchall()
    for row in attempts:
        fold(conn, row["id"])
        conn.execute(
            "UPDATE attempts SET ending = 'cut', ended = ?, error = ? WHERE id = ?",
            (now, "hybridchat ended before the answer was complete", row["id"]),
        )
        if full_text:
            search.index_answer(conn, row["id"])
    turns = conn.execute("SELECT id FROM turns WHERE ending IS NULL AND owner_id IS ? ORDER BY seq", (owner_id,)).fetchall()
    conn.execute(
        """UPDATE turns SET ending = 'queued', owner_id = NULL WHERE ending IS NULL AND owner_id IS ?
        AND EXISTS (SELECT 1 FROM kept WHERE key = ? || turns.id)
        AND NOT EXISTS (SELECT 1 FROM attempts WHERE turn_id = turns.id AND text <> '')""",
        (owner_id, CLAIMED),
    )
    conn.executemany("DELETE FROM kept WHERE key = ?", [(f"{CLAIMED}{row['id']}",) for row in turns])
    conn.execute(
        "UPDATE turns SET ending = 'cut', ended = ?, owner_id = NULL WHERE ending IS NULL AND owner_id IS ?", (now, owner_id)
    )
    conn.execute(
        "UPDATE spend SET how = 'estimate', usd = reserved, settled = ? WHERE how IS NULL AND owner_id IS ?", (now, owner_id)
    )
    # one that has something open beats every 5 s, and one that comes back enters itself again
    conn.execute("DELETE FROM owners WHERE id IS ? OR beat < ?", (owner_id, now - FORGOTTEN_S))
    return [row["id"] for row in turns]


def _alive(conn: sqlite3.Connection, owner_id: str | None, now: float) -> bool:
    row = conn.execute("SELECT id, pid, started, place, beat FROM owners WHERE id IS ?", (owner_id,)).fetchone()
    if row is None:
        return False
    return owners.alive(Owner(row["id"], row["pid"], row["started"], row["place"]), row["beat"], now)

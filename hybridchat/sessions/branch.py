"""A long branch read again: of its turns only those that changed."""

from __future__ import annotations

import sqlite3

from hybridchat.conversation import Turn
from hybridchat.sessions import rows
from hybridchat.sessions.database import Database

LONG = 200
"""Turns from which on a branch is remembered: a shorter one is read anew in a few milliseconds."""
_STAMPS = """WITH RECURSIVE branch(seq, id, parent_id, depth) AS (
    SELECT seq, id, parent_id, 1 FROM turns WHERE session_id = ? AND id = coalesce(?,
        (SELECT t.id FROM sessions s JOIN turns t ON t.id = s.leaf_id WHERE s.id = ?),
        (SELECT id FROM turns WHERE session_id = ? ORDER BY seq DESC LIMIT 1))
    UNION ALL
    SELECT t.seq, t.id, t.parent_id, depth + 1 FROM branch b JOIN turns t ON t.id = b.parent_id)
SELECT t.seq, t.ended, t.chosen_attempt, t.owner_id IS NULL AND t.ending NOT IN ('held', 'queued') AS settled,
    (SELECT group_concat(a.seq || ':' || coalesce(a.ended, '')) FROM attempts a WHERE a.turn_id = t.id) AS tried
FROM branch b JOIN turns t ON t.seq = b.seq ORDER BY b.depth DESC"""

Stamp = tuple[object, ...]


class Branch:
    """The branch that a question stands at the end of, before each question and each pause in writing one.

    What was said does not change, so the turns of the branch read last are kept as long as nothing was added to them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[int, tuple[Stamp, Turn]] = {}

    def branch(self, session_id: str, leaf_id: str | None = None) -> list[Turn]:
        """The same turns as `Turns.path`."""
        return self._database.read(lambda conn: self._read(conn, (session_id, leaf_id, session_id, session_id)))

    def _read(self, conn: sqlite3.Connection, which: tuple[str | None, ...]) -> list[Turn]:
        found = conn.execute(_STAMPS, which).fetchall()
        stamps = {row["seq"]: (row["ended"], row["chosen_attempt"], row["tried"], row["settled"]) for row in found}
        kept = self._kept
        known = {seq: kept[seq][1] for seq, stamp in stamps.items() if stamp[3] and seq in kept and kept[seq][0] == stamp}
        new = [seq for seq in stamps if seq not in known]
        read = rows.turns(conn, new)
        if len(read) < len(new):  # another process erased some meanwhile
            return rows.turns(conn, list(stamps))
        known.update(zip(new, read, strict=True))
        # one assignment: other threads read it
        self._kept = {seq: (stamps[seq], turn) for seq, turn in known.items()} if len(stamps) >= LONG else {}
        return [known[seq] for seq in stamps]

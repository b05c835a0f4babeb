"""Words that the user hid or showed in one conversation, whatever the scan says: kept with it, erased with it, exported never."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence

from hybridchat.sessions.database import Database
from hybridchat.sessions.writer import Writer, storable

Words = tuple[tuple[str, ...], tuple[str, ...]]
"""Hidden ones and shown ones, each in the order they were said."""


class OwnWords:
    """The words of one store's sessions. `keep` returns at once; `own_words` reads."""

    def __init__(self, database: Database, writer: Writer, clock: Callable[[], float]) -> None:
        self._database, self._writer, self._clock = database, writer, clock

    def own_words(self, session_id: str) -> Words:
        """What was hidden and what was shown by hand in a session."""
        query = "SELECT word, shown FROM amended WHERE session_id = ? ORDER BY seq"
        found = self._database.read(lambda conn: conn.execute(query, (session_id,)).fetchall())
        hidden, shown = ([storable(row["word"]) for row in found if row["shown"] is each] for each in (0, 1))
        return tuple(hidden), tuple(shown)

    def keep(self, session_id: str, hidden: Sequence[str], shown: Sequence[str]) -> None:
        """Keeps them in place of what was kept before; nothing for a session that is gone."""
        now = self._clock()
        rows = [(session_id, storable(word), each, now) for words, each in ((hidden, 0), (shown, 1)) for word in words]

        def job(conn: sqlite3.Connection) -> None:
            conn.execute("DELETE FROM amended WHERE session_id = ?", (session_id,))
            if conn.execute("SELECT 1 FROM sessions WHERE id = ?", (session_id,)).fetchone():
                conn.executemany("INSERT INTO amended(session_id, word, shown, created) VALUES (?, ?, ?, ?)", rows)

        self._writer.put(job)


def take_along(conn: sqlite3.Connection, sources: Iterable[str], session_id: str) -> None:
    """A conversation made of others hides what they hide; what one of them showed is found out anew. Inside a writer's job."""
    for source in sources:
        conn.execute(
            """INSERT INTO amended(session_id, word, shown, created)
            SELECT ?, word, 0, created FROM amended WHERE session_id = ? AND shown = 0 ORDER BY seq""",
            (session_id, source),
        )

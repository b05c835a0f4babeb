"""Summaries of the beginning of a branch, each kept with the turn it reaches to.

The id of a summary is a fingerprint of the turns and answers it was made from. It is found again only along exactly these: on
another branch, or once another answer was kept for one of them, the fingerprint is another one.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Sequence

from hybridchat.conversation import Turn
from hybridchat.sessions.database import Database
from hybridchat.sessions.writer import Writer, storable
from hybridchat.value import value


@value
class Summary:
    """`text` stands for the first `turns` turns of a branch; `model_id` wrote it."""

    text: str
    turns: int
    model_id: str | None = None


class Summaries:
    """The summaries of one store. `keep` returns at once; `newest` reads."""

    def __init__(self, database: Database, writer: Writer, clock: Callable[[], float]) -> None:
        self._database = database
        self._writer = writer
        self._clock = clock

    def newest(self, path: Sequence[Turn]) -> Summary | None:
        """The summary that covers most of the branch `path` (root first), if there is one."""
        if not path:
            return None
        ids = fingerprints(path)
        found = self._database.read(
            lambda conn: conn.execute(
                "SELECT id, text, model_id FROM summaries WHERE session_id = ? AND id IN (SELECT value FROM json_each(?))",
                (path[0].session_id, json.dumps(ids)),
            ).fetchall()
        )
        covered = {ids.index(row["id"]) + 1: row for row in found}
        if not covered:
            return None
        row = covered[max(covered)]
        return Summary(row["text"], max(covered), row["model_id"])

    def keep(self, path: Sequence[Turn], summary: Summary) -> None:
        """Stores the summary of the first `summary.turns` turns of `path`, in place of what there was for this branch."""
        ids = fingerprints(path[: summary.turns])
        last, now = path[summary.turns - 1], self._clock()
        older = json.dumps([turn.id for turn in path])

        def job(conn: sqlite3.Connection) -> None:
            # purged meanwhile: nothing may come back
            if conn.execute("SELECT 1 FROM turns WHERE id = ?", (last.id,)).fetchone() is None:
                return
            conn.execute("DELETE FROM summaries WHERE turn_id IN (SELECT value FROM json_each(?))", (older,))
            conn.execute(
                "INSERT OR REPLACE INTO summaries(id, session_id, turn_id, model_id, text, created) VALUES (?, ?, ?, ?, ?, ?)",
                (ids[-1], last.session_id, last.id, summary.model_id, storable(summary.text), now),
            )

        self._writer.put(job)


def fingerprints(path: Sequence[Turn]) -> list[str]:
    """For each turn of a branch what stands for it and all before it: which turns these are, and which answers were kept."""
    running = hashlib.sha256()
    out: list[str] = []
    for turn in path:
        answer = turn.answer
        running.update(f"{turn.id}:{answer.id if answer is not None else ''};".encode())
        out.append(running.copy().hexdigest()[:32])
    return out

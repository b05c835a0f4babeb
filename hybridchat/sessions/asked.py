"""What was asked along a branch, without the answers."""

from __future__ import annotations

from hybridchat.sessions.database import Database

_QUESTIONS = """WITH RECURSIVE branch(question, parent_id, depth) AS (
    SELECT question, parent_id, 1 FROM turns WHERE id = (SELECT leaf_id FROM sessions WHERE id = ?)
    UNION ALL
    SELECT t.question, t.parent_id, depth + 1 FROM branch b JOIN turns t ON t.id = b.parent_id WHERE depth < ?)
SELECT question FROM branch ORDER BY depth DESC"""

_ON_BRANCH = """WITH RECURSIVE branch(id, parent_id) AS (
    SELECT id, parent_id FROM turns WHERE id = (SELECT leaf_id FROM sessions WHERE id = ?)
    UNION ALL SELECT t.id, t.parent_id FROM branch b JOIN turns t ON t.id = b.parent_id)
SELECT EXISTS (SELECT 1 FROM branch WHERE id = ?)"""


class Asked:
    """The questions of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def questions(self, session_id: str, *, limit: int) -> list[str]:
        """The last `limit` questions of the branch last looked at, in the order they were asked."""
        found = self._database.read(lambda conn: conn.execute(_QUESTIONS, (session_id, limit)).fetchall())
        return [row["question"] for row in found]

    def on_branch(self, session_id: str, turn_id: str) -> bool:
        """Whether a turn is of the branch last looked at."""
        row = self._database.read(lambda conn: conn.execute(_ON_BRANCH, (session_id, turn_id)).fetchone())
        return bool(row[0])

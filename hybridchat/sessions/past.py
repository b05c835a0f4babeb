"""What was done before, row by row and without any text: attempts for the statistics, decisions to make again."""

from __future__ import annotations

import sqlite3

from hybridchat.conversation import Ending
from hybridchat.facts import Locality
from hybridchat.sessions.database import Database
from hybridchat.value import value


@value
class Tried:
    """One attempt at a turn, or a turn that nothing was attempted at (then `attempt_id` and what follows is `None`).

    `asked` is epoch seconds of the question. `said`: there is text; `chosen`: it was made the answer. `spent` is US dollars,
    `None` where nothing was billed or nobody knows the price; `unpriced` tells the two apart.
    """

    turn_id: str
    parent_id: str | None
    asked: float
    attempt_id: str | None = None
    model_id: str | None = None
    locality: Locality | None = None
    ending: Ending | None = None
    said: bool = False
    chosen: bool = False
    input_tokens: int | None = None
    output_tokens: int | None = None
    spent: float | None = None
    unpriced: bool = False


@value
class Decided:
    """A decision about a turn, as stored: JSON texts. `basis` is empty where an older program decided."""

    turn_id: str
    at: float
    decision: str
    snapshot: str
    basis: str


class Past:
    """Read queries over all conversations of one store, deleted ones among them: they were asked and paid all the same.
    What was imported was asked elsewhere, and what was merged is a copy: neither counts again, but all that was asked since in
    such a conversation does.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def tried(self, since: float = 0.0) -> list[Tried]:
        """Every attempt at the questions asked at or after `since` (epoch seconds), in the order of asking."""
        return [_tried(row) for row in self._read(_TRIED, since)]

    def decided(self, since: float = 0.0) -> list[Decided]:
        """How every turn asked at or after `since` (epoch seconds) was decided at first, in the order of asking."""
        return [Decided(*row) for row in self._read(_DECIDED, since)]

    def made(self, turn_id: str, attempt_id: str = "") -> Decided | None:
        """The decision behind an attempt, or without one behind a turn's answer; of a turn without an answer, the last."""
        found = self._read(_MADE, turn_id, attempt_id)
        return Decided(*found[0]) if found else None

    def _read(self, query: str, *values: object) -> list[sqlite3.Row]:
        found: list[sqlite3.Row] = self._database.read(lambda conn: conn.execute(query, values).fetchall())
        return found


_TRIED = """
SELECT t.id AS turn_id, t.parent_id, t.created, a.id AS attempt_id, a.model_id, a.locality, a.ending,
    a.text <> '' AS said, a.id IS NOT NULL AND a.id = t.chosen_attempt AS chosen, a.input_tokens, a.output_tokens,
    s.spent, coalesce(s.unpriced, 0) AS unpriced
FROM turns t JOIN sessions p ON p.id = t.session_id
    AND (json_extract(p.parameters, '$.origin') IS NULL OR EXISTS (SELECT 1 FROM decisions WHERE turn_id = t.id))
LEFT JOIN attempts a ON a.turn_id = t.id AND a.kind = 'answer'
    AND (json_extract(p.parameters, '$.origin') IS NULL OR a.decision_id IS NOT NULL)
LEFT JOIN (SELECT attempt_id, sum(usd) AS spent, max(usd IS NULL AND how IN ('actual', 'estimate')) AS unpriced
    FROM spend WHERE attempt_id IS NOT NULL GROUP BY attempt_id) s ON s.attempt_id = a.id
WHERE t.created >= ? ORDER BY t.seq, a.seq"""

_DECIDED = """
SELECT d.turn_id, t.created, d.decision, d.snapshot, d.basis FROM turns t JOIN decisions d
ON d.seq = (SELECT min(seq) FROM decisions WHERE turn_id = t.id) WHERE t.created >= ? ORDER BY t.seq"""

_MADE = """
SELECT d.turn_id, d.created, d.decision, d.snapshot, d.basis FROM decisions d WHERE d.turn_id = ?
ORDER BY EXISTS (SELECT 1 FROM attempts a WHERE a.decision_id = d.id AND a.id = ?) DESC,
    EXISTS (SELECT 1 FROM attempts a WHERE a.decision_id = d.id AND a.text <> '') DESC, d.seq DESC LIMIT 1"""


def _tried(row: sqlite3.Row) -> Tried:
    return Tried(
        turn_id=row["turn_id"],
        parent_id=row["parent_id"],
        asked=row["created"],
        attempt_id=row["attempt_id"],
        model_id=row["model_id"],
        locality=Locality(row["locality"]) if row["locality"] else None,
        ending=Ending(row["ending"]) if row["ending"] else None,
        said=bool(row["said"]),
        chosen=bool(row["chosen"]),
        input_tokens=row["input_tokens"],
        output_tokens=row["output_tokens"],
        spent=row["spent"],
        unpriced=bool(row["unpriced"]),
    )

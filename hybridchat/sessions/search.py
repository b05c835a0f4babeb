"""Finding words in every question and answer that was kept.

The index holds no copy of the text. `passages` numbers what is indexed in the order of writing, so the newest come first without
sorting. `turns.indexed` and `attempts.indexed` are that number, 0 while a text is not in the index yet.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence

from hybridchat.conversation import Role, Session
from hybridchat.sessions import snippets
from hybridchat.sessions.database import Database
from hybridchat.value import value

_FOUND = """SELECT p.n, t.session_id, s.title, p.turn_id, p.attempt_id, coalesce(a.text, t.question) AS text,
    coalesce(a.started, t.created) AS at
"""


@value
class Hit:
    """One question or answer that was found. `marks` are the found words' places in `snippet`, as string indices."""

    session_id: str
    title: str
    turn_id: str
    attempt_id: str | None
    role: Role
    at: float
    snippet: str
    marks: tuple[tuple[int, int], ...] = ()


@value
class Place:
    """A question, or with `attempt_id` an answer to it, that holds what was looked for."""

    turn_id: str
    attempt_id: str | None


class Search:
    """Full-text search over the sessions of one store that are not deleted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def indexed(self) -> bool:
        """False where SQLite has no FTS5: then every text is read through, which finds the same but slower."""
        return self._database.full_text

    def find(
        self, query: str, *, session_id: str | None = None, kind: str | None = None, limit: int = 20, offset: int = 0
    ) -> list[Hit]:
        """Texts that hold every word of `query` or a word that begins with it, newest first; case and accents do not matter.

        Words in double quotes must follow one another. An empty query finds nothing.
        """
        terms = words(query)
        if not terms:
            return []
        by_index = self.indexed and in_index(terms)
        choose, filters = _by_index if by_index else _by_reading, (session_id, session_id, kind, kind, limit, offset)
        found = self._database.read(lambda conn: choose(conn, terms, filters))
        hits = []
        for row in found:
            snippet, marks = snippets.cut(row["text"], terms, whole=by_index)
            hits.append(
                Hit(
                    session_id=row["session_id"],
                    title=row["title"],
                    turn_id=row["turn_id"],
                    attempt_id=row["attempt_id"],
                    role=Role.ASSISTANT if row["attempt_id"] else Role.USER,
                    at=row["at"],
                    snippet=snippet,
                    marks=marks,
                )
            )
        return hits


def words(query: str) -> list[str]:
    """The words and quoted phrases of a query."""
    found = re.findall(r'"([^"]*)"?|([^\s"]+)', query.replace("\0", " "))
    return [term for term in (" ".join((phrase or word).split()) for phrase, word in found) if term]


def in_index(terms: Sequence[str]) -> bool:
    """Whether the index can find them; else every text is read through."""
    return all(map(_indexable, terms))


def places(conn: sqlite3.Connection, terms: list[str], kind: str | None, most: int, *, indexed: bool) -> dict[str, list[Place]]:
    """Session id -> where the terms stand in it, the newest first; of all sessions together at most the newest `most`."""
    if indexed and in_index(terms):
        found = conn.execute(_PLACES, (_match(terms), kind, kind, most)).fetchall()
    else:
        found = _by_reading(conn, terms, (None, None, kind, kind, most, 0))
    by_session: dict[str, list[Place]] = {}
    for row in found:
        by_session.setdefault(row["session_id"], []).append(Place(row["turn_id"], row["attempt_id"]))
    return by_session


def read_place(conn: sqlite3.Connection, place: Place, session: Session, terms: Sequence[str], *, indexed: bool) -> Hit | None:
    """What stands there; `None` when it is gone."""
    query = (
        "SELECT text, started AS at FROM attempts WHERE id = ?"
        if place.attempt_id
        else "SELECT question AS text, created AS at FROM turns WHERE id = ?"
    )
    row = conn.execute(query, (place.attempt_id or place.turn_id,)).fetchone()
    if row is None:
        return None
    snippet, marks = snippets.cut(row["text"], terms, whole=indexed and in_index(terms))
    role = Role.ASSISTANT if place.attempt_id else Role.USER
    return Hit(session.id, session.title, place.turn_id, place.attempt_id, role, row["at"], snippet, marks)


def _match(terms: Sequence[str]) -> str:
    return " AND ".join(f'"{term}"*' for term in terms)


_PLACES = """SELECT t.session_id, p.turn_id, p.attempt_id FROM words w CROSS JOIN passages p ON p.n = w.rowid
    CROSS JOIN turns t ON t.id = p.turn_id JOIN sessions s ON s.id = t.session_id
    WHERE words MATCH ? AND s.deleted IS NULL AND (? IS NULL OR s.kind = ?) ORDER BY w.rowid DESC LIMIT ?"""


def _indexable(term: str) -> bool:
    """Whether the index cuts the term into words as people do: not so for signs alone, nor in scripts without spaces."""
    return any(c.isalnum() for c in term) and not any(ord(c) >= 0x2E80 or 0x0E00 <= ord(c) < 0x1000 for c in term)


def _by_index(conn: sqlite3.Connection, terms: list[str], filters: tuple[object, ...]) -> list[sqlite3.Row]:
    return conn.execute(
        _FOUND
        # CROSS JOIN keeps the index outermost: it delivers in order, and only a page of it is looked up
        + """FROM words w CROSS JOIN passages p ON p.n = w.rowid
        CROSS JOIN turns t ON t.id = p.turn_id LEFT JOIN attempts a ON a.id = p.attempt_id JOIN sessions s ON s.id = t.session_id
        WHERE words MATCH ? AND s.deleted IS NULL AND (? IS NULL OR s.id = ?) AND (? IS NULL OR s.kind = ?)
        ORDER BY w.rowid DESC LIMIT ? OFFSET ?""",
        (_match(terms), *filters),
    ).fetchall()


def _by_reading(conn: sqlite3.Connection, terms: list[str], filters: tuple[object, ...]) -> list[sqlite3.Row]:
    folded = [snippets.folded(term) for term in terms]

    def holds(text: str) -> bool:
        plain = snippets.folded(text)
        return all(term in plain for term in folded)

    conn.create_function("holds", 1, holds, deterministic=True)
    return conn.execute(
        """WITH p(n, at, turn_id, attempt_id, text) AS (
            SELECT seq * 2, created, id, NULL, question FROM turns
            UNION ALL SELECT seq * 2 + 1, started, turn_id, id, text FROM attempts WHERE text <> '')
        SELECT t.session_id, s.title, p.turn_id, p.attempt_id, p.text, p.at
        FROM p JOIN turns t ON t.id = p.turn_id JOIN sessions s ON s.id = t.session_id
        WHERE s.deleted IS NULL AND (? IS NULL OR s.id = ?) AND (? IS NULL OR s.kind = ?) AND holds(p.text)
        ORDER BY p.at DESC, p.n DESC LIMIT ? OFFSET ?""",
        filters,
    ).fetchall()


# -- called inside the writer's jobs -----------------------------------------------------------------------------------


def index_question(conn: sqlite3.Connection, turn_id: str) -> None:
    n = _add(conn, conn.execute("SELECT question, indexed FROM turns WHERE id = ?", (turn_id,)).fetchone(), turn_id, None)
    if n:
        conn.execute("UPDATE turns SET indexed = ? WHERE id = ?", (n, turn_id))


def index_answer(conn: sqlite3.Connection, attempt_id: str) -> None:
    row = conn.execute("SELECT text, indexed, turn_id FROM attempts WHERE id = ?", (attempt_id,)).fetchone()
    n = _add(conn, row, row["turn_id"], attempt_id)
    if n:
        conn.execute("UPDATE attempts SET indexed = ? WHERE id = ?", (n, attempt_id))


def forget_question(conn: sqlite3.Connection, turn_id: str) -> None:
    if _remove(conn, conn.execute("SELECT question, indexed FROM turns WHERE id = ?", (turn_id,)).fetchone()):
        conn.execute("UPDATE turns SET indexed = 0 WHERE id = ?", (turn_id,))


def forget_answer(conn: sqlite3.Connection, attempt_id: str) -> None:
    if _remove(conn, conn.execute("SELECT text, indexed FROM attempts WHERE id = ?", (attempt_id,)).fetchone()):
        conn.execute("UPDATE attempts SET indexed = 0 WHERE id = ?", (attempt_id,))


def catch_up(conn: sqlite3.Connection, limit: int = 500) -> int:
    """Indexes what a Python without FTS5 left out, `limit` texts at a time; returns how many there were."""
    questions = conn.execute("SELECT id FROM turns WHERE indexed = 0 ORDER BY seq LIMIT ?", (limit,)).fetchall()
    answers = conn.execute(
        "SELECT id FROM attempts WHERE indexed = 0 AND ending IS NOT NULL AND text <> '' ORDER BY seq LIMIT ?", (limit,)
    ).fetchall()
    for row in questions:
        index_question(conn, row["id"])
    for row in answers:
        index_answer(conn, row["id"])
    return len(questions) + len(answers)


def _add(conn: sqlite3.Connection, row: sqlite3.Row, turn_id: str, attempt_id: str | None) -> int | None:
    text, indexed = row[0], row[1]
    if indexed or (attempt_id and not text):
        return None
    n = conn.execute("INSERT INTO passages(turn_id, attempt_id) VALUES (?, ?)", (turn_id, attempt_id)).lastrowid
    conn.execute("INSERT INTO words(rowid, text) VALUES (?, ?)", (n, text))
    return n


def _remove(conn: sqlite3.Connection, row: sqlite3.Row) -> bool:
    text, n = row[0], row[1]
    if not n:
        return False
    try:
        # an index without its own copy must be told the words it is to forget
        conn.execute("INSERT INTO words(words, rowid, text) VALUES ('delete', ?, ?)", (n, text))
    except sqlite3.OperationalError as error:
        if "no such module" not in str(error):
            raise
    conn.execute("DELETE FROM passages WHERE n = ?", (n,))
    return True

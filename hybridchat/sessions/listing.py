"""The list of conversations: held ones first, each with who answered last, and with the place where the words were found."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from hybridchat.conversation import Session
from hybridchat.sessions import rows, search, snippets
from hybridchat.sessions.database import Database
from hybridchat.sessions.search import Hit
from hybridchat.sessions.tags import Wanted
from hybridchat.value import value

HITS = 1_000
"""Newest questions and answers with the words that are looked at for one page: some 10 ms, however many there are in all."""
SHOWN = 200
"""Conversations on a page of the list."""
FOUND = 50
"""The same for words that are looked for: each needs its own look at the text."""


_LISTED = """WHERE s.deleted IS NULL AND s.turns > 0 AND (? OR s.archived IS NULL) AND (? IS NULL OR s.kind = ?)
    AND (? OR s.id IN (SELECT value FROM json_each(?)))
    AND NOT EXISTS (SELECT 1 FROM json_each(?) w WHERE w.value NOT IN (SELECT tag FROM tags WHERE session_id = s.id))
    ORDER BY s.kept_on_top IS NULL, s.updated DESC, s.seq DESC LIMIT ?"""


@value
class Listed:
    """One row of the list. `model_id` answered last; `hits` counts the places found, of which `hit` is the newest."""

    session: Session
    model_id: str | None = None
    hit: Hit | None = None
    hits: int = 0


@value
class Pages:
    """The first pages of the list. `more`: there are conversations, or places with the words, that they do not reach."""

    rows: tuple[Listed, ...] = ()
    more: bool = False


class Listing:
    """The conversations of one store, as its list shows them. Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pages(self, wanted: Wanted, *, kind: str | None = "chat", archived: bool = False, pages: int = 1) -> Pages:
        """As `find`, with as many conversations and places as stand on so many pages."""
        limit, most = pages * (FOUND if wanted.words else SHOWN), pages * HITS
        rows, places = self._database.read(lambda conn: self._find(conn, wanted, kind, limit + 1, most + 1, archived=archived))
        return Pages(tuple(rows[:limit]), len(rows) > limit or places > most)

    def find(
        self, wanted: Wanted, *, kind: str | None = "chat", archived: bool = False, limit: int = SHOWN, most: int = HITS
    ) -> list[Listed]:
        """Conversations in which something was asked and that `wanted` speaks of, those held at the top first, then the one used
        last; archived ones too with `archived`. Words count in titles, questions and answers; a title that holds them all comes
        before a place in the text. Of those places the newest `most` are looked at.
        """
        return self._database.read(lambda conn: self._find(conn, wanted, kind, limit, most, archived=archived))[0]

    def _find(
        self, conn: sqlite3.Connection, wanted: Wanted, kind: str | None, limit: int, most: int, *, archived: bool
    ) -> tuple[list[Listed], int]:
        """The rows, and how many places were looked at for them."""
        terms = search.words(wanted.words)
        hits = search.places(conn, terms, kind, most, indexed=self._database.full_text) if terms else {}
        named = _titled(conn, terms) if terms else set()
        among = json.dumps([*hits, *named])
        found = conn.execute(
            rows.SESSION + _LISTED,
            (archived, kind, kind, not terms, among, json.dumps(wanted.tags), limit),
        ).fetchall()
        sessions = [rows.session(row) for row in found]
        models = _last_models(conn, [s.id for s in sessions])
        listed = [self._listed(conn, s, models.get(s.id), hits.get(s.id, ()), terms) for s in sessions]
        return listed, sum(map(len, hits.values()))

    def _listed(
        self,
        conn: sqlite3.Connection,
        session: Session,
        model_id: str | None,
        places: Sequence[search.Place],
        terms: Sequence[str],
    ) -> Listed:
        if not places:
            return Listed(session, model_id)
        hit = search.read_place(conn, places[0], session, terms, indexed=self._database.full_text)
        return Listed(session, model_id, hit, len(places))


def _titled(conn: sqlite3.Connection, terms: Sequence[str]) -> set[str]:
    """Sessions whose title holds every term; a few thousand titles take milliseconds."""
    folded = [snippets.folded(term) for term in terms]
    titles = conn.execute("SELECT id, title FROM sessions WHERE deleted IS NULL").fetchall()
    return {row["id"] for row in titles if all(term in snippets.folded(row["title"]) for term in folded)}


def _last_models(conn: sqlite3.Connection, ids: Sequence[str]) -> dict[str, str]:
    """Session id -> model of the last attempt with text at one of its newest turns."""
    found = conn.execute(
        """SELECT w.value AS id, (SELECT a.model_id FROM turns t JOIN attempts a ON a.turn_id = t.id
            WHERE t.session_id = w.value AND a.text <> '' ORDER BY t.seq DESC, a.seq DESC LIMIT 1) AS model_id
        FROM json_each(?) w""",
        (json.dumps(ids),),
    ).fetchall()
    return {row["id"]: row["model_id"] for row in found if row["model_id"]}

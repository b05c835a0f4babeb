"""Takes a whole conversation in, as an import or a merge brings it: nothing of it is lost, and nothing that was there."""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, replace
from itertools import takewhile

from hybridchat.conversation import Attempt, Session, Turn
from hybridchat.sessions import rows, search
from hybridchat.sessions.attachments import copy
from hybridchat.sessions.database import Database
from hybridchat.sessions.ownwords import take_along
from hybridchat.sessions.shelf import stored
from hybridchat.sessions.writer import Writer, storable

_OURS = re.compile(r"[0-9a-f]{16}")


class Intake:
    """Whole conversations of one store."""

    def __init__(self, database: Database, writer: Writer, clock: Callable[[], float]) -> None:
        self._database, self._writer, self._clock = database, writer, clock

    def tree(self, session_id: str) -> list[Turn]:
        """Every turn of a session, of whatever branch, parents first."""
        query = "SELECT seq FROM turns WHERE session_id = ? ORDER BY seq"
        return self._database.read(
            lambda conn: rows.turns(conn, [row["seq"] for row in conn.execute(query, (session_id,)).fetchall()])
        )

    def take(
        self, session: Session, turns: Sequence[Turn], *, origin: str, kind: str | None = None, made_of: Sequence[str] = ()
    ) -> Session:
        """Stores a conversation beside those that are there, in one transaction, and returns it as stored.

        An id that is taken already is made anew, with all that speaks of it. `turns` stand parents first. `origin` says in words
        where it comes from, `made_of` are ids of sessions of this store whose hidden words stay hidden in it. Waits for the disk.
        """
        kept = session if kind is None else replace(session, kind=kind)

        def job(conn: sqlite3.Connection) -> Session:
            made = self._insert(conn, kept, turns, origin)
            take_along(conn, made_of, made.id)
            return made

        return self._writer.put(job, durable=True, awaited=True).result()

    def fork(self, session: Session, turns: Sequence[Turn]) -> Session:
        """A conversation of its own that begins with the branch `turns`, root first; what waits to be sent is not taken along.

        Its mode, model, strategy, parameters and tags are those of `session`; consents are not taken along, what was hidden by
        hand is. Waits for the disk.
        """
        asked = tuple(takewhile(lambda turn: turn.ending is not None and turn.ending not in {"queued", "held"}, turns))
        title = session.title or "untitled"
        now = self._clock()
        made = replace(session, title=title, created=now, updated=now, leaf_id=asked[-1].id if asked else None)
        made = replace(made, on_top=False, archived=False)
        return self.take(made, asked, origin=f"forked from {title}", made_of=[session.id])

    def origins(self) -> Mapping[str, str]:
        """Session id -> where it comes from, of those that were not begun here."""
        query = "SELECT id, parameters FROM sessions WHERE deleted IS NULL AND parameters <> '{}'"
        found = self._database.read(lambda conn: conn.execute(query).fetchall())
        told = {row["id"]: json.loads(row["parameters"]).get("origin", "") for row in found}
        return {session_id: origin for session_id, origin in told.items() if origin}

    def _insert(self, conn: sqlite3.Connection, session: Session, turns: Sequence[Turn], origin: str) -> Session:
        own = _free(conn, "sessions", [session.id])[session.id]
        ids = _free(conn, "turns", [t.id for t in turns])
        attempts = _free(conn, "attempts", [a.id for t in turns for a in t.attempts])
        leaf = session.leaf_id or (turns[-1].id if turns else None)
        made = replace(session, id=own, leaf_id=ids[leaf] if leaf else None, turns=len(turns))
        conn.execute(
            """INSERT INTO sessions(id, kind, title, titled_by, created, updated, mode, pin, system, parameters, leaf_id, turns,
            strategy, kept_on_top, archived) VALUES (?, ?, ?, 'user', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (made.id, made.kind, storable(made.title), made.created, made.updated, made.mode, made.pin, storable(made.system),
             json.dumps({"origin": origin, "taken": self._clock(), **stored(made.parameters)}, ensure_ascii=True),
             made.leaf_id, made.turns, made.strategy,
             self._clock() if made.on_top else None, self._clock() if made.archived else None),
        )  # fmt: skip
        for tag in made.tags:
            conn.execute("INSERT INTO tags(session_id, tag, created) VALUES (?, ?, ?)", (made.id, tag, self._clock()))
        for turn in turns:
            parent = ids[turn.parent_id] if turn.parent_id is not None else None
            chosen = attempts[turn.chosen_attempt] if turn.chosen_attempt is not None else None
            conn.execute(
                """INSERT INTO turns(id, session_id, parent_id, question, created, ending, ended, chosen_attempt)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                (ids[turn.id], made.id, parent, storable(turn.question), turn.created, turn.ending, turn.created, chosen),
            )
            copy(conn, ids[turn.id], turn.attachments, turn.created)
            if self._database.full_text:
                search.index_question(conn, ids[turn.id])
            for attempt in turn.attempts:
                _add_attempt(conn, attempt, attempts[attempt.id], ids[turn.id])
                if self._database.full_text:
                    search.index_answer(conn, attempts[attempt.id])
        return made


def _free(conn: sqlite3.Connection, table: str, wanted: Iterable[str]) -> dict[str, str]:
    """Each id -> itself, or a new one where the table has it, or where it is not of the form that ids have here."""
    queries = {
        "sessions": "SELECT 1 FROM sessions WHERE id = ?",
        "turns": "SELECT 1 FROM turns WHERE id = ?",
        "attempts": "SELECT 1 FROM attempts WHERE id = ?",
    }

    def own(each: str) -> str:
        known = _OURS.fullmatch(each) and conn.execute(queries[table], (each,)).fetchone() is None
        return each if known else secrets.token_hex(8)

    return {each: own(each) for each in wanted}


def _add_attempt(conn: sqlite3.Connection, attempt: Attempt, attempt_id: str, turn_id: str) -> None:
    told = (storable(attempt.text), storable(attempt.thinking), attempt.ending, attempt.cost, storable(attempt.error))
    conn.execute(
        """INSERT INTO attempts(id, turn_id, model_id, host, locality, started, ended, text, thinking, ending, cost, error, note,
        input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, first_token_s, total_s, load_s,
        prefill_s, generate_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (attempt_id, turn_id, attempt.model_id, attempt.host, attempt.locality, attempt.started,
         attempt.started + (attempt.timings.total_s or 0.0), *told, storable(attempt.note),
         *astuple(attempt.usage), *astuple(attempt.timings)),
    )  # fmt: skip

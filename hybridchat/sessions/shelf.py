"""Sessions: begun, found, renamed, set aside, brought back."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from types import EllipsisType

from hybridchat.conversation import Session
from hybridchat.facts import Mode
from hybridchat.parameters import NOTHING_SET, Parameters, said
from hybridchat.sessions import rows
from hybridchat.sessions.database import Database
from hybridchat.sessions.writer import Writer, storable

_SET = {
    "mode": "UPDATE sessions SET mode = ? WHERE id = ?",
    "pin": "UPDATE sessions SET pin = ? WHERE id = ?",
    "leaf_id": "UPDATE sessions SET leaf_id = ? WHERE id = ?",
    "system": "UPDATE sessions SET system = ? WHERE id = ?",
    "archived": "UPDATE sessions SET archived = ? WHERE id = ?",
    "on_top": "UPDATE sessions SET kept_on_top = ? WHERE id = ?",
    "deleted": "UPDATE sessions SET deleted = ? WHERE id = ?",
    "purge": "UPDATE sessions SET purge = ? WHERE id = ?",
    "title": "UPDATE sessions SET title = ? WHERE id = ?",
    "titled_by": "UPDATE sessions SET titled_by = ? WHERE id = ?",
    "draft": "UPDATE sessions SET draft = ? WHERE id = ?",
    "strategy": "UPDATE sessions SET strategy = ? WHERE id = ?",
    # beside where the conversation comes from, which stays
    "parameters": "UPDATE sessions SET parameters = json_set(parameters, '$.set', json(?)) WHERE id = ?",
}


class Ambiguous(LookupError):
    """Several sessions begin with the given letters."""

    def __init__(self, prefix: str, candidates: tuple[Session, ...]) -> None:
        told = ", ".join(f"{s.id[: len(prefix) + 4]} ({s.title or 'untitled'})" for s in candidates[:5])
        super().__init__(f"several sessions begin with {prefix}: {told}; give more letters")
        self.candidates = candidates


class Shelf:
    """The sessions of one store. Writes return at once; reads see every write of this process before them."""

    def __init__(self, database: Database, writer: Writer, clock: Callable[[], float]) -> None:
        self._database = database
        self._writer = writer
        self._clock = clock

    def new_session(
        self,
        kind: str = "chat",
        *,
        mode: Mode | None = None,
        pin: str | None = None,
        system: str = "",
        strategy: str | None = None,
        parameters: Parameters = NOTHING_SET,
    ) -> Session:
        """Begins a session; `kind` is chat | ask | api."""
        now, told = self._clock(), storable(system)
        made = Session(secrets.token_hex(8), "", now, now, kind, mode, pin, told, strategy=strategy, parameters=parameters)

        def job(conn: sqlite3.Connection) -> None:
            conn.execute(
                """INSERT INTO sessions(id, kind, created, updated, mode, pin, system, strategy, parameters)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                (made.id, kind, now, now, mode, pin, told, strategy, json.dumps(stored(parameters))),
            )

        self._writer.put(job)
        return made

    def session(self, id_or_prefix: str) -> Session | None:
        """The session with this id, or the only one whose id begins with it; deleted ones are not found. Raises `Ambiguous`."""
        if not id_or_prefix:
            return None
        found = self._database.read(
            lambda conn: conn.execute(
                f"{rows.SESSION} WHERE substr(id, 1, ?) = ? AND deleted IS NULL ORDER BY updated DESC, seq DESC",
                (len(id_or_prefix), id_or_prefix.lower()),
            ).fetchall()
        )
        sessions = tuple(rows.session(row) for row in found)
        if len(sessions) > 1:
            raise Ambiguous(id_or_prefix, sessions)
        return sessions[0] if sessions else None

    def sessions(self, kind: str | None = "chat", limit: int = 200, offset: int = 0, *, archived: bool = False) -> list[Session]:
        """Sessions of a kind (`None`: all), the one used last first; deleted ones never, archived ones only if asked for."""
        found = self._database.read(
            lambda conn: conn.execute(
                f"""{rows.SESSION} WHERE deleted IS NULL AND (archived IS NOT NULL) = ? AND (? IS NULL OR kind = ?)
                ORDER BY updated DESC, seq DESC LIMIT ? OFFSET ?""",
                (archived, kind, kind, limit, offset),
            ).fetchall()
        )
        return [rows.session(row) for row in found]

    def rename(self, session_id: str, title: str) -> None:
        """Gives the title the user chose; none made from the conversation replaces it."""
        self._update(session_id, {"title": storable(" ".join(title.split())), "titled_by": "user"})

    def set_session(
        self,
        session_id: str,
        *,
        mode: Mode | EllipsisType | None = ...,
        pin: str | EllipsisType | None = ...,
        system: str | EllipsisType = ...,
        leaf_id: str | EllipsisType | None = ...,
        archived: bool | EllipsisType = ...,
        on_top: bool | EllipsisType = ...,
        strategy: str | EllipsisType | None = ...,
        parameters: Parameters | EllipsisType = ...,
    ) -> None:
        """Changes what is given and leaves the rest. `mode`, `pin` and `strategy` `None` give the choice back to the policy."""
        values: dict[str, object] = {"mode": mode, "pin": pin, "leaf_id": leaf_id, "strategy": strategy}
        values["parameters"] = json.dumps(said(parameters)) if isinstance(parameters, Parameters) else parameters
        values["system"] = storable(system) if isinstance(system, str) else system
        for name, wanted in (("archived", archived), ("on_top", on_top)):
            values[name] = wanted if isinstance(wanted, EllipsisType) else self._clock() if wanted else None
        self._update(session_id, {name: value for name, value in values.items() if value is not ...})

    def tag(self, session_id: str, names: Iterable[str]) -> None:
        """Puts tags on a session; those that it has already it loses. Names as `tags.names` gives them."""
        wanted, now = tuple(dict.fromkeys(names)), self._clock()

        def job(conn: sqlite3.Connection) -> None:
            for name in wanted:
                if not conn.execute("DELETE FROM tags WHERE session_id = ? AND tag = ?", (session_id, name)).rowcount:
                    conn.execute("INSERT INTO tags(session_id, tag, created) VALUES (?, ?, ?)", (session_id, name, now))

        self._writer.put(job)

    def tags(self) -> dict[str, int]:
        """Every tag in use and how many sessions have it; the one used most first."""
        found = self._database.read(
            lambda conn: conn.execute(
                """SELECT tag, count(*) AS n FROM tags t JOIN sessions s ON s.id = t.session_id WHERE s.deleted IS NULL
                GROUP BY tag ORDER BY n DESC, tag"""
            ).fetchall()
        )
        return {row["tag"]: row["n"] for row in found}

    def delete_session(self, session_id: str) -> None:
        """Takes the session out of every list and search; `restore_session` brings it back whole."""
        self._update(session_id, {"deleted": self._clock()})

    def restore_session(self, session_id: str) -> None:
        """Brings a deleted session back, also one that waits to be purged; one that was purged is gone."""
        self._update(session_id, {"deleted": None, "purge": None})

    def draft(self, session_id: str, text: str) -> None:
        """Keeps what stands in the composer; on disk within 250 ms."""
        self._update(session_id, {"draft": storable(text)}, urgent=False)

    def read_draft(self, session_id: str) -> str:
        row = self._database.read(lambda conn: conn.execute("SELECT draft FROM sessions WHERE id = ?", (session_id,)).fetchone())
        return row["draft"] if row else ""

    def _update(self, session_id: str, values: Mapping[str, object], *, urgent: bool = True) -> None:
        def job(conn: sqlite3.Connection) -> None:
            for name, value in values.items():
                conn.execute(_SET[name], (value, session_id))

        self._writer.put(job, urgent=urgent)


def stored(parameters: Parameters) -> dict[str, object]:
    """The parameters as they lie in the table; nothing for none."""
    return {"set": told} if (told := said(parameters)) else {}

"""What left this machine: when, to which host, which texts, the exact bytes; and what stood behind the placeholders."""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field

from hybridchat.conversation import Role
from hybridchat.facts import Locality
from hybridchat.sessions.database import Database
from hybridchat.sessions.frames import frame, unframe
from hybridchat.sessions.writer import Writer, storable
from hybridchat.value import value

CONTACTS_JOIN_S = 3600.0
"""Contacts of a host within this time are one row with a count: a probe every few seconds would bury the messages."""


@value
class WirePart:
    """One message exactly as it was put on the wire; `turn_id` `None` for the system message. An answer names its attempt."""

    role: Role
    text: str
    turn_id: str | None = None
    attempt_id: str | None = None


@value
class PlaceholderRow:
    """What a placeholder of a session stands for; `part_of` names the placeholder of the longer value it belongs to."""

    session_id: str
    placeholder: str
    kind: str
    original: str
    reason: str = ""
    part_of: str | None = None


@value
class LedgerEntry:
    """A message about to leave. `body` may follow later through `Ledger.sent`; `est_cost` is US dollars."""

    host: str
    model_id: str
    session_id: str | None = None
    turn_id: str | None = None
    attempt_id: str | None = None
    locality: Locality = Locality.REMOTE
    parts: tuple[WirePart, ...] = ()
    tokens: int | None = None
    est_cost: float | None = None
    hidden: Mapping[str, int] = field(default_factory=dict)
    """Finding kind -> how many values are hidden."""
    body: bytes | None = None
    purpose: str = "answer"


@value
class LedgerRow:
    """One row as kept. `kind` is message | contact; a contact row counts `n` from `at` to `last`, `failed` of them in vain.
    A message with `failed` 1 was given to the wire, but no connection came about.

    `bytes` and `sha256` are `None` while nothing has left. `cost` is US dollars: estimated until the attempt ends.
    """

    id: str
    kind: str
    at: float
    last: float
    host: str
    model_id: str | None = None
    locality: Locality | None = None
    session_id: str | None = None
    turn_id: str | None = None
    attempt_id: str | None = None
    purpose: str = ""
    n: int = 1
    failed: int = 0
    ms: float | None = None
    tokens: int | None = None
    cost: float | None = None
    hidden: Mapping[str, int] = field(default_factory=dict)
    sha256: str | None = None
    bytes: int | None = None


class Ledger:
    """The ledger of one store."""

    def __init__(self, database: Database, writer: Writer, clock: Callable[[], float]) -> None:
        self._database = database
        self._writer = writer
        self._clock = clock

    async def hand_over(self, entry: LedgerEntry, new_placeholders: Sequence[PlaceholderRow] = ()) -> str:
        """Writes row, texts and newly minted placeholders in one transaction; returns the row's id once they are on the disk.

        Raises `ValueError`, and writes nothing, when a placeholder already stands for another value in its session.
        """
        row_id, now = secrets.token_hex(8), self._clock()

        def job(conn: sqlite3.Connection) -> None:
            for row in new_placeholders:
                _add_placeholder(conn, row, now)
            _add_row(conn, entry, row_id, now)
            if entry.body is not None:
                _add_body(conn, row_id, entry.body)

        await asyncio.wrap_future(self._writer.put(job, durable=True, awaited=True))
        return row_id

    async def sent(self, row_id: str, body: bytes) -> None:
        """Adds the exact body, just before it leaves; returns once it is on the disk. Raises `LookupError` for an unknown row."""
        now = self._clock()

        def job(conn: sqlite3.Connection) -> None:
            _add_body(conn, row_id, body)
            conn.execute("UPDATE ledger SET last = ? WHERE id = ?", (now, row_id))

        await asyncio.wrap_future(self._writer.put(job, durable=True, awaited=True))

    def undelivered(self, attempt_id: str) -> None:
        """Says of the last row of an attempt that no connection came about: its bytes reached nobody."""

        def job(conn: sqlite3.Connection) -> None:
            conn.execute(
                "UPDATE ledger SET failed = 1 WHERE seq = (SELECT max(seq) FROM ledger WHERE attempt_id = ?)", (attempt_id,)
            )

        self._writer.put(job)

    def contact(self, host: str, ok: bool, ms: float | None) -> None:  # noqa: FBT001 - reads as the sentence it records
        """Records a contact without content, such as a probe; `ms` is how long it took."""
        row_id, now = secrets.token_hex(8), self._clock()

        def job(conn: sqlite3.Connection) -> None:
            changed = conn.execute(
                """UPDATE ledger SET n = n + 1, failed = failed + ?, last = ?, ms = ? WHERE at > ? AND seq =
                (SELECT seq FROM ledger WHERE kind = 'contact' AND host = ? ORDER BY seq DESC LIMIT 1)""",
                (not ok, now, ms, now - CONTACTS_JOIN_S, host),
            ).rowcount
            if not changed:
                conn.execute(
                    "INSERT INTO ledger(id, kind, host, at, last, failed, ms) VALUES (?, 'contact', ?, ?, ?, ?, ?)",
                    (row_id, host, now, now, not ok, ms),
                )

        self._writer.put(job, urgent=False)

    def rows(self, session_id: str | None = None, limit: int = 100, offset: int = 0) -> list[LedgerRow]:
        """Rows, newest first; of one session, or all with the contacts."""
        found = self._database.read(
            lambda conn: conn.execute(
                "SELECT * FROM ledger WHERE ? IS NULL OR session_id = ? ORDER BY seq DESC LIMIT ? OFFSET ?",
                (session_id, session_id, limit, offset),
            ).fetchall()
        )
        return [_row(row) for row in found]

    def body(self, row_id: str) -> bytes | None:
        """The exact bytes that left; `None` for a contact, or when nothing has left yet."""

        def work(conn: sqlite3.Connection) -> bytes | None:
            row = conn.execute("SELECT frame FROM ledger WHERE id = ?", (row_id,)).fetchone()
            return None if row is None or row["frame"] is None else unframe(row["frame"], _texts(conn, row_id))

        return self._database.read(work)

    def wire_parts(self, session_id: str, host: str) -> list[WirePart]:
        """What this host was sent of a session, each text in its latest form, in the order first sent: resend it unchanged."""
        found = self._database.read(
            lambda conn: conn.execute(
                """SELECT lp.role, lp.turn_id, lp.attempt_id, p.text FROM ledger l
                JOIN ledger_parts lp ON lp.ledger_id = l.id JOIN parts p ON p.sha256 = lp.sha256
                WHERE l.session_id = ? AND l.host = ? ORDER BY l.seq, lp.position""",
                (session_id, host),
            ).fetchall()
        )
        latest = {
            (r["turn_id"], r["role"], r["attempt_id"]): WirePart(Role(r["role"]), r["text"], r["turn_id"], r["attempt_id"])
            for r in found
        }
        return list(latest.values())

    def placeholders(self, session_id: str) -> list[PlaceholderRow]:
        """The session's table, in the order minted."""
        found = self._database.read(
            lambda conn: conn.execute("SELECT * FROM placeholders WHERE session_id = ? ORDER BY seq", (session_id,)).fetchall()
        )
        return [
            PlaceholderRow(r["session_id"], r["placeholder"], r["kind"], r["original"], r["reason"], r["part_of"]) for r in found
        ]


def _row(row: sqlite3.Row) -> LedgerRow:
    same = {name: row[name] for name in LedgerRow.__dataclass_fields__ if name not in {"hidden", "locality"}}
    return LedgerRow(**same, hidden=json.loads(row["hidden"]), locality=Locality(row["locality"]) if row["locality"] else None)


def _add_placeholder(conn: sqlite3.Connection, row: PlaceholderRow, now: float) -> None:
    conn.execute(
        """INSERT OR IGNORE INTO placeholders(session_id, placeholder, kind, original, reason, part_of, created)
        VALUES (?, ?, ?, ?, ?, ?, ?)""",
        (row.session_id, row.placeholder, row.kind, storable(row.original), row.reason, row.part_of, now),
    )
    kept = conn.execute(
        "SELECT original FROM placeholders WHERE session_id = ? AND placeholder = ?", (row.session_id, row.placeholder)
    ).fetchone()
    if kept["original"] != storable(row.original):
        raise ValueError(f"{row.placeholder} already stands for another value in this session")


def _add_row(conn: sqlite3.Connection, entry: LedgerEntry, row_id: str, now: float) -> None:
    e = entry
    where = (e.session_id, e.turn_id, e.attempt_id, e.host, e.model_id, e.locality)
    hidden = json.dumps(dict(e.hidden), sort_keys=True)
    conn.execute(
        """INSERT INTO ledger(kind, id, purpose, session_id, turn_id, attempt_id, host, model_id, locality,
        at, last, tokens, cost, hidden) VALUES ('message', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (row_id, e.purpose, *where, now, now, e.tokens, e.est_cost, hidden),
    )
    for position, part in enumerate(entry.parts):
        text = storable(part.text)
        digest = hashlib.sha256(text.encode()).hexdigest()
        conn.execute("INSERT OR IGNORE INTO parts(sha256, text, created) VALUES (?, ?, ?)", (digest, text, now))
        conn.execute(
            "INSERT INTO ledger_parts(ledger_id, position, turn_id, attempt_id, role, sha256) VALUES (?, ?, ?, ?, ?, ?)",
            (row_id, position, part.turn_id, part.attempt_id, part.role, digest),
        )


def _add_body(conn: sqlite3.Connection, row_id: str, body: bytes) -> None:
    digest = hashlib.sha256(body).hexdigest()
    framed = frame(body, _texts(conn, row_id))
    changed = conn.execute("UPDATE ledger SET sha256 = ?, bytes = ?, frame = ? WHERE id = ?", (digest, len(body), framed, row_id))
    if not changed.rowcount:
        raise LookupError(f"there is no ledger row {row_id}")


def _texts(conn: sqlite3.Connection, row_id: str) -> list[str]:
    found = conn.execute(
        "SELECT p.text FROM ledger_parts lp JOIN parts p ON p.sha256 = lp.sha256 WHERE lp.ledger_id = ? ORDER BY lp.position",
        (row_id,),
    )
    return [row["text"] for row in found.fetchall()]

"""What the program remembers beside the conversation: decisions, the last snapshot, learnt speeds, consents."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from hybridchat import __version__
from hybridchat.facts import Decision
from hybridchat.sessions.database import Database
from hybridchat.sessions.writer import Writer


class Notes:
    """Small records of one store. Writes return at once; reads see every write of this process before them."""

    def __init__(self, database: Database, writer: Writer, clock: Callable[[], float]) -> None:
        self._database = database
        self._writer = writer
        self._clock = clock

    def decided(self, turn_id: str, decision: Decision, snapshot_json: str, micros: int, basis: str = "") -> str:
        """Records a decision, the gauges it saw (JSON) and how long it took (microseconds); returns its id.

        `basis` is the request and the policy (JSON): with them it can be made again.
        """
        decision_id, now = secrets.token_hex(8), self._clock()

        def job(conn: sqlite3.Connection) -> None:
            # turned to JSON here: the caller is on the way to the first token
            told = json.dumps(plain(decision), ensure_ascii=False, separators=(",", ":"))
            chosen = decision.chosen.id if decision.chosen else None
            conn.execute(
                """INSERT INTO decisions(id, turn_id, chosen, strategy, decision, snapshot, micros, version, program, created,
                basis) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                (
                    decision_id,
                    turn_id,
                    chosen,
                    decision.strategy,
                    told,
                    snapshot_json,
                    micros,
                    decision.version,
                    __version__,
                    now,
                    basis,
                ),
            )

        self._writer.put(job)
        return decision_id

    def decision(self, turn_id: str, decision_id: str | None = None, *, answered: bool = False) -> dict[str, Any] | None:
        """The last decision about a turn, or the one with that id. `answered` prefers one whose model said something.

        Keys: `id, turn_id, at, micros, version, program, decision, snapshot`.
        """
        row = self._one(
            """SELECT * FROM decisions d WHERE turn_id = ? AND (? IS NULL OR id = ?) ORDER BY
            ? AND EXISTS (SELECT 1 FROM attempts a WHERE a.decision_id = d.id AND a.text <> '') DESC, seq DESC LIMIT 1""",
            turn_id,
            decision_id,
            decision_id,
            answered,
        )
        if row is None:
            return None
        told = {name: row[name] for name in ("id", "turn_id", "micros", "version", "program")}
        return {
            **told,
            "at": row["created"],
            "decision": json.loads(row["decision"]),
            "snapshot": json.loads(row["snapshot"] or "null"),
        }

    def save_snapshot(self, snapshot_json: str, at: float) -> None:
        """Keeps the gauges for the next short-lived process; on disk within 250 ms. An older one never replaces a newer."""
        self._keep("snapshot", snapshot_json, at)

    def snapshot(self) -> tuple[str, float] | None:
        """The last snapshot (JSON) and its time (epoch seconds)."""
        row = self._one("SELECT value, at FROM kept WHERE key = 'snapshot'")
        return (row["value"], row["at"]) if row else None

    def save_live(self, model_id: str, live_json: str) -> None:
        """Keeps what was learnt of a model's speed (JSON)."""
        self._keep(f"live:{model_id}", live_json, self._clock())

    def live(self) -> dict[str, str]:
        """Model id -> what was learnt of its speed (JSON)."""
        found = self._database.read(
            lambda conn: conn.execute("SELECT substr(key, 6) AS model_id, value FROM kept WHERE key LIKE 'live:%'").fetchall()
        )
        return {row["model_id"]: row["value"] for row in found}

    def remember(self, key: str, value: str) -> None:
        """Keeps a small text under a name, such as the last session of a terminal."""
        self._keep(f"own:{key}", value, self._clock())

    def recall(self, key: str) -> str | None:
        row = self._one("SELECT value FROM kept WHERE key = ?", f"own:{key}")
        return row["value"] if row else None

    def allow(self, session_id: str, host: str) -> None:
        """Records that the user let this session send to a host without being asked again."""
        now = self._clock()
        self._writer.put(
            lambda conn: conn.execute(
                "INSERT OR IGNORE INTO consents(session_id, host, created) VALUES (?, ?, ?)", (session_id, host, now)
            )
        )

    def allowed(self, session_id: str) -> frozenset[str]:
        found = self._database.read(
            lambda conn: conn.execute("SELECT host FROM consents WHERE session_id = ?", (session_id,)).fetchall()
        )
        return frozenset(row["host"] for row in found)

    def _keep(self, key: str, value: str, at: float) -> None:
        self._writer.put(
            lambda conn: conn.execute(
                """INSERT INTO kept(key, value, at) VALUES (?, ?, ?)
                ON CONFLICT(key) DO UPDATE SET value = excluded.value, at = excluded.at WHERE excluded.at >= at""",
                (key, value, at),
            ),
            urgent=False,
        )

    def _one(self, query: str, *values: object) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._database.read(lambda conn: conn.execute(query, values).fetchone())
        return row


def plain(value: object) -> Any:
    """A value of `facts` as JSON knows it: sets sorted, dates in ISO form, and a field without a value `null`."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(map(plain, value))
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value.isoformat() if isinstance(value, date) else value

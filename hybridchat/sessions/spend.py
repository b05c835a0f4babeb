"""Money: reserved before a call, settled after it, whatever became of it."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from collections.abc import Callable

from hybridchat.sessions.database import Database
from hybridchat.sessions.recovery import Pulse
from hybridchat.sessions.writer import Writer
from hybridchat.value import value

_SUMS = """SELECT coalesce(sum(usd), 0.0), coalesce(sum(CASE WHEN how IS NULL THEN reserved END), 0.0),
    coalesce(sum(coalesce(how, '') <> 'none' AND coalesce(usd, reserved) IS NULL), 0) FROM spend WHERE at >= ?"""


@value
class Spent:
    """US dollars: settled, and still reserved by calls that run. `unpriced` counts calls whose price nobody knows."""

    usd: float = 0.0
    reserved: float = 0.0
    unpriced: int = 0


class Spend:
    """The reservations of one store. Jobs run in order, so awaiting any later write also awaits these."""

    def __init__(self, database: Database, writer: Writer, pulse: Pulse, clock: Callable[[], float]) -> None:
        self._database = database
        self._writer = writer
        self._pulse = pulse
        self._clock = clock

    def reserve(self, attempt_id: str | None, model_id: str, usd: float | None, at: float) -> str:
        """Sets aside the most a call at `at` (epoch seconds) may cost (US dollars, `None`: unpriced); returns an id to settle."""
        reservation = self._opened()
        self._writer.put(lambda conn: self._insert(conn, reservation, attempt_id, model_id, usd, at))
        return reservation

    async def claim(
        self, attempt_id: str | None, model_id: str, usd: float | None, at: float, *, limit: float, since: float
    ) -> str | None:
        """`reserve`, unless what was spent and reserved from `since` (epoch seconds) on and `usd` would go beyond `limit`.

        `None` then. Looked at and set aside in one transaction: of two processes that ask at once, the second one sees the first.
        An unpriced call is let through while anything is left.
        """
        reservation = self._opened()

        def job(conn: sqlite3.Connection) -> bool:
            spent, reserved, _ = conn.execute(_SUMS, (since,)).fetchone()
            if spent + reserved >= limit or spent + reserved + (usd or 0.0) > limit:
                return False
            self._insert(conn, reservation, attempt_id, model_id, usd, at)
            return True

        try:
            if await asyncio.wrap_future(self._writer.put(job, awaited=True)):
                return reservation
        except BaseException:  # the caller may be cancelled while it waits: nothing will be asked then
            self.settle(reservation, 0.0, "none")
            raise
        self._pulse.shut(reservation)
        return None

    def _opened(self) -> str:
        reservation = secrets.token_hex(8)
        self._pulse.open(reservation)
        return reservation

    def _insert(
        self, conn: sqlite3.Connection, reservation: str, attempt_id: str | None, model_id: str, usd: float | None, at: float
    ) -> None:
        conn.execute(
            "INSERT INTO spend(id, attempt_id, model_id, reserved, at, owner_id) VALUES (?, ?, ?, ?, ?, ?)",
            (reservation, attempt_id, model_id, usd, at, self._pulse.hold(conn, at)),
        )

    def settle(self, reservation: str, usd: float | None, how: str) -> None:
        """Puts what the call cost in place of what was reserved; `how` is actual | estimate | none."""
        now = self._clock()
        self._pulse.shut(reservation)

        def job(conn: sqlite3.Connection) -> None:
            conn.execute(
                "UPDATE spend SET usd = ?, how = ?, settled = ?, owner_id = NULL WHERE id = ?", (usd, how, now, reservation)
            )

        self._writer.put(job)

    def spent(self, since: float) -> Spent:
        """What calls made at or after `since` (epoch seconds) have taken, those of every process on this database."""
        row = self._database.read(lambda conn: conn.execute(_SUMS, (since,)).fetchone())
        return Spent(usd=row[0], reserved=row[1], unpriced=row[2])

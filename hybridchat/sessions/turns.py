"""Turns and the attempts at them: asked, begun, said, ended, read back along a branch."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import astuple

from hybridchat.conversation import Attempt, Ending, Picture, Turn
from hybridchat.enclosed import words
from hybridchat.facts import Locality, Timings, Usage
from hybridchat.sessions import attachments, rows, search
from hybridchat.sessions.attachments import Named
from hybridchat.sessions.database import Database
from hybridchat.sessions.recovery import CLAIMED, Pulse, fold
from hybridchat.sessions.writer import Writer, storable

UNKNOWN_USAGE, UNKNOWN_TIMINGS = Usage(), Timings()
TITLE = 60
"""Letters of a question's first line that become the title of a session without one."""


class Turns:
    """The turns of one store. Writes but `ask` return at once; reads see every write of this process before them."""

    def __init__(self, database: Database, writer: Writer, pulse: Pulse, clock: Callable[[], float]) -> None:
        self._database = database
        self._writer = writer
        self._pulse = pulse
        self._clock = clock

    async def ask(
        self,
        session_id: str,
        question: str,
        *,
        parent_id: str | None,
        ending: Ending | None = None,
        files: Sequence[Named] = (),
    ) -> Turn:
        """Stores a question under `parent_id` and returns once it is on the disk; cancelling the wait does not undo it.

        `ending` is `None` for a turn that is answered now, or queued. Raises `LookupError` for an unknown session or parent.
        """
        turn = Turn(
            id=secrets.token_hex(8),
            session_id=session_id,
            parent_id=parent_id,
            question=storable(question),
            created=self._clock(),
            ending=ending,
            attachments=attachments.described(files),
        )
        if ending is None:
            self._pulse.open(turn.id)

        def job(conn: sqlite3.Connection) -> None:
            self._insert(conn, turn)
            attachments.insert(conn, turn, files)

        written = self._writer.put(job, durable=True, awaited=True)
        await asyncio.wrap_future(written)
        return turn

    def _insert(self, conn: sqlite3.Connection, turn: Turn) -> None:
        if conn.execute("SELECT 1 FROM sessions WHERE id = ?", (turn.session_id,)).fetchone() is None:
            raise LookupError(f"there is no session {turn.session_id}")
        if turn.parent_id is not None:
            parent = conn.execute("SELECT session_id FROM turns WHERE id = ?", (turn.parent_id,)).fetchone()
            if parent is None or parent["session_id"] != turn.session_id:
                raise LookupError(f"there is no turn {turn.parent_id} in session {turn.session_id}")
        owner = self._pulse.hold(conn, turn.created) if turn.ending is None else None
        conn.execute(
            "INSERT INTO turns(id, session_id, parent_id, question, created, ending, owner_id) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (turn.id, turn.session_id, turn.parent_id, turn.question, turn.created, turn.ending, owner),
        )
        title = next((line.strip() for line in words(turn.question).splitlines() if line.strip()), "")
        conn.execute(
            """UPDATE sessions SET turns = turns + 1, updated = max(updated, ?), leaf_id = ?,
            titled_by = CASE WHEN title = '' THEN 'question' ELSE titled_by END,
            title = CASE WHEN title = '' THEN ? ELSE title END WHERE id = ?""",
            (turn.created, turn.id, title if len(title) <= TITLE else title[: TITLE - 1].rstrip() + "…", turn.session_id),
        )
        if self._database.full_text:
            search.index_question(conn, turn.id)

    def begin(self, turn_id: str, model_id: str, host: str, locality: Locality, decision_id: str | None = None) -> Attempt:
        """Opens an attempt at a turn, and the turn again if it rested or had ended."""
        attempt = Attempt(
            id=secrets.token_hex(8), turn_id=turn_id, model_id=model_id, host=host, locality=locality, started=self._clock()
        )
        self._pulse.open(turn_id)

        def job(conn: sqlite3.Connection) -> None:
            owner = self._pulse.hold(conn, attempt.started)
            conn.execute(
                """INSERT INTO attempts(id, turn_id, model_id, host, locality, decision_id, started, owner_id)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                (attempt.id, turn_id, model_id, host, locality, decision_id, attempt.started, owner),
            )
            conn.execute("UPDATE turns SET ending = NULL, ended = NULL, owner_id = ? WHERE id = ?", (owner, turn_id))

        self._writer.put(job)
        return attempt

    def say(self, attempt_id: str, text: str = "", thinking: str = "") -> None:
        """Adds to an attempt's text or thinking; on disk within 250 ms."""
        if text or thinking:
            self._writer.say(attempt_id, text, thinking, self._clock())

    def end(
        self,
        attempt_id: str,
        ending: Ending,
        *,
        text: str | None = None,
        usage: Usage = UNKNOWN_USAGE,
        timings: Timings = UNKNOWN_TIMINGS,
        cost: float | None = None,
        error: str = "",
        note: str = "",
    ) -> None:
        """Closes an attempt. `text` replaces what was said; `cost` is US dollars, `None` when unpriced."""
        now = self._clock()

        def job(conn: sqlite3.Connection) -> None:
            fold(conn, attempt_id, None if text is None else storable(text))
            conn.execute(
                """UPDATE attempts SET ending = ?, ended = ?, cost = ?, error = ?, note = ?, input_tokens = ?, output_tokens = ?,
                cache_read_tokens = ?, cache_write_tokens = ?, reasoning_tokens = ?, first_token_s = ?, total_s = ?, load_s = ?,
                prefill_s = ?, generate_s = ? WHERE id = ?""",
                (ending, now, cost, storable(error), storable(note), *astuple(usage), *astuple(timings), attempt_id),
            )
            conn.execute(
                "UPDATE ledger SET cost = coalesce(?, cost), tokens = coalesce(?, tokens) WHERE attempt_id = ?",
                (cost, usage.input_tokens, attempt_id),
            )
            if self._database.full_text:
                search.index_answer(conn, attempt_id)

        self._writer.put(job)

    def end_turn(self, turn_id: str, ending: Ending, chosen_attempt: str | None = None) -> None:
        """Ends a turn, or lays it to rest (held, queued). `chosen_attempt` `None`: the last attempt with text is the answer."""
        now = self._clock()
        self._pulse.shut(turn_id)

        def job(conn: sqlite3.Connection) -> None:
            conn.execute(
                "UPDATE turns SET ending = ?, ended = ?, chosen_attempt = ?, owner_id = NULL WHERE id = ?",
                (ending, now, chosen_attempt, turn_id),
            )
            conn.execute(
                "UPDATE sessions SET updated = max(updated, ?) WHERE id = (SELECT session_id FROM turns WHERE id = ?)",
                (now, turn_id),
            )
            conn.execute("DELETE FROM kept WHERE key = ?", (f"{CLAIMED}{turn_id}",))

        self._writer.put(job)

    def claim(self, turn_id: str) -> bool:
        """Takes up a turn that waits, so that no other process sends it too; `False` when one did. Waits for the disk.

        Until it ends it is noted as taken from the queue, where it goes back should this process die before an answer came.
        """
        self._pulse.open(turn_id)
        now = self._clock()

        def job(conn: sqlite3.Connection) -> bool:
            conn.execute(
                "INSERT OR REPLACE INTO kept(key, value, at) SELECT ? || id, '', ? FROM turns WHERE id = ? AND ending = 'queued'",
                (CLAIMED, now, turn_id),
            )
            taken = conn.execute(
                "UPDATE turns SET ending = NULL, ended = NULL, owner_id = ? WHERE id = ? AND ending IN ('queued', 'held')",
                (self._pulse.hold(conn, now), turn_id),
            )
            return taken.rowcount == 1

        taken = self._writer.put(job, awaited=True).result()
        if not taken:
            self._pulse.shut(turn_id)
        return taken

    def edit_question(self, turn_id: str, question: str) -> None:
        """Rewords a question that nobody answered yet: only queued and held turns change, the transcript never does."""
        text = storable(question)

        def job(conn: sqlite3.Connection) -> None:
            unasked = conn.execute(
                """SELECT 1 FROM turns WHERE id = ? AND ending IN ('queued', 'held')
                AND NOT EXISTS (SELECT 1 FROM attempts WHERE turn_id = turns.id AND (text <> '' OR ending IS NOT 'failed'))""",
                (turn_id,),
            ).fetchone()
            if unasked:
                search.forget_question(conn, turn_id)
                conn.execute("UPDATE turns SET question = ? WHERE id = ?", (text, turn_id))
                if self._database.full_text:
                    search.index_question(conn, turn_id)

        self._writer.put(job)

    def turn(self, turn_id: str) -> Turn | None:
        found = self._select("SELECT seq FROM turns WHERE id = ?", turn_id)
        return found[0] if found else None

    def path(self, session_id: str, leaf_id: str | None = None, *, limit: int | None = None) -> list[Turn]:
        """The branch that ends in `leaf_id` (`None`: the one last looked at), root first; with `limit` only its last turns."""
        return self._select(
            """WITH RECURSIVE leaf(id) AS (
                SELECT coalesce(?, (SELECT t.id FROM sessions s JOIN turns t ON t.id = s.leaf_id WHERE s.id = ?),
                    (SELECT id FROM turns WHERE session_id = ? ORDER BY seq DESC LIMIT 1))),
            branch(seq, parent_id, depth) AS (
                SELECT seq, parent_id, 1 FROM turns WHERE id = (SELECT id FROM leaf) AND session_id = ?
                UNION ALL
                SELECT t.seq, t.parent_id, depth + 1 FROM branch b JOIN turns t ON t.id = b.parent_id WHERE depth < ?)
            SELECT seq FROM branch ORDER BY depth DESC""",
            leaf_id,
            session_id,
            session_id,
            session_id,
            2**62 if limit is None else limit,
        )

    def pictures(self, turn: Turn) -> tuple[Picture, ...]:
        """The pictures that came with a turn."""
        return attachments.pictures(self._database, turn) if turn.attachments else ()

    def files(self, turn: Turn) -> tuple[Named, ...]:
        """The same, each with the name it had."""
        return attachments.named(self._database, turn) if turn.attachments else ()

    def siblings(self, turn_id: str) -> list[Turn]:
        """The turns that share this one's parent, itself among them, in the order they were asked."""
        return self._select(
            """SELECT t.seq FROM turns me JOIN turns t ON t.session_id = me.session_id AND t.parent_id IS me.parent_id
            WHERE me.id = ? ORDER BY t.seq""",
            turn_id,
        )

    def branches(self, session_id: str) -> dict[str, tuple[str, ...]]:
        """Turn id -> ids of the turns that share its parent, in the order they were asked; only where there are several."""
        found = self._database.read(
            lambda conn: conn.execute(
                """SELECT id, parent_id FROM turns WHERE session_id = ?1 AND coalesce(parent_id, '') IN (
                    SELECT coalesce(parent_id, '') FROM turns WHERE session_id = ?1 GROUP BY parent_id HAVING count(*) > 1)
                ORDER BY seq""",
                (session_id,),
            ).fetchall()
        )
        beside: dict[str | None, list[str]] = {}
        for row in found:
            beside.setdefault(row["parent_id"], []).append(row["id"])
        return {turn: tuple(ids) for ids in beside.values() for turn in ids}

    def leaf_under(self, turn_id: str) -> str:
        """The end of the newest branch through a turn: what to show when the user changes to that sibling."""
        row = self._database.read(
            lambda conn: conn.execute(
                """WITH RECURSIVE down(id) AS (
                    SELECT ? UNION ALL
                    SELECT (SELECT t.id FROM turns t WHERE t.parent_id = down.id ORDER BY t.seq DESC LIMIT 1)
                    FROM down WHERE id IS NOT NULL)
                SELECT d.id FROM down d JOIN turns t ON t.id = d.id ORDER BY t.seq DESC LIMIT 1""",
                (turn_id,),
            ).fetchone()
        )
        return row["id"] if row else turn_id

    def queued(self, session_id: str | None = None) -> list[Turn]:
        """Turns that wait to be sent, oldest first; of one session or of all that are not deleted."""
        return self._select(
            """SELECT t.seq FROM turns t JOIN sessions s ON s.id = t.session_id
            WHERE t.ending = 'queued' AND s.deleted IS NULL AND (? IS NULL OR s.id = ?) ORDER BY t.seq""",
            session_id,
            session_id,
        )

    def asked(self, limit: int = 5_000) -> list[str]:
        """What was asked in conversations that are not deleted, newest first, each text once; of the last `limit` questions."""
        found = self._database.read(
            lambda conn: conn.execute(
                """SELECT t.question FROM turns t JOIN sessions s ON s.id = t.session_id
                WHERE s.deleted IS NULL AND s.kind = 'chat' ORDER BY t.seq DESC LIMIT ?""",
                (limit,),
            ).fetchall()
        )
        return list(dict.fromkeys(row["question"] for row in found))

    def _select(self, query: str, *values: object) -> list[Turn]:
        return self._database.read(lambda conn: rows.turns(conn, [row["seq"] for row in conn.execute(query, values).fetchall()]))

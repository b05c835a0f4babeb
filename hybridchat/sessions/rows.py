"""Rows of the database as the values everyone shares."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from hybridchat.conversation import Attachment, Attempt, Ending, Session, Turn
from hybridchat.facts import Locality, Mode, Timings, Usage
from hybridchat.parameters import NOTHING_SET, from_stored
from hybridchat.sessions.attachments import of_turns

USAGE = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens")
TIMINGS = ("first_token_s", "total_s", "load_s", "prefill_s", "generate_s")


SESSION = """SELECT s.*, (SELECT group_concat(tag, ' ') FROM (SELECT tag FROM tags WHERE session_id = s.id ORDER BY tag)) AS tags
    FROM sessions s """
"""What `session` is made of; a tag holds no space."""


def session(row: sqlite3.Row) -> Session:
    return Session(
        id=row["id"],
        title=row["title"],
        created=row["created"],
        updated=row["updated"],
        kind=row["kind"],
        mode=Mode(row["mode"]) if row["mode"] else None,
        pin=row["pin"],
        system=row["system"],
        leaf_id=row["leaf_id"],
        turns=row["turns"],
        strategy=row["strategy"],
        parameters=NOTHING_SET if row["parameters"] == "{}" else from_stored(json.loads(row["parameters"]).get("set")),
        tags=tuple((row["tags"] or "").split()),
        on_top=row["kept_on_top"] is not None,
        archived=row["archived"] is not None,
    )


def _attempt(row: sqlite3.Row, text: str, thinking: str) -> Attempt:
    return Attempt(
        id=row["id"],
        turn_id=row["turn_id"],
        model_id=row["model_id"],
        host=row["host"],
        locality=Locality(row["locality"]),
        text=text,
        thinking=thinking,
        ending=Ending(row["ending"]) if row["ending"] else None,
        usage=Usage(*(row[name] for name in USAGE)),
        timings=Timings(*(row[name] for name in TIMINGS)),
        cost=row["cost"],
        error=row["error"],
        started=row["started"],
        note=row["note"],
    )


def _turn(row: sqlite3.Row, attempts: tuple[Attempt, ...], attached: tuple[Attachment, ...]) -> Turn:
    return Turn(
        id=row["id"],
        session_id=row["session_id"],
        parent_id=row["parent_id"],
        question=row["question"],
        created=row["created"],
        ending=Ending(row["ending"]) if row["ending"] else None,
        attempts=attempts,
        chosen_attempt=row["chosen_attempt"],
        attachments=attached,
    )


def turns(conn: sqlite3.Connection, seqs: Iterable[int]) -> list[Turn]:
    """Turns by row number, in the order given, each with its attempts and all that they have said so far."""
    wanted = list(seqs)
    # one JSON list: there may be more numbers than SQLite takes parameters
    among = (json.dumps(wanted),)
    rows = {r["seq"]: r for r in conn.execute("SELECT * FROM turns WHERE seq IN (SELECT value FROM json_each(?))", among)}
    said: dict[str, tuple[list[str], list[str]]] = {}
    for piece in conn.execute(
        """SELECT p.attempt_id, p.text, p.thinking FROM turns t JOIN attempts a ON a.turn_id = t.id
        JOIN pieces p ON p.attempt_id = a.id WHERE t.seq IN (SELECT value FROM json_each(?)) ORDER BY p.seq""",
        among,
    ):
        text, thinking = said.setdefault(piece["attempt_id"], ([], []))
        text.append(piece["text"])
        thinking.append(piece["thinking"])
    attempts: dict[str, list[Attempt]] = {}
    for row in conn.execute(
        """SELECT a.* FROM turns t JOIN attempts a ON a.turn_id = t.id
        WHERE t.seq IN (SELECT value FROM json_each(?)) ORDER BY a.seq""",
        among,
    ):
        text, thinking = said.get(row["id"], ([], []))
        attempt = _attempt(row, row["text"] + "".join(text), row["thinking"] + "".join(thinking))
        attempts.setdefault(row["turn_id"], []).append(attempt)
    attached = of_turns(conn, [row["id"] for row in rows.values()])
    found = (rows[n] for n in wanted if n in rows)
    return [_turn(row, tuple(attempts.get(row["id"], ())), attached.get(row["id"], ())) for row in found]

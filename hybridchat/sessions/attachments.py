"""Pictures of a turn: their bytes once each, under their fingerprint, and which turn they came with."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Sequence

from hybridchat.conversation import Attachment, Picture, Turn
from hybridchat.sessions.database import Database
from hybridchat.sessions.writer import storable

Named = tuple[str, Picture]
"""The name a file had, without its folder, and the picture."""


def described(files: Sequence[Named]) -> tuple[Attachment, ...]:
    """What is kept of each beside its bytes."""
    return tuple(Attachment(storable(name), p.media_type, hashlib.sha256(p.data).hexdigest(), len(p.data)) for name, p in files)


def insert(conn: sqlite3.Connection, turn: Turn, files: Sequence[Named]) -> None:
    """Stores the files of a turn, whose `attachments` are `described(files)`."""
    for attachment, (_, picture) in zip(turn.attachments, files, strict=True):
        conn.execute(
            "INSERT OR IGNORE INTO blobs(sha256, body, created) VALUES (?, ?, ?)",
            (attachment.sha256, picture.data, turn.created),
        )
        conn.execute(
            "INSERT INTO attachments(id, turn_id, name, media_type, sha256, created) VALUES (?, ?, ?, ?, ?, ?)",
            (secrets.token_hex(8), turn.id, attachment.name, attachment.media_type, attachment.sha256, turn.created),
        )


def copy(conn: sqlite3.Connection, turn_id: str, files: Sequence[Attachment], created: float) -> None:
    """Gives a turn the files of another one, as far as they are there."""
    for one in files:
        conn.execute(
            """INSERT INTO attachments(id, turn_id, name, media_type, sha256, created)
            SELECT ?, ?, ?, ?, sha256, ? FROM blobs WHERE sha256 = ?""",
            (secrets.token_hex(8), turn_id, one.name, one.media_type, created, one.sha256),
        )


def of_turns(conn: sqlite3.Connection, ids: Sequence[str]) -> dict[str, tuple[Attachment, ...]]:
    """Turn id -> its attachments, in the order they were given."""
    found: dict[str, tuple[Attachment, ...]] = {}
    for row in conn.execute(
        """SELECT a.turn_id, a.name, a.media_type, a.sha256, length(b.body) AS size FROM attachments a
        JOIN blobs b ON b.sha256 = a.sha256 WHERE a.turn_id IN (SELECT value FROM json_each(?)) ORDER BY a.seq""",
        (json.dumps(ids),),
    ):
        one = Attachment(row["name"], row["media_type"], row["sha256"], row["size"])
        found[row["turn_id"]] = (*found.get(row["turn_id"], ()), one)
    return found


def named(database: Database, turn: Turn) -> tuple[Named, ...]:
    """The pictures of a turn under the names they had, read from the store; those that are gone are left out."""

    def read(conn: sqlite3.Connection) -> tuple[Named, ...]:
        rows = ((a, conn.execute("SELECT body FROM blobs WHERE sha256 = ?", (a.sha256,)).fetchone()) for a in turn.attachments)
        return tuple((a.name, Picture(a.media_type, bytes(row["body"]))) for a, row in rows if row is not None)

    return database.read(read)


def pictures(database: Database, turn: Turn) -> tuple[Picture, ...]:
    """The same without the names, which nobody is sent."""
    return tuple(picture for _, picture in named(database, turn))

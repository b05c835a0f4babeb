"""The way from one version of the tables to the next.

Deletion: `secure_delete` is ON. Rows are deleted rarely (text pieces, once per answer), so overwriting them costs little, and the
default differs from one SQLite build to the next. It does not reach copies in the write-ahead log: emptying that and vacuuming
belong to purging a session (`purge`).
"""

from __future__ import annotations

import sqlite3

from hybridchat.sessions.tables import V1

__all__ = ["APPLICATION_ID", "MIGRATIONS", "V1", "VERSION", "WORDS", "NotOurs", "make_index", "migrate", "refuse_strangers"]

APPLICATION_ID = 0x68796272
"""`hybr`: tells our file from somebody else's SQLite database."""

V2 = """
ALTER TABLE decisions ADD COLUMN basis TEXT NOT NULL DEFAULT '';
"""
"""With the request and the policy beside the snapshot a decision can be made again."""

V3 = """
ALTER TABLE sessions ADD COLUMN purge REAL;
CREATE INDEX sessions_to_purge ON sessions(purge) WHERE purge IS NOT NULL;
"""
"""Epoch seconds from which on a deleted conversation is erased; until then it can be brought back."""

V4 = """
CREATE TABLE amended (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
    word TEXT NOT NULL,
    shown INTEGER NOT NULL,
    created REAL NOT NULL
);
CREATE INDEX amended_by_session ON amended(session_id);
"""
"""What the user hid (`shown` 0) or showed (1) by hand in one conversation."""

MIGRATIONS: tuple[str, ...] = (V1, V2, V3, V4)
"""`MIGRATIONS[n]` leads from version n to n + 1; statements end with `;` and hold none inside."""

VERSION = len(MIGRATIONS)

WORDS = """CREATE VIRTUAL TABLE IF NOT EXISTS words
USING fts5(text, content='', tokenize='unicode61 remove_diacritics 2', prefix='2 3')"""


class NotOurs(Exception):
    """The file is a database that this program must not touch; the message is a sentence for people."""


def refuse_strangers(conn: sqlite3.Connection) -> None:
    """Raises `NotOurs` for a newer version or another program's database. Only reads."""
    version = conn.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise NotOurs(
            f"it was written by a newer hybridchat (its format is {version}, this program knows {VERSION}); update hybridchat"
        )
    owner = conn.execute("PRAGMA application_id").fetchone()[0]
    if owner != APPLICATION_ID and conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise NotOurs("it is another program's database")


def migrate(conn: sqlite3.Connection) -> None:
    """Brings the tables to `VERSION`, in one transaction; safe against a second process doing the same."""
    if conn.execute("PRAGMA user_version").fetchone()[0] == VERSION:
        return
    conn.execute("BEGIN IMMEDIATE")
    try:
        # asked again: another process may have migrated while this one waited for the lock
        version = conn.execute("PRAGMA user_version").fetchone()[0]
        for script in MIGRATIONS[version:]:
            for statement in filter(str.strip, script.split(";")):
                conn.execute(statement)
        conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        conn.execute(f"PRAGMA user_version = {VERSION}")
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise


def make_index(conn: sqlite3.Connection) -> bool:
    """Sees to the full-text index; `False` where this Python's SQLite was built without FTS5."""
    try:
        conn.execute(WORDS)
        # the table may be there from a Python that has FTS5, while this one has not
        conn.execute("SELECT rowid FROM words LIMIT 0")
    except sqlite3.OperationalError as error:
        if "fts5" in str(error):
            return False
        raise
    return True

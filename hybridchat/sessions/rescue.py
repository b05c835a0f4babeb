"""Whatever can still be read of a damaged database, row by row."""

from __future__ import annotations

import contextlib
import sqlite3

_INDEX = {"passages"}
"""Tables made anew from the others."""

_REPAIR = (
    # a conversation whose own row is gone gets a new one: its turns are what counts
    """INSERT OR IGNORE INTO sessions(id, title, created, updated)
    SELECT session_id, 'rescued conversation', min(created), max(created) FROM turns
    WHERE session_id NOT IN (SELECT id FROM sessions) GROUP BY session_id""",
    "UPDATE turns SET parent_id = NULL WHERE parent_id NOT IN (SELECT id FROM turns)",
    # an answer whose question is gone is kept under a turn of its own
    """INSERT OR IGNORE INTO sessions(id, title, created, updated)
    SELECT 'rescued', 'rescued answers', min(started), max(started) FROM attempts
    WHERE turn_id NOT IN (SELECT id FROM turns) GROUP BY 1""",
    """INSERT OR IGNORE INTO turns(id, session_id, question, created, ending)
    SELECT turn_id, 'rescued', '(this question could not be read)', min(started), 'cut' FROM attempts
    WHERE turn_id NOT IN (SELECT id FROM turns) GROUP BY turn_id""",
    "DELETE FROM pieces WHERE attempt_id NOT IN (SELECT id FROM attempts)",
    "DELETE FROM decisions WHERE turn_id NOT IN (SELECT id FROM turns)",
    "DELETE FROM summaries WHERE turn_id NOT IN (SELECT id FROM turns) OR session_id NOT IN (SELECT id FROM sessions)",
    "DELETE FROM attachments WHERE turn_id NOT IN (SELECT id FROM turns) OR sha256 NOT IN (SELECT sha256 FROM blobs)",
    "DELETE FROM tags WHERE session_id NOT IN (SELECT id FROM sessions)",
    "DELETE FROM consents WHERE session_id NOT IN (SELECT id FROM sessions)",
    "DELETE FROM placeholders WHERE session_id NOT IN (SELECT id FROM sessions)",
    "DELETE FROM amended WHERE session_id NOT IN (SELECT id FROM sessions)",
    "UPDATE ledger SET session_id = NULL WHERE session_id NOT IN (SELECT id FROM sessions)",
    # a body can only be put together from all its texts
    """UPDATE ledger SET frame = NULL WHERE id IN
    (SELECT ledger_id FROM ledger_parts WHERE sha256 NOT IN (SELECT sha256 FROM parts))""",
    "DELETE FROM ledger_parts WHERE ledger_id NOT IN (SELECT id FROM ledger) OR sha256 NOT IN (SELECT sha256 FROM parts)",
    "UPDATE sessions SET turns = (SELECT count(*) FROM turns WHERE session_id = sessions.id)",
    "UPDATE turns SET indexed = 0",
    "UPDATE attempts SET indexed = 0",
)


def rescue(source: sqlite3.Connection, target: sqlite3.Connection) -> int:
    """Copies every readable row of `source` into the empty tables of `target`; returns how many conversations there are then.

    What a row refers to may be lost: then the row is mended, or left out if it says nothing alone.
    """
    target.execute("PRAGMA foreign_keys = OFF")
    try:
        target.execute("BEGIN IMMEDIATE")
        for table in _names(target):
            _copy(source, target, table)
        for statement in _REPAIR:
            target.execute(statement)
        target.execute("COMMIT")
    except BaseException:
        if target.in_transaction:
            target.execute("ROLLBACK")
        raise
    finally:
        target.execute("PRAGMA foreign_keys = ON")
    return int(target.execute("SELECT count(*) FROM sessions").fetchone()[0])


def _names(target: sqlite3.Connection) -> list[str]:
    tables = target.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'").fetchall()
    return [t["name"] for t in tables if not t["name"].startswith(("sqlite_", "words")) and t["name"] not in _INDEX]


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, table: str) -> None:
    columns = [row["name"] for row in target.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()]
    with contextlib.suppress(sqlite3.DatabaseError):
        # an older program's file lacks what was added since: its default does
        there = {row["name"] for row in source.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()}
        columns = [name for name in columns if name in there] or columns
    # the names are our own schema's
    read = " ".join(("SELECT", ", ".join(columns), "FROM", table))
    places = ", ".join("?" * len(columns))
    write = " ".join(("INSERT OR IGNORE INTO", table, "(" + ", ".join(columns) + ")", "VALUES", "(" + places + ")"))
    # a walk ends at the first damaged page, so the table is walked from both ends
    for order in ("", " ORDER BY seq DESC") if "seq" in columns else ("",):
        with contextlib.suppress(sqlite3.DatabaseError):
            for row in source.execute(read + order):
                with contextlib.suppress(sqlite3.IntegrityError):
                    target.execute(write, tuple(row))
            return

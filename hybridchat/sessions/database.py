"""The file under the store: opened, checked, kept private; memory where there is no file to be had."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from hybridchat.sessions import schema

BUSY_S = 5.0
"""Seconds to wait for another process's write."""
CHECKED_UP_TO = 16 * 2**20
"""Bytes of file that are read through for damage at every start (1 ms per megabyte); of a larger one only length and tables."""

DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
TROUBLE = DAMAGED | {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_AUTH,
}
"""Result codes that speak of the disk or its other users, not of the statement."""


def code(error: BaseException) -> int:
    """SQLite's primary result code, 0 when the error has none."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


@dataclass(slots=True)
class Database:
    """Connections to one database. With `memory` set, that one is read and written; else `file` is written and `reader` read."""

    path: Path | None = None
    file: sqlite3.Connection | None = None
    reader: sqlite3.Connection | None = None
    memory: sqlite3.Connection | None = None
    problem: str | None = None
    notice: str | None = None
    full_text: bool = True
    lock: threading.RLock = field(default_factory=threading.RLock)

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for one read, from any thread. Fetch everything before leaving: an open cursor holds the log back."""
        with self.lock:
            conn = self.memory or self.reader
            if conn is None:
                raise RuntimeError("the store is closed")
            yield conn

    def fall_back(self, error: sqlite3.Error) -> None:
        """Goes on in memory, with a copy of what the file holds, because it cannot be written now."""
        memory = _connect(":memory:")
        with self.lock:
            try:
                assert self.reader is not None
                self.reader.backup(memory)
            except sqlite3.Error:
                memory.close()
                memory = _connect(":memory:")
                schema.migrate(memory)
                self.full_text = schema.make_index(memory)
                # what the rows refer to stays behind in the file that cannot be read
                memory.execute("PRAGMA foreign_keys = OFF")
            self.memory = memory
            self.problem = sentence(self.path, error)

    def return_to_file(self) -> None:
        """The file holds everything again."""
        with self.lock:
            if self.memory is not None and self.file is not None:
                self.memory.close()
                self.memory = None
                self.problem = None

    def close(self) -> None:
        with self.lock:
            for conn in (self.reader, self.file, self.memory):
                if conn is not None:
                    conn.close()
            self.reader = self.file = self.memory = None


def open_database(path: Path | None, clock: Callable[[], float]) -> Database:
    """Opens `path`, or memory for `None` and wherever the file cannot be used: then `problem` is a sentence that says why.

    A damaged file is moved aside and a new one begun: `notice` says where the old one is.
    """
    if path is None:
        return _in_memory(None)
    try:
        return _open_file(path, clock)
    except schema.NotOurs as error:
        return _in_memory(path, f"{path} is left as it is: {error}. Until then nothing is saved.")
    except (OSError, sqlite3.Error) as error:
        return _in_memory(path, sentence(path, error), copy=True)


def sentence(path: Path | None, error: Exception) -> str:
    """What is wrong with the file and what helps, for people."""
    kind = code(error)
    if kind == sqlite3.SQLITE_FULL:
        why, fix = "the disk is full", "free some space"
    elif kind in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        why, fix = "another program keeps it locked", "close that program"
    elif kind in DAMAGED:
        why, fix = "the file is damaged", "restart hybridchat: it will put the file aside and begin a new one"
    elif kind in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM} or isinstance(error, PermissionError):
        why, fix = "it is read-only", "make it and its folder writable"
    else:
        told = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        why, fix = told[:1].lower() + told[1:], "check the path and the disk"
    return f"Conversations cannot be saved to {path}: {why}. They are kept in memory until you quit; {fix}."


def _connect(target: str, *, busy: float = BUSY_S, uri: bool = False) -> sqlite3.Connection:
    conn = sqlite3.connect(target, timeout=busy, isolation_level=None, check_same_thread=False, uri=uri)
    conn.row_factory = sqlite3.Row
    conn.execute("PRAGMA foreign_keys = ON")
    return conn


def _in_memory(path: Path | None, problem: str | None = None, *, copy: bool = False) -> Database:
    memory = _connect(":memory:")
    if copy and path is not None:
        _copy_readable(path, memory)
    schema.migrate(memory)
    return Database(path=path, memory=memory, problem=problem, full_text=schema.make_index(memory))


def _copy_readable(path: Path, memory: sqlite3.Connection) -> None:
    """Takes over the conversations of a file that can be read but not written."""
    log = path.with_name(path.name + "-wal")
    with contextlib.suppress(OSError, sqlite3.Error, schema.NotOurs):
        # on a read-only disk SQLite cannot make its shared-memory file; without a log it needs none
        frozen = "" if log.exists() and log.stat().st_size else "&immutable=1"
        source = _connect(f"{path.resolve().as_uri()}?mode=ro{frozen}", busy=0.1, uri=True)
        try:
            schema.refuse_strangers(source)
            _refuse_damaged(source, path)
            source.backup(memory)
        finally:
            source.close()


def _open_file(path: Path, clock: Callable[[], float]) -> Database:
    notice = None
    _make_private(path)
    for _ in range(2):
        try:
            return _checked(path, notice)
        except sqlite3.Error as error:
            if code(error) not in DAMAGED:
                raise
        aside = _move_aside(path, clock())
        notice = f"{path} is damaged and could not be read. It is kept as {aside.name}; a new one was begun."
        _make_private(path)
    return _checked(path, notice)


def _checked(path: Path, notice: str | None) -> Database:
    conn = _connect(str(path))
    try:
        schema.refuse_strangers(conn)
        _refuse_damaged(conn, path)
        _tune(conn)
        schema.migrate(conn)
        full_text = schema.make_index(conn)
        for suffix in ("", "-wal", "-shm"):
            _private_file(path.with_name(path.name + suffix))
        reader = _connect(str(path))
        reader.execute("PRAGMA query_only = ON")
    except BaseException:
        conn.close()
        raise
    return Database(path=path, file=conn, reader=reader, notice=notice, full_text=full_text)


def _tune(conn: sqlite3.Connection) -> None:
    until = time.monotonic() + BUSY_S
    while True:
        try:
            # changing the journal does not wait for other processes by itself
            conn.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as error:
            if code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)
    conn.execute("PRAGMA synchronous = NORMAL")
    conn.execute("PRAGMA secure_delete = ON")


def _refuse_damaged(conn: sqlite3.Connection, path: Path) -> None:
    size = path.stat().st_size
    pages, page = (conn.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    log = path.with_name(path.name + "-wal")
    short = pages * page > size and not (log.exists() and log.stat().st_size)
    if not short and size <= CHECKED_UP_TO:
        short = conn.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok"
    if short:
        error = sqlite3.DatabaseError("the file is damaged")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def _make_private(path: Path) -> None:
    """Creates the file and the directories that are missing, for this user only whatever the umask says."""
    missing = [folder for folder in path.parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
    if not path.exists():
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        _private_file(path)


def _private_file(path: Path) -> None:
    if os.name == "posix" and path.exists() and path.stat().st_mode & 0o777 != 0o600:
        path.chmod(0o600)


def _move_aside(path: Path, at: float) -> Path:
    # local time: people look for it by the clock on their wall
    stamp = datetime.fromtimestamp(at).astimezone().strftime("%Y%m%d-%H%M%S")
    aside, n = path.with_name(f"{path.name}.corrupt-{stamp}"), 1
    while aside.exists():
        n += 1
        aside = path.with_name(f"{path.name}.corrupt-{stamp}-{n}")
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + suffix))
    return aside

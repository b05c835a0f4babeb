"""The file under the store: opened, checked, kept private; memory where there is no file to be had."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from hybridchat.sessions import files, schema
from hybridchat.sessions.rescue import rescue

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

T = TypeVar("T")


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
    damaged: bool = False
    """The file was found damaged while in use: it is not written again, and put aside at the next start."""
    before_read: Callable[[], object] = lambda: None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` reads, from any thread. It must fetch all its rows: an open cursor holds the log back."""
        self.before_read()
        with self.lock:
            try:
                return work(self._readable())
            except sqlite3.DatabaseError as error:
                if code(error) not in DAMAGED or self.memory is not None:
                    raise
                self.fall_back(error)
                return work(self._readable())

    def _readable(self) -> sqlite3.Connection:
        conn = self.memory or self.reader
        if conn is None:
            raise RuntimeError("the store is closed")
        return conn

    def fall_back(self, error: sqlite3.Error) -> None:
        """Goes on in memory, with a copy of what the file holds, because it cannot be written or read now."""
        with self.lock:
            assert self.reader is not None
            memory = _connect(":memory:")
            self.damaged = code(error) in DAMAGED
            try:
                if not self.damaged:
                    self.reader.backup(memory)
            except sqlite3.Error:
                self.damaged = True
            if self.damaged:
                schema.migrate(memory)
                rescue(self.reader, memory)
                self.full_text = schema.make_index(memory)
                files.doubt(self.path)
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
    log = files.beside(path, "-wal")
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
    files.make_private(path)
    for _ in range(2):
        try:
            return _checked(path, notice)
        except sqlite3.Error as error:
            if code(error) not in DAMAGED:
                raise
        aside = files.move_aside(path, clock())
        files.make_private(path)
        rescued = _rescue_file(aside, path)
        taken = f"{rescued} conversations could be read and were taken over" if rescued else "a new one was begun"
        notice = f"{path} is damaged. It is kept as {aside.name}; {taken}."
    return _checked(path, notice)


def _rescue_file(aside: Path, path: Path) -> int:
    """Takes over what can be read of a damaged file, from a copy: reading it with its log would change it."""
    copy = files.beside(aside, "-copy")
    try:
        for end in ("", "-wal"):
            if files.beside(aside, end).exists():
                files.beside(copy, end).touch(mode=0o600)
                shutil.copyfile(files.beside(aside, end), files.beside(copy, end))
        with contextlib.closing(_connect(str(copy))) as source, contextlib.closing(_connect(str(path))) as target:
            _tune(target)
            schema.migrate(target)
            return rescue(source, target)
    except (OSError, sqlite3.Error):
        return 0
    finally:
        for end in ("", "-wal", "-shm"):
            files.beside(copy, end).unlink(missing_ok=True)


def _checked(path: Path, notice: str | None) -> Database:
    conn = _connect(str(path))
    try:
        schema.refuse_strangers(conn)
        _refuse_damaged(conn, path)
        _tune(conn)
        schema.migrate(conn)
        full_text = schema.make_index(conn)
        for suffix in ("", "-wal", "-shm"):
            files.make_file_private(files.beside(path, suffix))
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
    log = files.beside(path, "-wal")
    short = pages * page > size and not (log.exists() and log.stat().st_size)
    doubt = files.beside(path, files.DOUBT)
    if not short and (size <= CHECKED_UP_TO or doubt.exists()):
        short = conn.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok"
    if short:
        error = sqlite3.DatabaseError("the file is damaged")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error
    with contextlib.suppress(OSError):
        doubt.unlink(missing_ok=True)

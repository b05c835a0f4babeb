"""The one thread that writes.

Jobs are enqueued synchronously and run in the order they came, so a cancelled caller loses nothing. All that waits is committed
in one transaction. When the disk refuses, the thread goes on in memory, keeps the jobs, and runs them on the file again once that
works.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Generic, TypeVar

from hybridchat.sessions.database import TROUBLE, Database, code
from hybridchat.value import value

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], T]
"""A write. It may run twice, on two connections: every id and time it uses is fixed before it is enqueued."""

FLUSH_S = 0.2
"""Seconds that text and other patient jobs may wait for company; with the commit it stays below 250 ms."""
BEAT_S = 5.0
READ_WAITS_S = 1.0
"""Seconds that a read waits for this process's earlier writes; after that it shows what is committed."""
HEAL_S = 5.0
"""Seconds between tries to return from memory to the file."""


@dataclass(slots=True)
class Item(Generic[T]):
    job: Job[T]
    durable: bool = False
    awaited: bool = True
    alone: bool = False
    """Runs outside of a transaction, and only on the file: emptying the log and vacuuming cannot be part of one."""
    future: Future[T] = field(default_factory=Future)


@dataclass(slots=True)
class Text:
    """A job that gathers what an attempt said since the last commit."""

    attempt_id: str
    created: float
    text: list[str] = field(default_factory=list)
    thinking: list[str] = field(default_factory=list)

    def __call__(self, conn: sqlite3.Connection) -> None:
        conn.execute(
            "INSERT INTO pieces(attempt_id, text, thinking, created) VALUES (?, ?, ?, ?)",
            (self.attempt_id, storable("".join(self.text)), storable("".join(self.thinking)), self.created),
        )


@value
class _Done:
    value: Any = None
    error: BaseException | None = None


class Writer:
    """Owns the writing connection of `database`. `beat` runs every 5 s while `beating()` is true."""

    def __init__(self, database: Database, *, beat: Job[None], beating: Callable[[], bool]) -> None:
        self._database = database
        self._beat = beat
        self._beating = beating
        self._wake = threading.Condition()
        self._queue: list[Item[Any]] = []
        self._texts: dict[str, Text] = {}
        self._due: float | None = None
        self._next_beat = time.monotonic() + BEAT_S
        self._busy = False
        self._closing = False
        self._backlog: list[Item[Any]] = []
        self._next_heal = 0.0
        self._synced: tuple[sqlite3.Connection, bool] | None = None
        self._thread = threading.Thread(target=self._run, name="hybridchat-store", daemon=True)
        self._thread.start()
        database.before_read = lambda: self.flush(READ_WAITS_S)

    def put(self, job: Job[T], *, urgent: bool = True, durable: bool = False, awaited: bool = False) -> Future[T]:
        """Enqueues a write and returns at once. The future holds the job's result once committed, or what the job raised.

        `durable`: survives a loss of power, not only of the process. `awaited` says that the caller looks at the future; the
        failure of any other job is told in `Database.problem`. Raises `RuntimeError` after `close`.
        """
        item: Item[T] = Item(job, durable=durable, awaited=awaited)
        # a running future cannot be cancelled: neither can a write, whatever happens to the task that asked for it
        item.future.set_running_or_notify_cancel()
        with self._wake:
            self._append(item, urgent=urgent)
        return item.future

    def alone(self, job: Job[T]) -> Future[T | None]:
        """Has `job` run by itself after everything enqueued so far, outside of a transaction; the writes after it wait.

        The future holds `None` where there is no file to run it on (memory, or a disk that refuses), or what the job raised.
        """
        item: Item[T | None] = Item(job, alone=True)
        item.future.set_running_or_notify_cancel()
        with self._wake:
            self._append(item, urgent=True)
        return item.future

    def say(self, attempt_id: str, text: str, thinking: str, at: float) -> None:
        """Adds to an attempt's text; committed within 250 ms."""
        with self._wake:
            words = self._texts.get(attempt_id)
            if words is None:
                words = self._texts[attempt_id] = Text(attempt_id, at)
                self._append(Item(words, awaited=False), urgent=False)
            if text:
                words.text.append(text)
            if thinking:
                words.thinking.append(thinking)

    def flush(self, timeout: float | None = None) -> bool:
        """Waits until everything enqueued so far is committed; `False` when that took longer than `timeout` seconds."""
        with self._wake:
            if (not self._queue and not self._busy) or threading.current_thread() is self._thread:
                return True
        with contextlib.suppress(TimeoutError):
            self.put(lambda _: None, awaited=True).result(timeout)
            return True
        return False

    def close(self, last: Job[None]) -> None:
        """Commits what waits, then `last`, and ends the thread. Closing twice does nothing."""
        with self._wake:
            if not self._closing:
                self._append(Item(last, awaited=False), urgent=True)
                self._closing = True
                self._wake.notify()
        self._thread.join()

    def _append(self, item: Item[Any], *, urgent: bool) -> None:
        if self._closing:
            raise RuntimeError("the store is closed")
        self._queue.append(item)
        now = time.monotonic()
        due = now if urgent else now + FLUSH_S
        if self._due is None or due < self._due:
            self._due = due
            self._wake.notify()

    def _run(self) -> None:
        while True:
            batch = self._next()
            for alone, items in groupby(batch, lambda item: item.alone):
                if alone:
                    self._run_alone(items)
                else:
                    self._commit(list(items))
            self._heal(force=self._closing)
            with self._wake:
                self._busy = False
                if self._closing and not self._queue:
                    return

    def _next(self) -> list[Item[Any]]:
        with self._wake:
            while not self._closing:
                now = time.monotonic()
                if self._beating() and now >= self._next_beat:
                    self._next_beat = now + BEAT_S
                    self._queue.append(Item(self._beat, awaited=False))
                    break
                if (self._due is not None and now >= self._due) or (self._backlog and now >= self._next_heal):
                    break
                waits = [self._due] if self._due is not None else []
                waits += [self._next_beat] if self._beating() else []
                waits += [self._next_heal] if self._backlog else []
                self._wake.wait(min(waits) - now if waits else None)
            batch, self._queue = self._queue, []
            self._texts.clear()
            self._due = None
            self._busy = True
            return batch

    def _run_alone(self, items: Iterable[Item[Any]]) -> None:
        database = self._database
        for item in items:
            try:
                file = database.file if database.memory is None else None
                item.future.set_result(item.job(file) if file is not None else None)
            except Exception as error:  # noqa: BLE001 - handed to whoever waits; the writer goes on
                item.future.set_exception(error)

    def _commit(self, batch: Sequence[Item[Any]]) -> None:
        database = self._database
        done: list[_Done] = []
        try:
            if database.memory is None and database.file is not None:
                try:
                    done = self._transaction(database.file, batch)
                except sqlite3.Error as error:
                    database.fall_back(error)
                    self._next_heal = time.monotonic() + HEAL_S
            if database.memory is not None:
                # a damaged file is never written again; any other may recover
                if database.file is not None and not database.damaged:
                    self._backlog.extend(batch)
                with database.lock:
                    done = self._transaction(database.memory, batch)
        except BaseException as error:  # noqa: BLE001 - whoever waits on this thread must hear of it, whatever it is
            done = [_Done(error=error)] * len(batch)
        for item, result in zip(batch, done, strict=True):
            self._resolve(item, result)

    def _resolve(self, item: Item[Any], result: _Done) -> None:
        if result.error is None:
            item.future.set_result(result.value)
            return
        if not item.awaited:
            self._database.problem = f"Part of a conversation could not be saved: {result.error}."
        item.future.set_exception(result.error)

    def _transaction(self, conn: sqlite3.Connection, batch: Sequence[Item[Any]]) -> list[_Done]:
        """Runs the jobs in one transaction; one that raises is undone alone. Raises `sqlite3.Error` when the disk is at fault."""
        full = any(item.durable for item in batch)
        if self._synced != (conn, full):
            # can only be changed between transactions; 2 waits for the disk at each commit, 1 only at checkpoints
            conn.execute(f"PRAGMA synchronous = {2 if full else 1}")
            self._synced = (conn, full)
        conn.execute("BEGIN IMMEDIATE")
        try:
            done = [self._step(conn, item) for item in batch]
            conn.execute("COMMIT")
        except BaseException:
            if conn.in_transaction:
                conn.execute("ROLLBACK")
            raise
        return done

    @staticmethod
    def _step(conn: sqlite3.Connection, item: Item[Any]) -> _Done:
        conn.execute("SAVEPOINT job")
        try:
            value = item.job(conn)
        except Exception as error:
            # handed to whoever waits for this job; the others must not suffer
            if code(error) in TROUBLE or not conn.in_transaction:
                raise
            conn.execute("ROLLBACK TO job")
            conn.execute("RELEASE job")
            return _Done(error=error)
        conn.execute("RELEASE job")
        return _Done(value)

    def _heal(self, *, force: bool) -> None:
        if not self._backlog or (not force and time.monotonic() < self._next_heal):
            return
        assert self._database.file is not None
        try:
            self._transaction(self._database.file, self._backlog)
        except sqlite3.Error:
            self._next_heal = time.monotonic() + HEAL_S
            return
        self._backlog.clear()
        self._database.return_to_file()


def storable(text: str) -> str:
    """The text as SQLite can hold it: lone surrogates, which are no characters, become U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text

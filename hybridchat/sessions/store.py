"""The store: one front over the small things that keep conversations.

Store ── Shelf     sessions
      ── Turns     questions, attempts, branches
      ── Notes     decisions, snapshot, speeds, consents
      ── ledger    what left this machine, placeholders
      ── spend     money
      ── search    full text
      ── listing   the list of conversations, with what was found in each
      ── past      what was done before, without any text
      ── summaries what stands for the beginning of a long branch
      ── intake    whole conversations from elsewhere
      ── purge     erasing, for good
             └──── all write through one Writer, all read from one Database
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from hybridchat.sessions import owners, recovery, search
from hybridchat.sessions.asked import Asked
from hybridchat.sessions.branch import Branch
from hybridchat.sessions.database import Database, open_database
from hybridchat.sessions.intake import Intake
from hybridchat.sessions.ledger import Ledger
from hybridchat.sessions.listing import Listing
from hybridchat.sessions.notes import Notes
from hybridchat.sessions.owners import Owner
from hybridchat.sessions.ownwords import OwnWords
from hybridchat.sessions.past import Past
from hybridchat.sessions.purge import Purge
from hybridchat.sessions.recovery import Pulse
from hybridchat.sessions.search import Search
from hybridchat.sessions.shelf import Shelf
from hybridchat.sessions.spend import Spend
from hybridchat.sessions.summaries import Summaries
from hybridchat.sessions.turns import Turns
from hybridchat.sessions.writer import Writer


class Store:
    """Everything one process keeps. Open it with `Store.open`; any thread may use it; `close` it at the end.

    Writes are enqueued at once and survive the cancellation of whoever asked for them. A read sees every write this process made
    before it.
    """

    def __init__(self, database: Database, owner: Owner, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._pulse = Pulse(owner)
        self._writer = Writer(database, beat=self._beat, beating=lambda: self._pulse.beating)
        self.ledger = Ledger(database, self._writer, clock)
        self.spend = Spend(database, self._writer, self._pulse, clock)
        self.search = Search(database)
        self.past = Past(database)
        self.intake = Intake(database, self._writer, clock)
        self.purge = Purge(database, self._writer, clock)
        self.summaries = Summaries(database, self._writer, clock)
        shelf = Shelf(database, self._writer, clock)
        self.listing = Listing(database)
        self.new_session = shelf.new_session
        self.session = shelf.session
        self.sessions = shelf.sessions
        self.rename = shelf.rename
        self.set_session = shelf.set_session
        self.delete_session = shelf.delete_session
        self.restore_session = shelf.restore_session
        self.tag = shelf.tag
        self.tags = shelf.tags
        self.draft = shelf.draft
        self.read_draft = shelf.read_draft
        turns = Turns(database, self._writer, self._pulse, clock)
        self.ask = turns.ask
        self.begin = turns.begin
        self.say = turns.say
        self.end = turns.end
        self.end_turn = turns.end_turn
        self.claim = turns.claim
        self.edit_question = turns.edit_question
        self.turn = turns.turn
        self.path = turns.path
        self.siblings = turns.siblings
        self.pictures = turns.pictures
        self.files = turns.files
        self.leaf_under = turns.leaf_under
        self.branches = turns.branches
        self.asked = turns.asked
        asked = Asked(database)
        self.questions = asked.questions
        self.on_branch = asked.on_branch
        self.branch = Branch(database).branch
        self.queued = turns.queued
        notes = Notes(database, self._writer, clock)
        self.decided = notes.decided
        self.decision = notes.decision
        self.save_snapshot = notes.save_snapshot
        self.snapshot = notes.snapshot
        self.save_live = notes.save_live
        self.live = notes.live
        self.remember = notes.remember
        self.recall = notes.recall
        self.allow = notes.allow
        self.allowed = notes.allowed
        own = OwnWords(database, self._writer, clock)
        self.own_words = own.own_words
        self.keep_own_words = own.keep
        self.placeholders = self.ledger.placeholders
        self.wire_parts = self.ledger.wire_parts
        self.recovered: tuple[str, ...] = ()
        """Turns that opening the store found cut."""

    @classmethod
    def open(cls, path: Path | None, *, clock: Callable[[], float] = time.time, owner: Owner | None = None) -> Store:
        """Opens the database at `path`, making it and its folder if need be; `None` keeps everything in memory.

        Never raises for what is wrong with the file: then everything is kept in memory and `problem` says why. `clock` gives
        epoch seconds.
        """
        store = cls(open_database(path, clock), owner or owners.current(), clock)
        # programs that never close their store lose nothing either
        atexit.register(store.shut)
        store.recovered = tuple(store.recover())
        if store._database.full_text:
            store._catch_up()
        return store

    @property
    def location(self) -> Path | None:
        """The database's file, usable or not; `None` when memory was asked for."""
        return self._database.path

    @property
    def problem(self) -> str | None:
        """A sentence for the banner while something keeps conversations from being saved."""
        return self._database.problem

    @property
    def notice(self) -> str | None:
        """A sentence to tell once: a damaged file was set aside."""
        return self._database.notice

    @property
    def saved(self) -> bool:
        """Whether what is written goes to the disk."""
        return self._database.file is not None and self._database.memory is None

    @property
    def busy(self) -> bool:
        """Whether this process has a turn under way."""
        return self._pulse.beating

    def recover(self) -> list[str]:
        """Marks open turns of dead processes as cut, text kept, and returns their ids; those of living ones are left alone."""
        if not self._database.read(recovery.anything_open):
            return []
        now, me, full_text = self._clock(), self._pulse.owner.id, self._database.full_text
        return self._writer.put(lambda conn: recovery.recover(conn, me, now, full_text=full_text), awaited=True).result()

    def flush(self, timeout: float | None = None) -> bool:
        """Waits until everything written so far is committed; `False` when that took longer than `timeout` seconds."""
        return self._writer.flush(timeout)

    async def close(self) -> None:
        """Commits what waits and closes the files; what this store still had open is marked cut. Closing twice does nothing."""
        await asyncio.to_thread(self.shut)

    def shut(self) -> None:
        """`close` for callers without an event loop."""
        atexit.unregister(self.shut)
        now = self._clock()

        def last(conn: sqlite3.Connection) -> None:
            recovery.close_owner(conn, self._pulse.owner.id, now, full_text=self._database.full_text)

        self._writer.close(last)
        self._database.close()

    def _beat(self, conn: sqlite3.Connection) -> None:
        self._pulse.hold(conn, self._clock())

    def _catch_up(self) -> None:
        behind = self._database.read(
            lambda conn: conn.execute(
                "SELECT 1 FROM turns WHERE indexed = 0 UNION ALL SELECT 1 FROM attempts WHERE indexed = 0 AND ending IS NOT NULL"
                " AND text <> '' LIMIT 1"
            ).fetchone()
        )
        if behind:
            self._writer.put(search.catch_up, urgent=False).add_done_callback(self._catch_up_further)

    def _catch_up_further(self, done: Future[int]) -> None:
        # closing in between is fine: the next start goes on from here
        with contextlib.suppress(RuntimeError):
            if done.exception() is None and done.result():
                self._catch_up()

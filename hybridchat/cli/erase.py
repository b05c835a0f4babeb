"""`hybridchat sessions purge`, `undo` and `placeholders`: erasing from the file, and looking at what was hidden."""

from __future__ import annotations

import asyncio
import re
import sys

from hybridchat.cli import edge
from hybridchat.cli.edge import Exit, say
from hybridchat.cli.lists import columns, open_store
from hybridchat.cli.tidying import tidy
from hybridchat.conversation import Session
from hybridchat.privacy.tokens import LITERAL
from hybridchat.render import words
from hybridchat.render.text import neutralise, one_line
from hybridchat.sessions.store import Store

DAYS = re.compile(r"([1-9][0-9]{0,4})d?")


def purge(which: str | None, *, older_than: str | None, every: bool, now: bool) -> int:
    """Marks conversations and erases what is due. Raises `Exit`."""
    if (which is not None) + (older_than is not None) + every > 1:
        raise Exit(edge.USAGE, "Say one of: an ID, --older-than 30d, --all.")
    store = open_store()
    try:
        ids = _chosen(store, which, older_than, every=every)
        if not ids and not store.purge.waiting() and not store.purge.due:
            say("There is nothing to purge.")
            return edge.OK
        if ids or now:
            # with --now what waits already goes too
            gone = ids + [one.session.id for one in store.purge.waiting()] if now else ids
            store.purge.mark(gone, after=0) if now else store.purge.mark(gone)
        erased = tidy(store)
        _tell(store, len(ids), erased, now=now)
    finally:
        asyncio.run(store.close())
    return edge.OK


def _chosen(store: Store, which: str | None, older_than: str | None, *, every: bool) -> list[str]:
    if every:
        return store.purge.every()
    if older_than is not None:
        days = DAYS.fullmatch(older_than.strip())
        if days is None:
            raise Exit(edge.USAGE, f"--older-than wants days, as in 30d, not {older_than!r}.")
        return store.purge.older(int(days[1]))
    return [_one(store, which).id] if which is not None else []


def _one(store: Store, which: str) -> Session:
    found = store.purge.find(which)
    if not found:
        raise Exit(edge.USAGE, f"There is no conversation {which}. `hybridchat sessions` lists them.")
    if len(found) > 1:
        told = ", ".join(f"{s.id[: len(which) + 4]} ({one_line(s.title or 'untitled', 30)})" for s in found[:5])
        raise Exit(edge.USAGE, f"Several conversations begin with {which}: {told}. Give more letters.")
    return found[0]


def _tell(store: Store, marked: int, erased: int, *, now: bool) -> None:
    if erased:
        say(f"Erased for good: {words.plural(erased, 'conversation')}. The ledger still says that something left, and its cost.")
    if marked and not now:
        say(
            f"{words.plural(marked, 'conversation')} will be erased in 10 minutes, by whichever hybridchat runs then. "
            "`hybridchat sessions undo` brings back; `hybridchat sessions purge --now` does not wait."
        )
    elif waiting := len(store.purge.waiting()):
        say(f"{words.plural(waiting, 'conversation')} still to be erased; `hybridchat sessions undo` brings back.")
    if store.purge.due:
        say("The file is not clean yet: another hybridchat holds it, or an answer is running. The next one goes on.")
    for aside in sorted(store.location.parent.glob(f"{store.location.name}.corrupt-*")) if store.location and erased else ():
        say(f"A damaged copy of an earlier time is left as it is, and may hold the same words: {aside}")


def undo() -> int:
    store = open_store()
    try:
        back = store.purge.unmark()
    finally:
        asyncio.run(store.close())
    for session in back:
        say(f"Back: {session.id[:8]} {one_line(session.title or 'untitled', 60)}")
    if not back:
        say("Nothing waits to be erased.")
    return edge.OK


def placeholders(which: str, forget: list[str], *, forget_all: bool) -> int:
    """Lists what stood for what in a conversation, or erases it. Raises `Exit`."""
    store = open_store()
    try:
        session = _one(store, which)
        if forget or forget_all:
            return _forget(store, session, forget)
        rows = [r for r in store.placeholders(session.id) if r.kind != LITERAL]
        sys.stdout.write(columns([(r.placeholder, neutralise(one_line(r.original, 200)) or "(erased)") for r in rows]))
        if not rows:
            say("Nothing was hidden in this conversation.")
    finally:
        asyncio.run(store.close())
    return edge.OK


def _forget(store: Store, session: Session, named: list[str]) -> int:
    known = {row.placeholder for row in store.placeholders(session.id)}
    if missing := [one for one in named if one not in known]:
        raise Exit(edge.USAGE, f"Not a placeholder of this conversation: {', '.join(missing)}")
    gone = store.purge.forget_placeholders(session.id, named)
    tidy(store)
    say(f"{words.plural(gone, 'value')} erased. The conversation itself still holds what was typed in it.")
    return edge.OK

"""Conversations in and out of the database: export, import, merge."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from hybridchat.assemble import database
from hybridchat.cli import edge, sentences
from hybridchat.cli.edge import Exit, say
from hybridchat.cli.lists import open_store
from hybridchat.conversation import Session
from hybridchat.render import words
from hybridchat.render.text import one_line
from hybridchat.sessions.export import as_json as whole
from hybridchat.sessions.export import markdown
from hybridchat.sessions.imports import Unreadable
from hybridchat.sessions.moves import import_from, merge_of
from hybridchat.sessions.store import Store


def export(said: str, out: Path | None, *, as_json: bool) -> int:
    """Raises `Exit`."""
    store = open_store()
    try:
        session = session_of(store, said)
        text = whole(session, store.intake.tree(session.id)) if as_json else markdown(session, store.path(session.id))
        if out is None:
            edge.out(text)
        else:
            out.write_text(text, "utf-8")
    except OSError as error:
        raise Exit(edge.USAGE, f"{out} cannot be written: {error.strerror}.") from None
    finally:
        asyncio.run(store.close())
    return edge.OK


def take_in(file: Path) -> int:
    """Raises `Exit`."""
    path = database(os.environ)
    store = Store.open(path)
    for told in (store.notice, store.problem):
        say(told or "")
    try:
        made = import_from(store, file)
    except Unreadable as error:
        raise Exit(edge.USAGE, f"{error}. Nothing was imported.") from None
    except OSError as error:
        raise Exit(edge.USAGE, f"{file} cannot be read: {error.strerror}.") from None
    finally:
        asyncio.run(store.close())
    _told("Imported", made)
    return edge.OK


def merge(first: str, second: str) -> int:
    """Raises `Exit`."""
    store = open_store()
    try:
        made = merge_of(store, session_of(store, first), session_of(store, second))
    except ValueError as error:
        raise Exit(edge.USAGE, sentences.started(str(error))) from None
    finally:
        asyncio.run(store.close())
    _told("Merged", made)
    return edge.OK


def _told(what: str, made: Session) -> None:
    sys.stdout.write(f"{what}: {made.id[:8]}  {words.plural(made.turns, 'turn')}  {one_line(made.title or 'untitled', 60)}\n")


def session_of(store: Store, said: str) -> Session:
    """The conversation that an id or its beginning names. Raises `Exit`."""
    try:
        found = store.session(said)
    except LookupError as error:
        raise Exit(edge.USAGE, sentences.started(str(error))) from None
    if found is None:
        raise Exit(edge.USAGE, f"There is no conversation {said}. `hybridchat sessions` lists them.")
    return found

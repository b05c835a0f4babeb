"""Saved conversations on stdout: listed, found, named, tagged, held on top, archived."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from datetime import datetime

from hybridchat.cli import edge
from hybridchat.cli.edge import Exit, say
from hybridchat.cli.lists import EVERY, columns, open_store
from hybridchat.cli.moves import session_of
from hybridchat.conversation import Session
from hybridchat.render import words
from hybridchat.render.text import one_line
from hybridchat.sessions.listing import Listed
from hybridchat.sessions.store import Store
from hybridchat.sessions.tags import names, wanted


def sessions(query: str, *, tags: Sequence[str] = (), archived: bool = False) -> int:
    """One line for each conversation, or with words one for each place that holds them. Raises `Exit`."""
    store = open_store()
    said = wanted(" ".join([query, *(f"#{tag.lstrip('#')}" for tag in tags)]))
    try:
        found = store.listing.find(said, kind=None, archived=archived, limit=EVERY, most=EVERY)
        rows: list[tuple[str, ...]]
        if said.words:
            among = {one.session.id for one in found}
            hits = [h for h in store.search.find(said.words, limit=EVERY) if h.session_id in among]
            rows = [(h.session_id[:8], _when(h.at), one_line(h.title, 30), one_line(h.snippet, 90)) for h in hits]
            placed = {h.session_id for h in hits}
            rows += [
                (s.id[:8], _when(s.updated), one_line(s.title, 30), "") for s in (o.session for o in found) if s.id not in placed
            ]
        else:
            origins = store.intake.origins()
            rows = [_row(one, origins.get(one.session.id, "")) for one in found]
    finally:
        asyncio.run(store.close())
    sys.stdout.write(columns(rows))
    if not rows:
        asked = " ".join([query, *(f"#{tag}" for tag in said.tags)]).strip()
        say(f"No saved conversation holds: {asked}" if asked else "No conversation is saved yet.")
    return edge.OK


def _row(one: Listed, origin: str) -> tuple[str, ...]:
    session = one.session
    model = one_line(words.short(one.model_id), 20) if one.model_id else ""
    signs = " ".join(filter(None, ("top" if session.on_top else "", "archived" if session.archived else "", _signs(session))))
    title = f"{one_line(session.title, 60)}  ({one_line(origin, 60)})" if origin else one_line(session.title, 60)
    kind = "" if session.kind == "chat" else session.kind
    return session.id[:8], _when(session.updated), words.plural(session.turns, "turn"), kind, model, title, signs


def _signs(session: Session) -> str:
    return " ".join(f"#{tag}" for tag in session.tags)


def _when(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")


def tag(said: str, tags: Sequence[str]) -> int:
    """Puts tags on, or takes them off where they are. Raises `Exit`."""
    found = names(" ".join(tags))
    if not found:
        raise Exit(edge.USAGE, "A tag is a word of letters and digits, as in: work trip-2026.")
    return _changed(said, lambda store, session: store.tag(session.id, found), lambda s: _signs(s) or "no tag")


def rename(said: str, title: str) -> int:
    """Raises `Exit`."""
    if not title.strip():
        raise Exit(edge.USAGE, "A title has at least one letter.")
    return _changed(said, lambda store, session: store.rename(session.id, one_line(title)), lambda _: "renamed")


def top(said: str) -> int:
    """Raises `Exit`."""
    return _changed(
        said,
        lambda store, session: store.set_session(session.id, on_top=not session.on_top),
        lambda s: "at the top of the list" if s.on_top else "where its date puts it",
    )


def archive(said: str) -> int:
    """Raises `Exit`."""
    return _changed(
        said,
        lambda store, session: store.set_session(session.id, archived=not session.archived),
        lambda s: "archived" if s.archived else "in the list again",
    )


def _changed(said: str, change: Callable[[Store, Session], None], told: Callable[[Session], str]) -> int:
    store = open_store()
    try:
        session = session_of(store, said)
        change(store, session)
        now = store.session(session.id) or session
    finally:
        asyncio.run(store.close())
    sys.stdout.write(f"{now.id[:8]}  {one_line(now.title or 'untitled', 60)}: {told(now)}\n")
    return edge.OK

"""Plain mode's commands that open, name, leave and delete conversations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from hybridchat.conversation import Session
from hybridchat.render import words
from hybridchat.render.text import one_line
from hybridchat.render.words import tags
from hybridchat.sessions.listing import Listed, Pages
from hybridchat.sessions.tags import names, wanted

if TYPE_CHECKING:  # the conversation calls these and hands itself in; at run time nothing points back
    from hybridchat.cli.plain import Plain

PRIVATE = "Private: nothing leaves this machine, and nothing is saved. /new forgets it."
LATEST = 20
"""Conversations that are offered at once."""


def private(plain: Plain, _: str) -> None:
    if plain.chat.private:
        plain.say(PRIVATE)
    else:
        _apart(plain)


def _apart(plain: Plain) -> None:
    before, plain.chat = plain.chat, plain.stage.run(plain.home.go_private())
    plain.look_at(None)
    if before is not plain.home:
        plain.stage.run(before.forget())
    plain.say(PRIVATE)


def _out(plain: Plain, session: Session | None = None) -> None:
    """Forgets the private conversation; where the program was started so, the next one is private again."""
    if plain.home.private:
        _apart(plain)
        return
    gone, plain.chat = plain.chat, plain.home
    plain.look_at(session)
    plain.stage.run(gone.forget())
    plain.say("The private conversation is forgotten.")


def new(plain: Plain, _: str) -> None:
    if plain.chat.private:
        _out(plain)
        return
    before = plain.session
    plain.look_at(None)
    plain.say("A new conversation." + (" The old one stays in /sessions." if before.id else ""))


def sessions(plain: Plain, said: str) -> None:
    """Offers the latest conversations, or those that hold the words or have the tags."""
    found = plain.home.store.listing.pages(wanted(said))
    if not found.rows:
        plain.say("No conversation holds that." if said else "There is no saved conversation yet.")
        return
    if (one := _chosen(plain, said, found)) is None:
        return
    _go(plain, one.session)
    plain.show_path()
    if (hit := one.hit) is not None:
        plain.say(f"Found there: {one_line(hit.snippet)}")


def _chosen(plain: Plain, said: str, found: Pages) -> Listed | None:
    """Offers the conversations, as many at a time as are heard with patience; the last choice brings the next ones."""
    here, pages, seen = plain.session.id, 1, set[str]()
    title = "Conversations with these words, the latest first:" if said else "Conversations, the latest first:"
    while True:
        new = [one for one in found.rows if one.session.id not in seen]
        rows = new[:LATEST]
        more = ["more, older ones"] if found.more or len(new) > LATEST else []
        if not rows and not more:
            plain.say("There are no others.")
            return None
        chosen = plain.choose(title, [*(_told(one, here) for one in rows), *more])
        if chosen is None or chosen < len(rows):
            return rows[chosen] if chosen is not None else None
        seen |= {one.session.id for one in rows}
        if len(new) <= LATEST:
            pages += 1
            found = plain.home.store.listing.pages(wanted(said), pages=pages)
        title = "Older ones:"


def _told(one: Listed, here: str) -> str:
    """`Tides (3 turns, llama3.2, 2026-11-20 14:05, on top, this one) #work: …the words…`"""
    session = one.session
    about = [
        words.plural(session.turns, "turn"),
        words.short(one.model_id) if one.model_id else "",
        f"{datetime.fromtimestamp(session.updated).astimezone():%Y-%m-%d %H:%M}",
        "on top" if session.on_top else "",
        "this one" if session.id == here else "",
    ]
    told = f"{one_line(session.title or 'untitled', 60)} ({', '.join(filter(None, about))})"
    told += "".join(f" #{name}" for name in session.tags)
    return told if one.hit is None else f"{told}: {one_line(one.hit.snippet, 80)}"


def _go(plain: Plain, session: Session) -> None:
    if plain.chat is plain.home:
        plain.look_at(session)
    else:
        _out(plain, session)


def rename(plain: Plain, title: str) -> None:
    if not title:
        plain.say("Write: /rename TITLE")
    elif not plain.session.id:
        plain.say("There is nothing to name yet: ask something first.")
    else:
        plain.chat.store.rename(plain.session.id, title)
        plain.refresh()
        plain.say(f"This conversation is now called: {plain.session.title}")


def tag(plain: Plain, said: str) -> None:
    if not plain.session.id:
        plain.say("There is nothing to tag yet: ask something first.")
        return
    plain.chat.store.tag(plain.session.id, names(said))
    plain.refresh()
    plain.say(tags(plain.session.tags, tuple(plain.chat.store.tags())))


def top(plain: Plain, _: str) -> None:
    plain.refresh()
    held = plain.session.on_top
    if not plain.session.id:
        plain.say("There is nothing to hold yet: ask something first.")
        return
    plain.chat.store.set_session(plain.session.id, on_top=not held)
    plain.say("It stands where its date puts it again." if held else "It stands at the top of the list. /top lets it go.")


def archive(plain: Plain, _: str) -> None:
    plain.refresh()
    was = plain.session.archived
    if not plain.session.id:
        plain.say("There is nothing to archive yet: ask something first.")
        return
    plain.chat.store.set_session(plain.session.id, archived=not was)
    plain.say("It is in the list again." if was else "Archived: out of the list. /archive brings it back.")


def purge(plain: Plain, _: str) -> None:
    gone = plain.session
    if plain.chat.private or not gone.id:
        delete(plain, "")
        return
    plain.chat.store.purge.mark([gone.id])
    plain.deleted.append(gone.id)
    plain.look_at(None)
    plain.say(f"Erased in 10 minutes: {gone.title or 'untitled'}. /undo before that brings it back.")


def delete(plain: Plain, _: str) -> None:
    gone = plain.session
    if plain.chat.private:
        _out(plain)
        return
    if not gone.id:
        plain.say("There is nothing to delete yet.")
        return
    plain.chat.store.delete_session(gone.id)
    plain.deleted.append(gone.id)
    plain.look_at(None)
    plain.say(f"Deleted: {gone.title or 'untitled'}. /undo brings it back.")


def undo(plain: Plain, _: str) -> None:
    store = plain.home.store
    if plain.deleted:
        store.restore_session(plain.deleted[-1])
        back = [found] if (found := store.session(plain.deleted.pop())) is not None else []
    else:
        back = store.purge.unmark()
        if not back:
            plain.say("Nothing was deleted since the program started.")
            return
    if not back:
        plain.say("It is erased already.")
        return
    _go(plain, back[0])
    plain.say(f"Back: {', '.join(session.title or 'untitled' for session in back)}")
    plain.show_path()


SESSIONS: Mapping[str, Callable[[Plain, str], None]] = {
    "private": private, "new": new, "sessions": sessions, "rename": rename, "tag": tag,
    "top": top, "archive": archive, "purge": purge, "delete": delete, "undo": undo,
}  # fmt: skip

"""What the chat screen does with the list of conversations, and with the place of the open one in it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from hybridchat.render.words import tags
from hybridchat.sessions.tags import names, wanted
from hybridchat.tui.sessions import Chosen, Sessions

if TYPE_CHECKING:  # the screen runs these and hands itself in; at run time nothing points back
    from hybridchat.tui.screen import ChatScreen


async def open_list(screen: ChatScreen, said: str) -> None:
    """Shows the list, searched for `said`."""
    store, current = screen.home.chat.store, screen.current.session.id
    look = partial(store.listing.pages, wanted(said))
    # until it stands there: keys pressed meanwhile are its own
    found = await asyncio.to_thread(look)
    origins = await asyncio.to_thread(store.intake.origins)

    def chosen(one: Chosen | None) -> None:
        if one is not None:
            screen.run_worker(_go(screen, one), group="command")

    await screen.app.push_screen(Sessions(store, found, current, screen.now(), screen.deleted, origins, said), chosen)


async def _go(screen: ChatScreen, chosen: Chosen) -> None:
    from hybridchat.tui import private
    from hybridchat.tui.actions import ACTIONS

    if not chosen.session_id:
        await ACTIONS["new"](screen, "")
        return
    if screen.opened is not screen.home:
        await private.leave(screen, chosen.session_id)
        if screen.opened is not screen.home:
            return  # started private: there is no way to what is stored
    elif chosen.hit is None:
        await screen.open_session(chosen.session_id)
    if chosen.hit is not None:
        from hybridchat.tui import jump

        await jump.to(screen, chosen.hit)
    else:
        await screen.current.refresh()


async def tag(screen: ChatScreen, said: str) -> None:
    """Puts tags on the open conversation, or takes them off; without any says which there are."""
    store = screen.opened.chat.store
    if screen.current.blank:
        screen.say("There is nothing to tag yet: ask something first.")
        return
    if found := names(said):
        store.tag(screen.current.session.id, found)
        await screen.current.refresh()
    every = await asyncio.to_thread(store.tags)
    screen.say(tags(screen.current.session.tags, tuple(every)))


async def top(screen: ChatScreen) -> None:
    """Holds the open conversation at the top of the list, or lets it go."""
    if screen.current.blank:
        screen.say("There is nothing to hold yet: ask something first.")
        return
    await screen.current.refresh()
    held = screen.current.session.on_top
    screen.opened.chat.store.set_session(screen.current.session.id, on_top=not held)
    await screen.current.refresh()
    screen.say("It stands where its date puts it again." if held else "It stands at the top of the list. /top lets it go.")


async def archive(screen: ChatScreen) -> None:
    """Takes the open conversation out of the list, or brings it back."""
    if screen.current.blank:
        screen.say("There is nothing to archive yet: ask something first.")
        return
    await screen.current.refresh()
    was = screen.current.session.archived
    screen.opened.chat.store.set_session(screen.current.session.id, archived=not was)
    await screen.current.refresh()
    screen.say(
        "It is in the list again." if was else "Archived: out of the list, still found with x there. /archive brings it back."
    )

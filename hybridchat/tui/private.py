"""Into a private conversation and out of it: it has a chat of its own, over a store in memory that is closed at the end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hybridchat.tui.thread import Tone

if TYPE_CHECKING:  # the screen hands itself in; at run time nothing points back
    from hybridchat.tui.screen import ChatScreen

ENTERED = "Private: nothing leaves this machine, and nothing is saved. /new forgets it."
LEFT = "The private conversation is forgotten."


async def enter(screen: ChatScreen) -> None:
    """Begins a private conversation; what stands in the composer comes along and is kept nowhere."""
    before, text = screen.opened, screen.composer.kept
    private = await screen.home.chat.go_private()
    if not before.chat.private:
        screen.current.keep_draft("")
    await screen.move(replace(screen.home, chat=private, pin=None, hide=_needless))
    if before is not screen.home:
        await before.chat.forget()
    screen.composer.draft = text
    screen.say(ENTERED, Tone.LOCAL, "private")


def _needless(_: str) -> str:
    return "Nothing leaves a private conversation, so nothing has to be hidden; the word was not kept."


async def leave(screen: ChatScreen, session_id: str | None = None) -> None:
    """Forgets the private conversation and goes on with a stored one, or with a new one; also one that is private again,
    where the program was started so."""
    if screen.home.chat.private:
        screen.composer.draft = ""
        await enter(screen)
        return
    gone = screen.opened.chat
    await screen.move(screen.home, session_id)
    await gone.forget()
    screen.say(LEFT)

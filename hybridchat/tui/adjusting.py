"""What the commands do that change how this conversation, or the program, answers. Views are imported when they are wanted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from hybridchat.tui.thread import Tone

if TYPE_CHECKING:  # the screen runs these and hands itself in; at run time nothing points back
    from hybridchat.tui.screen import ChatScreen


async def set_(screen: ChatScreen, args: str) -> None:
    _change(screen, args, think=False)


async def think(screen: ChatScreen, args: str) -> None:
    _change(screen, args, think=True)


def _change(screen: ChatScreen, args: str, *, think: bool) -> None:
    try:
        told = screen.current.set(args, think=think)
    except ValueError as error:
        screen.say(str(error), Tone.WARN)
        return
    screen.show_top()
    screen.look_ahead()
    screen.say(told)


ADJUSTING: dict[str, Callable[[ChatScreen, str], Awaitable[None]]] = {"set": set_, "think": think}

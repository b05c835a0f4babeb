"""What the commands do that find, edit, branch and take along what was said. Views are imported when they are wanted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from hybridchat.render.words import UNTOLD, told_first

if TYPE_CHECKING:  # the screen runs these and hands itself in; at run time nothing points back
    from hybridchat.tui.screen import ChatScreen


async def find(screen: ChatScreen, args: str) -> None:
    from hybridchat.tui import finding

    await finding.find(screen, args)


async def edit(screen: ChatScreen, args: str) -> None:
    await screen.branches.edit(args)


async def fork(screen: ChatScreen, _: str) -> None:
    await screen.branches.fork()


async def branch(screen: ChatScreen, args: str) -> None:
    await screen.branches.go(args)


async def recall(screen: ChatScreen, args: str) -> None:
    from hybridchat.tui import recall as before

    await before.recall(screen, args)


async def editor(screen: ChatScreen, _: str) -> None:
    from hybridchat.tui import taking

    await taking.edit(screen)


async def export(screen: ChatScreen, args: str) -> None:
    from hybridchat.tui import taking

    await taking.export(screen, args)


async def copy(screen: ChatScreen, args: str) -> None:
    from hybridchat.tui import taking

    await taking.copy(screen, args)


async def mouse(screen: ChatScreen, args: str) -> None:
    from hybridchat.tui import mouse as pointer

    screen.say(pointer.turn(screen.app, args))


async def system(screen: ChatScreen, args: str) -> None:
    if args:
        screen.current.set_system("" if args == UNTOLD else args)
        screen.look_ahead()
    screen.say(told_first(screen.current.session.system))


READING: dict[str, Callable[[ChatScreen, str], Awaitable[None]]] = {
    "find": find, "edit": edit, "fork": fork, "branch": branch, "recall": recall,
    "editor": editor, "export": export, "copy": copy, "system": system, "mouse": mouse,
}  # fmt: skip

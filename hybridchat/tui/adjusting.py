"""What the commands do that change how this conversation, or the program, answers. Views are imported when they are wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from hybridchat.tui.thread import Tone

if TYPE_CHECKING:  # the screen runs these and hands itself in; at run time nothing points back
    from hybridchat.doctor import Item
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


async def settings(screen: ChatScreen, args: str) -> None:
    port = screen.opened.settings
    if port is None:
        screen.say("The demo keeps no settings.")
        return
    from hybridchat.config.errors import ConfigError  # imported here, like every view
    from hybridchat.configuring import UNSET, said
    from hybridchat.render.settings import refused

    key, text = said(args)
    try:
        if text:
            told = await asyncio.to_thread(port.set, key, None if text in UNSET else text)
            screen.say(f"{told.rstrip('.')}.")
            _followed(screen, key)
            return
        found = await asyncio.to_thread(port.all)
    except (ConfigError, OSError) as error:
        screen.say(refused(error), Tone.WARN)
        return
    from hybridchat.tui.settings import Settings

    screen.app.push_screen(Settings(port, found, partial(_followed, screen), at=key))


async def doctor(screen: ChatScreen, args: str) -> None:
    if screen.opened.examine is None:
        screen.say("The demo needs no doctor: hybridchat doctor looks at your own set-up.")
        return
    screen.notify("Looking …", timeout=2)
    # beside the screen: a server that keeps silent takes its time
    screen.run_worker(_examined(screen, screen.opened.examine("online" in args)), group="doctor", exclusive=True)


async def _examined(screen: ChatScreen, looking: Awaitable[Sequence[Item]]) -> None:
    from hybridchat.tui import doctor as findings

    found = await looking
    screen.app.push_screen(findings.page(found))


async def gauges(screen: ChatScreen, _: str) -> None:
    from hybridchat.render.meters import Limits, Meter, meters
    from hybridchat.tui.gauges import others
    from hybridchat.tui.meters import Gauges

    def see() -> Sequence[Meter]:
        limits, history = Limits(*screen.opened.chat.limits), screen.chrome.history
        also = others(screen.opened.chat.models())
        return tuple(meters(history.take(screen.opened.snapshot()), limits, history.values, also))

    screen.app.push_screen(Gauges(see, screen.chrome.history.bars))


async def terms(screen: ChatScreen, args: str) -> None:
    from hybridchat.render.terms import told
    from hybridchat.tui.words import Words

    words = screen.opened.chat.words
    try:
        if args:
            said = await asyncio.to_thread(told, words, args)
            screen.say(said)
            screen.look_ahead()
            return
        found = await asyncio.to_thread(words.all)
    except ValueError as error:
        screen.say(str(error), Tone.WARN)
        return

    def changed() -> None:
        screen.look_ahead()

    screen.app.push_screen(Words(words, found, changed))


def _followed(screen: ChatScreen, key: str) -> None:
    """A setting was changed: what is on the screen follows."""
    screen.current.reheld()
    screen.show_top()
    screen.look_ahead()
    if key == "theme":
        screen.run_worker(_worn(screen), group="theme")


async def _worn(screen: ChatScreen) -> None:
    port = screen.opened.settings
    found = await asyncio.to_thread(port.all) if port is not None else ()
    if theme := next((one.value for one in found if one.key == "theme"), ""):
        screen.post_message(screen.ThemeWanted(theme))


ADJUSTING: dict[str, Callable[[ChatScreen, str], Awaitable[None]]] = {
    "set": set_,
    "think": think,
    "settings": settings,
    "doctor": doctor,
    "terms": terms,
    "gauges": gauges,
}

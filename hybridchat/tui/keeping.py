"""`/model pull NAME`, `/model rm NAME` and `/model unload NAME`, for who would rather write than press keys in F2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridchat.providers.base import ProviderError
from hybridchat.stock import NotOursError, Stock, wanted
from hybridchat.tui import pulling
from hybridchat.tui.thread import Tone

if TYPE_CHECKING:  # the screen hands itself in; at run time nothing points back
    from hybridchat.tui.screen import ChatScreen


async def asked(screen: ChatScreen, args: str) -> bool:
    """Whether the argument of /model was about keeping models; does it then."""
    found = wanted(args)
    if found is None:
        return False
    what, name = found
    stock = screen.opened.stock
    if what == "pull":
        if said := pulling.of(screen).start(name or _suggested(stock)):
            screen.say(said, Tone.WARN)
    elif stock is None:
        screen.say("There is no Ollama whose models could be changed.", Tone.WARN)
    else:
        try:
            screen.say(await stock.change(what, name))
        except (ProviderError, NotOursError, LookupError) as error:
            screen.say(f"{str(error)[:1].upper()}{str(error)[1:]}", Tone.WARN)
        screen.look_ahead()
    return True


def _suggested(stock: Stock | None) -> str:
    found = stock.suggestion if stock is not None else None
    return found.name if found is not None else ""

"""`/model pull NAME`, `/model rm NAME` and `/model unload NAME`, for who would rather write than press keys in F2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridchat.providers.base import ProviderError
from hybridchat.render.words import short
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
        let_go(screen)
        screen.look_ahead()
    return True


def let_go(screen: ChatScreen) -> None:
    """Holds a conversation no longer to a model that was deleted."""
    held = screen.current.session.pin
    if held is not None and all(model.id != held for model in screen.opened.chat.models()):
        screen.current.set_pin(None)
        screen.show_top()
        screen.say(f"{short(held)} is gone, so it is held no longer: each message chooses.")


def _suggested(stock: Stock | None) -> str:
    found = stock.suggestion if stock is not None else None
    return found.name if found is not None else ""

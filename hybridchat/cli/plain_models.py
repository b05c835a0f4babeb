"""Plain mode's `/model`: the list, and `/model pull NAME`, `/model rm NAME`, `/model unload NAME`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from hybridchat.cli import sentences
from hybridchat.cli.models import follow, kept
from hybridchat.facts import Mode, Model
from hybridchat.providers.base import ProviderError
from hybridchat.render.models import UNKNOWN
from hybridchat.render.pulling import Meter
from hybridchat.stock import NotOursError, Stock, goes_out, locked, name_of, wanted
from hybridchat.welcome import asks_words

if TYPE_CHECKING:  # the conversation calls these and hands itself in; at run time nothing points back
    from hybridchat.cli.plain import Plain


def first_words(plain: Plain) -> None:
    """What else the first lines say: how to get a model where there is none, and, this once, how words are kept here."""
    if Stock(plain.chat.world).empty:
        plain.say("  /model pull gets it here.")
    if asks_words(plain.chat, demo=plain.demo):
        plain.say("Words that must never leave: /hide WORD, once for each. This is said only now.")


def choices(plain: Plain, models: Sequence[Model]) -> Iterator[str]:
    """A line for each model; for one on this machine with its size, and what it does now or whether it fits."""
    plain.stage.run(Stock(plain.chat.world).look())
    here = {name: f"{size}, {state}" for name, size, state in plain.on_loop(lambda: list(kept(plain.chat.world)))}
    if others := [f"{m.name} ({here.get(m.name, UNKNOWN)})" for m in plain.on_loop(lambda: plain.chat.world.embedders)]:
        plain.say(f"Kept too, and never asked: {'; '.join(others)}.")
    for one in models:
        more = f": {here[one.name]}" if one.on_device and one.name in here else ""
        yield sentences.model(one, pinned=plain.session.pin == one.id) + more


def asked(plain: Plain, args: str) -> bool:
    """Whether the argument of /model was about keeping models; does it then."""
    found = wanted(args)
    if found is None:
        return False
    what, name = found
    stock = Stock(plain.chat.world)
    try:
        if what == "pull":
            _pull(plain, stock, name)
        elif what == "unload" or _sure(plain, name):
            plain.say(plain.stage.run(stock.change(what, name)))
            _let_go(plain)
    except (NotOursError, ProviderError, LookupError) as error:
        plain.say(sentences.started(str(error)))
    return True


def _pull(plain: Plain, stock: Stock, typed: str) -> None:
    suggested = plain.on_loop(lambda: stock.suggestion) if not typed else None
    name = suggested.name if suggested is not None else name_of(typed)
    if plain.chat.lock:
        raise locked(name, plain.chat.lock)
    if plain.chat.mode(plain.session) is Mode.ONLY_LOCAL:
        asked = f"LOCAL ONLY is on, and {goes_out(name)}; nothing else of yours goes along."
        if plain.choose(asked, ["pull it", "do not"], "yn") != 0:
            return
    plain.say(f"Pulling {name}. Ctrl+C gives up.")
    plain.stage.run(follow(stock.pull(name), Meter(name), plain.tty.line))
    plain.say(plain.on_loop(lambda: stock.came(name)))


def _let_go(plain: Plain) -> None:
    """Holds the conversation no longer to a model that was deleted."""
    held = plain.session.pin
    if held is None or any(model.id == held for model in plain.chat.models()):
        return
    if plain.session.id:
        plain.on_loop(lambda: plain.chat.set_pin(plain.session.id, None))
    plain.session = replace(plain.session, pin=None)
    plain.say("It is held no longer: each message chooses.")


def _sure(plain: Plain, name: str) -> bool:
    """Asks once, before anything is deleted. Without a name the sentence that follows says what is missing."""
    if not name:
        return True
    model = plain.on_loop(lambda: plain.chat.world.kept(name))
    return plain.choose(f"Delete {model.name} from the disk?", ["delete it", "keep it"], "yn") == 0

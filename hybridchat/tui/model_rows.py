"""A model as one line of a list: its place, its ability, and its price or what is known of it here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from textual.content import Content

from hybridchat.facts import Device, Live, Locality, Model, Price, Snapshot, price_age
from hybridchat.fits import AS_OF, SOURCE, fit, fit_of, pullable
from hybridchat.render import models as told
from hybridchat.render.text import one_line
from hybridchat.render.words import NO_PRICE, PLACES, UNPRICED, size
from hybridchat.stock import NotOursError, Stock, name_of

_SIZE, _STATE = 10, 12
"""Cells for a size with the sign after it, and for the longest word on a model's state."""
_SHORT = 9
"""Cells for a state in few words: `running`, `too large`, `fits`."""
_FEW = {"fits the GPU": "fits", "fit unknown": told.UNKNOWN, told.EMBEDS: "no chat"}


def price(value: Price | None, now: float, *, demo: bool = False) -> str:
    """Dollars per million tokens, in and out, and whether that may be out of date; a demo has no prices."""
    if demo:
        return NO_PRICE
    if value is None:
        return UNPRICED
    old = price_age(value, now)
    return f"${value.input:g} in, ${value.output:g} out{old and ' · ' + old}"


def state(model: Model, live: Live | None, device: Device, *, chats: bool = True) -> str:
    """What is known of a model that runs near: running, fits, too large, or that it is unknown; first, that it cannot chat."""
    if not chats:
        return told.EMBEDS
    if live is not None and live.resident:
        return "running"
    return told.FITS[fit_of(model, device)] if model.on_device else told.UNKNOWN


def in_order(models: Iterable[Model]) -> list[Model]:
    """Those of this machine first, the ablest before the others."""
    return sorted(models, key=lambda m: (not m.on_device, m.locality, -m.tier, m.name))


def with_running(snapshot: Snapshot, stock: Stock | None) -> Snapshot:
    """With what else runs: gauges speak of the models that the router may choose, and others are in memory too."""
    running = dict.fromkeys(stock.running(), Live(resident=True)) if stock is not None else {}
    return replace(snapshot, live={**running, **snapshot.live})


def sized(model: Model) -> str:
    return size(model.size_bytes) or told.UNKNOWN


def of_name(typed: str, device: Device) -> str:
    """What is known of a model before it is pulled: its size, where that was read, and whether it fits."""
    try:
        known = pullable(name_of(typed))
    except NotOursError:
        known = None
    if known is None:
        return "Its size is known once the pull begins. Names are listed at ollama.com/library."
    return f"{size(known.size_bytes)} ({SOURCE}, {AS_OF}) · {told.FITS[fit(known.size_bytes, device)]}"


def row(
    model: Model, snapshot: Snapshot, *, wide: int, room: int, pinned: bool, demo: bool = False, chats: bool = True
) -> Content:
    """One line of at most `room` cells: sign, name, place, ability, then price or what is known of it here.

    Without room for them go size and price, then ability, then the end of the name. One that does not chat has no ability.
    """
    place = PLACES[model.locality]
    tone = "$muted" if not chats else "$local" if model.on_device else "$cloud"
    ability = "▪" * model.tier + " " * (5 - model.tier) if chats else " " * 5
    wide = min(wide, max(8, room - 20))
    left = room - wide - 20
    if model.locality is Locality.REMOTE:
        cost = price(model.price, snapshot.at, demo=demo)
        # the age of a price is the first to go
        tails = (f"{ability}{cost}", f"{ability}{cost.partition(' · price ')[0]}", ability.rstrip())
        tail = next((t for t in tails if len(t) <= left), "")
    else:
        tail = _known(model, state(model, snapshot.live.get(model.id), snapshot.device, chats=chats), ability, left)
    return Content.assemble(
        ("● " if pinned else "  ", tone),
        (f"{one_line(model.name, wide):<{wide}}  ", "$foreground" if chats else "$muted"),
        (f"{place:<16}", tone),
        (tail, "$muted"),
    )


def _known(model: Model, here: str, ability: str, left: int) -> str:
    """As much as every row of a list has room for, so that they stand below each other."""
    few = _FEW.get(here, here)
    for word in (here, few):
        if left >= len(ability) + _SIZE + max(_STATE, len(word)):
            return f"{ability}{sized(model):>{_SIZE - 3}} · {word}"
    if left >= len(ability) + max(_STATE, len(here)):
        return f"{ability}{here}"
    if left >= _SHORT:
        both = f"{few} {model.size_bytes / 1e9:.0f} GB" if model.size_bytes and model.size_bytes >= 1e9 else few
        return both if len(both) <= left else few
    return ability.rstrip() if left >= len(ability) else ""

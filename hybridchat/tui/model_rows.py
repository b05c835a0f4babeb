"""A model as one line of a list: its place, its ability, and its price or what is known of it here."""

from __future__ import annotations

from textual.content import Content

from hybridchat.facts import Device, Live, Locality, Model, Price, Snapshot, price_age
from hybridchat.fits import fit_of
from hybridchat.render import models as told
from hybridchat.render.text import one_line
from hybridchat.render.words import NO_PRICE, PLACES, size

_SIZE, _STATE = 10, 12
"""Cells for a size with the sign after it, and for the longest word on a model's state."""
_SHORT = 9
"""Cells for a state in few words: `running`, `too large`, `fits`."""
_FEW = {"fits the GPU": "fits", "fit unknown": "unknown"}


def price(value: Price | None, now: float, *, demo: bool = False) -> str:
    """Dollars per million tokens, in and out, and whether that may be out of date; a demo has no prices."""
    if demo:
        return NO_PRICE
    if value is None:
        return "unpriced"
    old = price_age(value, now)
    return f"${value.input:g} in, ${value.output:g} out{old and ' · ' + old}"


def state(model: Model, live: Live | None, device: Device) -> str:
    """What is known of a local model here and now: running, fits, too large, or that it is unknown; nothing for others."""
    if not model.on_device:
        return ""
    return "running" if live is not None and live.resident else told.FITS[fit_of(model, device)]


def row(model: Model, snapshot: Snapshot, *, wide: int, room: int, pinned: bool, demo: bool = False) -> Content:
    """One line of at most `room` cells: sign, name, place, ability, then price or what is known of it here.

    Without room for them go size and price, then ability, then the end of the name.
    """
    place = PLACES[model.locality]
    tone = "$local" if model.on_device else "$cloud"
    ability = "▪" * model.tier + " " * (5 - model.tier)
    wide = min(wide, max(8, room - 20))
    left = room - wide - 20
    if model.locality is Locality.REMOTE:
        cost = price(model.price, snapshot.at, demo=demo)
        # the age of a price is the first to go
        tails = (f"{ability}{cost}", f"{ability}{cost.partition(' · price ')[0]}", ability.rstrip())
        tail = next((t for t in tails if len(t) <= left), "")
    else:
        tail = _known(model, state(model, snapshot.live.get(model.id), snapshot.device), ability, left)
    return Content.assemble(
        ("● " if pinned else "  ", tone),
        (f"{one_line(model.name, wide):<{wide}}  ", "$foreground"),
        (f"{place:<16}", tone),
        (tail, "$muted"),
    )


def _known(model: Model, here: str, ability: str, left: int) -> str:
    """As much as every row of a list has room for, so that they stand below each other."""
    if left >= len(ability) + _SIZE + _STATE:
        return f"{ability}{size(model.size_bytes):>{_SIZE - 3}} · {here}" if here else f"{ability}{size(model.size_bytes)}"
    if left >= len(ability) + _STATE:
        return f"{ability}{here}"
    if here and left >= _SHORT:
        few = _FEW.get(here, here)
        sized = f"{few} {model.size_bytes / 1e9:.0f} GB" if model.size_bytes and model.size_bytes >= 1e9 else few
        return sized if len(sized) <= left else few
    return ability.rstrip() if left >= len(ability) else ""

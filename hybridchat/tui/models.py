"""F2: the models there are, and which one is held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from hybridchat.facts import Live, Locality, Model, Price, Snapshot, price_age
from hybridchat.render.text import one_line
from hybridchat.render.words import PLACES, size
from hybridchat.tui.sheet import Sheet, room

AUTO = ""
"""What the picker returns for "choose for each message"; closing it without a choice returns None."""


def price(value: Price | None, now: float, *, demo: bool = False) -> str:
    """Dollars per million tokens, in and out, and whether that may be out of date; a demo has no prices."""
    if demo:
        return "–"
    if value is None:
        return "unpriced"
    old = price_age(value, now)
    return f"${value.input:g} in, ${value.output:g} out{old and ' · ' + old}"


def state(model: Model, live: Live | None, memory_free: int | None) -> str:
    """What is known of a local model here and now: loaded, fits, too large; nothing for others."""
    if not model.on_device:
        return ""
    if live is not None and live.resident:
        return "loaded"
    if model.size_bytes is None or memory_free is None:
        return ""
    return "fits" if model.size_bytes <= memory_free else "too large"


def row(model: Model, snapshot: Snapshot, *, wide: int, room: int, pinned: bool, demo: bool = False) -> Content:
    """One line of at most `room` cells: sign, name, place, ability, then price or what is known of it here.

    Without room for them go size and price, then ability, then the end of the name.
    """
    place = PLACES[model.locality]
    tone = "$local" if model.on_device else "$cloud"
    device = snapshot.device
    free = max((f for f in (device.vram_free, device.memory_free) if f is not None), default=None)
    here = state(model, snapshot.live.get(model.id), free)
    remote = model.locality is Locality.REMOTE
    known = " · ".join(part for part in (size(model.size_bytes), here) if part)
    whole = price(model.price, snapshot.at, demo=demo) if remote else known
    ability = "▪" * model.tier + " " * (5 - model.tier)
    wide = min(wide, max(8, room - 20))
    left = room - wide - 20
    # the age of a price is the first to go
    tails = (f"{ability}{whole}", f"{ability}{whole.partition(' · price ')[0]}", f"{ability}{here}", ability.rstrip())
    tail = next((t for t in tails if len(t) <= left), "")
    return Content.assemble(
        ("● " if pinned else "  ", tone),
        (f"{one_line(model.name, wide):<{wide}}  ", "$foreground"),
        (f"{place:<16}", tone),
        (tail, "$muted"),
    )


class Models(Sheet[str]):
    """Returns the chosen model's id, `AUTO`, or `None` when left."""

    HEADING: ClassVar[str] = "Models"
    KEYS: ClassVar[str] = "enter hold · ● held · ▪ ability 1–4 · {close} close"

    def __init__(self, models: Sequence[Model], snapshot: Snapshot, pinned: str | None, *, demo: bool = False) -> None:
        super().__init__()
        self._models = sorted(models, key=lambda m: (not m.on_device, m.locality, -m.tier, m.name))
        self._snapshot = snapshot
        self._pinned = pinned
        self._demo = demo

    def inside(self) -> Iterable[Widget]:
        wide = max((len(m.name) for m in self._models), default=0)
        cells = room(self.app.size.width) - 1
        choose = Content.assemble(("  " if self._pinned else "● ", "$foreground"), "choose for each message")
        options = [Option(choose, id="auto")]
        options += [
            Option(row(m, self._snapshot, wide=wide, room=cells, pinned=m.id == self._pinned, demo=self._demo), id=f"m{n}")
            for n, m in enumerate(self._models)
        ]
        yield OptionList(*options)

    def on_mount(self) -> None:
        picker = self.query_one(OptionList)
        picker.focus()
        picker.highlighted = next((n + 1 for n, m in enumerate(self._models) if m.id == self._pinned), 0)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        chosen = event.option_index
        self.dismiss(AUTO if chosen == 0 else self._models[chosen - 1].id)

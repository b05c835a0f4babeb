"""F2: the models there are, and which one is held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from hybridchat.facts import Live, Locality, Model, Price, Snapshot
from hybridchat.render.words import PLACES, size
from hybridchat.tui.sheet import Sheet

AUTO = ""
"""What the picker returns for "choose for each message"; closing it without a choice returns None."""


def price(value: Price | None, *, demo: bool = False) -> str:
    """Dollars per million tokens, in and out; a demo has no prices."""
    if demo:
        return "–"
    return "unpriced" if value is None else f"${value.input:g} in, ${value.output:g} out"


def state(model: Model, live: Live | None, memory_free: int | None) -> str:
    """What is known of a local model here and now: loaded, fits, too large; nothing for others."""
    if not model.on_device:
        return ""
    if live is not None and live.resident:
        return "loaded"
    if model.size_bytes is None or memory_free is None:
        return ""
    return "fits" if model.size_bytes <= memory_free else "too large"


def row(model: Model, snapshot: Snapshot, *, wide: int, pinned: bool, demo: bool = False) -> Content:
    """One line: sign, name, place, ability, then price or what is known of it here."""
    place = PLACES[model.locality]
    tone = "$local" if model.on_device else "$cloud"
    device = snapshot.device
    free = max((f for f in (device.vram_free, device.memory_free) if f is not None), default=None)
    tail = (
        price(model.price, demo=demo)
        if model.locality is Locality.REMOTE
        else " · ".join(part for part in (size(model.size_bytes), state(model, snapshot.live.get(model.id), free)) if part)
    )
    return Content.assemble(
        ("● " if pinned else "  ", tone),
        (f"{model.name:<{wide}}  ", "$foreground"),
        (f"{place:<16}", tone),
        ("▪" * model.tier + " " * (5 - model.tier), "$muted"),
        (tail, "$muted"),
    )


class Models(Sheet[str]):
    """Returns the chosen model's id, `AUTO`, or `None` when left."""

    HEADING: ClassVar[str] = "Models"
    KEYS: ClassVar[str] = "enter hold · ● held now · ▪ ability, 1 to 4 · esc close"

    def __init__(self, models: Sequence[Model], snapshot: Snapshot, pinned: str | None, *, demo: bool = False) -> None:
        super().__init__()
        self._models = sorted(models, key=lambda m: (not m.on_device, m.locality, -m.tier, m.name))
        self._snapshot = snapshot
        self._pinned = pinned
        self._demo = demo

    def inside(self) -> Iterable[Widget]:
        wide = max((len(m.name) for m in self._models), default=0)
        choose = Content.assemble(("  " if self._pinned else "● ", "$foreground"), "choose for each message")
        options = [Option(choose, id="auto")]
        options += [
            Option(row(m, self._snapshot, wide=wide, pinned=m.id == self._pinned, demo=self._demo), id=f"m{n}")
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

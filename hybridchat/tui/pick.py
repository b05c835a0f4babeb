"""Marks the models that are to be compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from hybridchat.comparing import FEWEST, MOST
from hybridchat.facts import Model, Snapshot
from hybridchat.tui.keymap import bind, line
from hybridchat.tui.model_rows import row
from hybridchat.tui.sheet import Sheet, room
from hybridchat.tui.widgets import List


class Picker(Sheet[tuple[Model, ...]]):
    """Returns the models to compare, or `None` when left."""

    HEADING: ClassVar[str] = "Compare which models?"
    KEYS: ClassVar[str] = "{compare-mark} mark · {list-choose} go on · ▪ ability 1–4 · {close} close"
    BINDINGS: ClassVar[list[BindingType]] = [bind("compare-mark", "mark", priority=True)]

    def __init__(self, models: Sequence[Model], snapshot: Snapshot, marked: Sequence[str], *, demo: bool = False) -> None:
        super().__init__()
        self._models = sorted(models, key=lambda m: (not m.on_device, m.locality, -m.tier, m.name))
        self._marked = set(marked)
        self._snapshot, self._demo = snapshot, demo

    def inside(self) -> Iterable[Widget]:
        yield List(*(Option(self._row(model)) for model in self._models))

    def on_mount(self) -> None:
        picker = self.query_one(OptionList)
        picker.focus()
        picker.highlighted = 0

    def redraw(self) -> None:
        self.replace(map(self._row, self._models))

    def _row(self, model: Model) -> Content:
        wide = max((len(m.name) for m in self._models), default=0)
        cells = room(self.app.size.width) - 1
        return row(model, self._snapshot, wide=wide, room=cells, pinned=model.id in self._marked, demo=self._demo)

    def action_mark(self) -> None:
        picker = self.query_one(OptionList)
        if picker.highlighted is None:
            return
        model = self._models[picker.highlighted]
        if model.id in self._marked:
            self._marked.remove(model.id)
        elif len(self._marked) < MOST:
            self._marked.add(model.id)
        picker.replace_option_prompt_at_index(picker.highlighted, self._row(model))

    def on_option_list_option_selected(self) -> None:
        chosen = tuple(m for m in self._models if m.id in self._marked)
        if len(chosen) >= FEWEST:
            self.dismiss(chosen)
        else:
            self.notify(line(self.app, "Mark two models or more with {compare-mark}."), timeout=3)


def paired(models: Sequence[Model], snapshot: Snapshot, *, near: bool = False) -> list[str]:
    """Whom to mark at first: a loaded local model, else the ablest, and the first one of a cloud, else the first elsewhere.

    With `near` nothing leaves: two of this machine.
    """
    local = sorted((m for m in models if m.on_device), key=lambda m: (not _loaded(m, snapshot), -m.tier))
    if near:
        return [m.id for m in local[:2]]
    # a server on this machine that passes questions on may want an account there first
    away = sorted((m for m in models if not m.on_device), key=lambda m: m.endpoint == "ollama")
    return [m.id for m in (*local[:1], *away[:1])]


def _loaded(model: Model, snapshot: Snapshot) -> bool:
    live = snapshot.live.get(model.id)
    return live is not None and bool(live.resident)

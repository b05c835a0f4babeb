"""The gauges in full, brought up to date while they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from textwrap import wrap
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from hybridchat.render.meters import Meter
from hybridchat.tui.sheet import Sheet, room

LOOK = 2.0
"""Seconds between two looks; what did not change is not drawn again."""


class Gauges(Sheet[None]):
    """Every figure with its limits, samples and the rule it feeds."""

    HEADING: ClassVar[str] = "Gauges"
    KEYS: ClassVar[str] = "↑ ↓ move · {close} close"

    def __init__(self, see: Callable[[], Sequence[Meter]]) -> None:
        super().__init__()
        self._see = see
        self._shown: list[Content] = []

    def inside(self) -> Iterable[Widget]:
        yield OptionList()

    def on_mount(self) -> None:
        self._look()
        picker = self.query_one(OptionList)
        self.set_focus(picker)
        picker.highlighted = 0 if self._shown else None
        self.set_interval(LOOK, self._look)
        self.fit()

    def _look(self) -> None:
        if self._shown and not self.app.app_focus:
            return
        rows = _rows(self._see(), room(self.app.size.width) - 2)
        picker = self.query_one(OptionList)
        if len(rows) != len(self._shown):
            picker.clear_options()
            picker.add_options(Option(row) for row in rows)
        else:
            for n, (row, before) in enumerate(zip(rows, self._shown, strict=True)):
                if row.plain != before.plain:
                    picker.replace_option_prompt_at_index(n, row)
        self._shown = rows


def _rows(found: Sequence[Meter], width: int) -> list[Content]:
    rows: list[Content] = []
    group = ""
    for meter in found:
        head = "\n".join(wrap(meter.group, width)) + "\n" if meter.group != group else ""
        group = meter.group
        below = [f"\n    {line}" for told in meter.lines for line in wrap(told, width - 4, break_on_hyphens=False)]
        rows.append(
            Content.assemble(
                (head, "$foreground bold"),
                (f"  {meter.name:<16}", "$foreground"),
                (meter.value, "$local"),
                ("".join(below), "$muted"),
            )
        )
    return rows or [Content.styled("nothing is measured yet", "$muted")]

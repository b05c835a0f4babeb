"""The gauges in full, brought up to date while they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from hybridchat.render.meters import Meter
from hybridchat.render.text import one_line
from hybridchat.tui.sheet import Sheet, room
from hybridchat.tui.widgets import List

LOOK = 2.0
"""Seconds between two looks; what did not change is not drawn again."""


class Gauges(Sheet[None]):
    """Every figure, one a row; its limits, its samples and the rule it feeds below the list, for the one under the cursor."""

    HEADING: ClassVar[str] = "Gauges"
    KEYS: ClassVar[str] = "{list-up} {list-down} look at another · {close} close"
    DEFAULT_CSS = """
    Gauges .told { height: auto; max-height: 6; margin-top: 1; color: $muted; }
    """

    def __init__(self, see: Callable[[], Sequence[Meter]], spark: Callable[[str], str]) -> None:
        """`spark` gives the bars of a figure by its gauge's name or its host."""
        super().__init__()
        self._see, self._spark = see, spark
        self._meters: list[Meter | None] = []
        """What each row is; `None` for the name of a group."""
        self._shown: list[Content] = []
        self._told = Content("")

    def inside(self) -> Iterable[Widget]:
        yield List()
        yield Static(Content(""), classes="told")

    def on_mount(self) -> None:
        self._look()
        picker = self.query_one(OptionList)
        self.set_focus(picker)
        picker.highlighted = next((n for n, one in enumerate(self._meters) if one is not None), None)
        self.set_interval(LOOK, self._look)
        self.fit()

    def fit(self, beside: int = 0) -> None:
        super().fit(beside + 7)

    def _look(self) -> None:
        if self._shown and not self.app.app_focus:
            return
        before, self._meters, self._shown = self._shown, [], []
        for meter in self._see():
            last = next((one for one in reversed(self._meters) if one is not None), None)
            if last is None or last.group != meter.group:
                self._meters.append(None)
                self._shown.append(Content.styled(one_line(meter.group, room(self.app.size.width) - 2), "$foreground bold"))
            self._meters.append(meter)
            self._shown.append(self._row(meter))
        if not self._shown:
            self._meters, self._shown = [None], [Content.styled("nothing is measured yet", "$muted")]
        self._paint(before)
        self._tell()

    def _row(self, meter: Meter) -> Content:
        return Content.assemble(
            (f"  {meter.name:<18}", "$foreground"), (f"{self._spark(meter.key):>8}  ", "$local"), (meter.value, "$foreground")
        )

    def _paint(self, before: Sequence[Content]) -> None:
        """Draws the rows that differ from those before."""
        picker = self.query_one(OptionList)
        if len(before) != len(self._shown):
            at = picker.highlighted
            picker.clear_options()
            picker.add_options(Option(row, disabled=one is None) for row, one in zip(self._shown, self._meters, strict=True))
            picker.highlighted = at
            return
        for n, (row, was) in enumerate(zip(self._shown, before, strict=True)):
            if row.plain != was.plain:
                picker.replace_option_prompt_at_index(n, row)

    def _tell(self) -> None:
        at = self.query_one(OptionList).highlighted
        one = self._meters[at] if at is not None and at < len(self._meters) else None
        told = Content("\n".join(one.lines) if one is not None else "")
        if told.plain != self._told.plain:
            self._told = told
            self.query_one(".told", Static).update(told)

    def on_option_list_option_highlighted(self) -> None:
        self._tell()

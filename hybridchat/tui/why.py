"""The full story of one decision: every candidate, what removed it or how it scored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from hybridchat.facts import Decision
from hybridchat.render import why as words
from hybridchat.replay import Recorded
from hybridchat.routing.explain import table
from hybridchat.tui import gauges
from hybridchat.tui.keymap import keys_of, with_keys
from hybridchat.tui.sheet import Sheet, room
from hybridchat.tui.widgets import List


def page(decision: Decision, width: int = 100) -> Content:
    """One paragraph per candidate under the sentence that decided, for `width` cells."""
    rows = [Content.assemble((words.headline(decision), "bold")), *(story(decision, row, width) for row in table(decision))]
    return Content("\n\n").join([*rows, Content.assemble((facts(decision), "$muted"))])


class Why(Sheet[str]):
    """One decision, row by row. Returns the id of the model that is to be asked instead, or `None`."""

    HEADING: ClassVar[str] = "Why this model"
    KEYS: ClassVar[str] = "{list-choose} ask this one instead · {list-up} {list-down} move · {close} close"
    DEFAULT_CSS = """
    Why .sentence { text-style: bold; margin-bottom: 1; }
    """

    def __init__(self, decision: Decision, record: Recorded | None, changed: Sequence[tuple[str, str]]) -> None:
        """`record` is what the decision was made of and `changed` what would have changed it, where that was kept."""
        super().__init__()
        self._decision, self._record, self._changed = decision, record, changed
        self._ids = [model_id for model_id, _, _ in table(decision)]

    @property
    def _headline(self) -> str:
        return with_keys(keys_of(self.app), words.headline(self._decision))

    def inside(self) -> Iterable[Widget]:
        yield Static(Content(self._headline), classes="sentence")
        yield List(*(Option(row) for row in self._rows()))

    def redraw(self) -> None:
        self.replace(self._rows())

    def _rows(self) -> list[Content]:
        width = room(self.app.size.width) - 1
        rows = [*(story(self._decision, one, width) for one in table(self._decision)), self._facts(width)]
        if self._record is not None:
            rows += [self._gauges(width), *self._changes(width)]
        return rows

    def on_mount(self) -> None:
        self.fit()
        picker = self.query_one(OptionList)
        picker.focus()
        picker.highlighted = 0

    def fit(self, beside: int = 0) -> None:
        super().fit(beside + 1 + -(-len(self._headline) // room(self.app.size.width)))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        model = event.option_index < len(self._ids)
        self.say_keys(self.KEYS if model else self.KEYS.partition(" · ")[2])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option_index < len(self._ids):
            self.dismiss(self._ids[event.option_index])

    def _facts(self, width: int) -> Content:
        # set apart: indented it would read as said of the last candidate
        return Content.assemble(("\n".join(["", *wrap(facts(self._decision), width, break_on_hyphens=False), ""]), "$muted"))

    def _gauges(self, width: int) -> Content:
        assert self._record is not None
        shown = gauges.line(self._record.snapshot, 1000).plain
        return Content.assemble(("Gauges then\n", "bold"), (_indented(shown, width), "$foreground"))

    def _changes(self, width: int) -> Iterable[Content]:
        if not self._changed:
            yield Content.assemble(("Nothing that was tried would have changed it", "bold"))
            return
        head = "What would have changed it\n"
        for condition, told in self._changed:
            said = _indented(f"{condition}: {told}.", width).rstrip("\n")
            yield Content.assemble((head, "bold"), (said, "$foreground"))
            head = ""


def story(decision: Decision, row: tuple[str, str, str], width: int) -> Content:
    """The candidate of one row: its place in the order, why it is not asked or how well it suits."""
    candidate = next(one for one in decision.candidates if one.model.id == row[0])
    said = words.verdict(decision, candidate)
    tone = "$muted" if candidate.rejected is not None else "$local" if candidate.model.on_device else "$cloud"
    rows: list[tuple[str, str]] = [
        (f"{'◄' if said == 'answers' else ' '} {candidate.model.id}", f"{tone} bold"),
        (f"  {said}\n", tone),
        (_indented(words.about(decision, candidate), width), "$foreground"),
    ]
    if figures := words.points(candidate):
        rows.append((_indented(figures, width), "$muted"))
    return Content.assemble(*rows).rstrip()


def facts(decision: Decision) -> str:
    """How it was decided, and the agents that failed."""
    return words.decided(decision)


def _indented(text: str, width: int) -> str:
    rows = wrap(text, max(12, width - 4), break_on_hyphens=False) or [""]
    return "".join(f"    {row}\n" for row in rows)

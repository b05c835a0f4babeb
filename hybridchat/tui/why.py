"""The full story of one decision: every candidate, what removed it or how it scored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from hybridchat.facts import Candidate, Decision
from hybridchat.render.changes import changes
from hybridchat.render.words import money, seconds
from hybridchat.replay import Recorded, recorded
from hybridchat.routing.explain import sentence, table
from hybridchat.sessions.past import Past
from hybridchat.tui import gauges
from hybridchat.tui.sheet import Sheet, room
from hybridchat.tui.widgets import List


def page(decision: Decision, width: int = 100) -> Content:
    """One paragraph per candidate under the sentence that decided, for `width` cells."""
    rows = [Content.assemble((sentence(decision), "bold")), *(story(decision, row, width) for row in table(decision))]
    return Content("\n\n").join([*rows, Content.assemble((facts(decision), "$muted"))])


def hindsight(past: Past, turn_id: str, attempt_id: str = "") -> tuple[Recorded | None, list[tuple[str, str]]]:
    """What the decision behind an attempt, or a turn's answer, was made of, and what would have changed it.

    Reads the store and decides again, 20 ms.
    """
    made = past.made(turn_id, attempt_id)
    record = recorded(made) if made is not None else None
    return record, [] if record is None else changes(record.request, record.snapshot, record.policy)


class Why(Sheet[str]):
    """One decision, row by row. Returns the id of the model that is to be asked instead, or `None`."""

    HEADING: ClassVar[str] = "Why this model"
    KEYS: ClassVar[str] = "enter ask this one instead · ↑ ↓ move · {close} close"
    DEFAULT_CSS = """
    Why .sentence { text-style: bold; margin-bottom: 1; }
    """

    def __init__(self, decision: Decision, record: Recorded | None, changed: Sequence[tuple[str, str]]) -> None:
        """`record` is what the decision was made of and `changed` what would have changed it, where that was kept."""
        super().__init__()
        self._decision, self._record, self._changed = decision, record, changed
        self._ids = [model_id for model_id, _, _ in table(decision)]

    def inside(self) -> Iterable[Widget]:
        yield Static(Content(sentence(self._decision)), classes="sentence")
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
        super().fit(beside + 1 + -(-len(sentence(self._decision)) // room(self.app.size.width)))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        model = event.option_index < len(self._ids)
        self.say_keys(self.KEYS if model else self.KEYS.partition(" · ")[2])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option_index < len(self._ids):
            self.dismiss(self._ids[event.option_index])

    def _facts(self, width: int) -> Content:
        return Content.assemble((_indented(facts(self._decision), width), "$muted"))

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
            yield Content.assemble(
                (head, "bold"),
                (_indented(condition, width), "$foreground"),
                (_indented(f"→ {told}", width).rstrip("\n"), "$muted"),
            )
            head = ""


def story(decision: Decision, row: tuple[str, str, str], width: int) -> Content:
    """One candidate: its place in the order, what removed it or how it scored."""
    model_id, verdict, why = row
    candidate = decision.candidate(model_id)
    tone = "$muted" if verdict == "out" else "$local" if candidate is None or candidate.model.on_device else "$cloud"
    rows: list[tuple[str, str]] = [
        (f"{'◄' if verdict == 'answers' else ' '} {model_id}", f"{tone} bold"),
        (f"  {verdict}\n", tone),
    ]
    rows.append((_indented(why, width), "$foreground"))
    if candidate is not None and (figures := _figures(candidate)):
        rows.append((_indented(figures, width), "$muted"))
    return Content.assemble(*rows).rstrip()


def facts(decision: Decision) -> str:
    """`strategy local-first · rule strategy · ahead by 0.21`, and the agents that failed."""
    parts = [f"agent {failure}" for failure in decision.failed]
    parts += [f"strategy {decision.strategy}"] if decision.strategy else []
    parts += [f"rule {decision.rule}"] if decision.rule else []
    parts += [f"ahead by {decision.margin:.2f}"] if decision.margin is not None else []
    return " · ".join(parts)


def _indented(text: str, width: int) -> str:
    rows = wrap(text, max(12, width - 4), break_on_hyphens=False) or [""]
    return "".join(f"    {row}\n" for row in rows)


def _figures(candidate: Candidate) -> str:
    rejected = candidate.rejected
    if rejected is not None:
        if rejected.value is None:
            return f"rule {rejected.rule}"
        limit = "" if rejected.limit is None else f", limit {rejected.limit}"
        return f"rule {rejected.rule}: {rejected.value}{limit}"
    parts = [f"{name} {value:.2f}" for name, value in candidate.parts.items()]
    if candidate.score is not None:
        parts.insert(0, f"score {candidate.score:.2f}")
    if candidate.est_first_token_s is not None:
        parts.append(f"first word after about {seconds(candidate.est_first_token_s)}")
    if candidate.est_cost is not None and not candidate.model.on_device:
        parts.append(f"about {money(candidate.est_cost)}")
    return " · ".join(parts)

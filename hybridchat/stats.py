"""What the conversations of some days add up to: questions, where they were answered, tokens, money. Pure.

A question is counted once however many models tried it. Money that nobody knows stays unknown: it is counted apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import groupby, pairwise

from hybridchat.conversation import Ending
from hybridchat.facts import Locality, Price, Usage
from hybridchat.sessions.past import Tried


@dataclass(slots=True)
class Line:
    """The sums of one day, one model, or all. Of a model: the questions it answered, and every attempt it made.

    `fallbacks` counts attempts that failed and left the question to another model (of a model: from it), `switches` answers by
    another model than the one before them in the conversation (of a model: to it). `spent` is US dollars; `unpriced` counts
    attempts whose price nobody knows. `saved` is US dollars: what the `saved_of` questions answered on this device whose tokens
    are known would have cost at the list price they are compared with, an estimate; `None` without such a price.
    """

    name: str
    questions: int = 0
    answered: int = 0
    local: int = 0
    attempts: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    spent: float = 0.0
    unpriced: int = 0
    saved: float | None = None
    saved_of: int = 0
    fallbacks: int = 0
    switches: int = 0

    @property
    def local_share(self) -> float | None:
        """Share of the answers that came from this device, 0..1; `None` without answers."""
        return self.local / self.answered if self.answered else None


@dataclass(frozen=True, slots=True)
class Stats:
    """`days` by date (ISO), oldest first; `models` by attempts, most first; days without a question are left out."""

    days: tuple[Line, ...]
    models: tuple[Line, ...]
    total: Line


@dataclass(slots=True)
class _Sheet:
    """The lines as they fill."""

    priced: bool
    total: Line = field(init=False)
    days: dict[str, Line] = field(default_factory=dict)
    models: dict[str, Line] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.total = self.line("all")

    def line(self, name: str) -> Line:
        return Line(name, saved=0.0 if self.priced else None)

    def day(self, name: str) -> Line:
        return self.days.setdefault(name, self.line(name))

    def model(self, name: str) -> Line:
        return self.models.setdefault(name, self.line(name))


def stats(rows: Iterable[Tried], cloud: Price | None = None, zone: tzinfo | None = None) -> Stats:
    """Adds up `rows`, which stand together by turn. `cloud` is the list price local answers are compared with.

    `zone` is where days begin; `None`: this machine's own.
    """
    sheet = _Sheet(cloud is not None)
    answered_by: dict[str, str] = {}
    for turn_id, group in groupby(rows, key=lambda row: row.turn_id):
        turn = list(group)
        first = turn[0]
        tries = [row for row in turn if row.attempt_id is not None]
        both = (sheet.total, sheet.day(datetime.fromtimestamp(first.asked, zone).date().isoformat()))
        for line in both:
            line.questions += 1
        _tries(tries, both, sheet.model)
        answer = _standing(tries)
        if answer is None or answer.model_id is None:
            continue
        model = sheet.model(answer.model_id)
        before = answered_by.get(first.parent_id or "")
        answered_by[turn_id] = answer.model_id
        model.questions += 1
        for line in (*both, model):
            line.switches += before is not None and before != answer.model_id
            _answered(line, answer, cloud)
    by_use = sorted(sheet.models.values(), key=lambda line: (-line.attempts, line.name))
    return Stats(tuple(sheet.days[day] for day in sorted(sheet.days)), tuple(by_use), sheet.total)


def _tries(tries: Sequence[Tried], both: Sequence[Line], model: Callable[[str], Line]) -> None:
    for row in tries:
        for line in (*both, model(row.model_id or "")):
            line.attempts += 1
            line.input_tokens += row.input_tokens or 0
            line.output_tokens += row.output_tokens or 0
            line.spent += row.spent or 0.0
            line.unpriced += row.unpriced
    for row, following in pairwise(tries):
        if row.ending is Ending.FAILED and not row.said and following.model_id != row.model_id:
            for line in (*both, model(row.model_id or "")):
                line.fallbacks += 1


def _standing(tries: Sequence[Tried]) -> Tried | None:
    """The attempt whose text is the answer."""
    said = [row for row in tries if row.said]
    return next((row for row in said if row.chosen), said[-1] if said else None)


def _answered(line: Line, answer: Tried, cloud: Price | None) -> None:
    line.answered += 1
    if answer.locality is not Locality.ON_DEVICE:
        return
    line.local += 1
    worth = cloud.cost(Usage(answer.input_tokens, answer.output_tokens)) if cloud is not None else None
    if worth is not None:
        line.saved = (line.saved or 0.0) + worth
        line.saved_of += 1


def as_record(line: Line) -> Mapping[str, object]:
    """The line as JSON-ready values; money to a hundredth of a cent of a cent."""
    names = (name for name in Line.__slots__ if name != "name")
    told = {name: getattr(line, name) for name in names}
    rounded = {name: round(value, 6) if isinstance(value, float) else value for name, value in told.items()}
    share = line.local_share
    return {"name": line.name, **rounded, "local_share": None if share is None else round(share, 4)}

"""`hybridchat stats`: what the last days add up to, by day and by model."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from hybridchat.catalogue import models_for
from hybridchat.cli import edge
from hybridchat.cli.edge import Exit
from hybridchat.cli.lists import columns, open_store
from hybridchat.cli.teletype import ascii_only
from hybridchat.config import Config, load
from hybridchat.config.endpoints import endpoints
from hybridchat.config.pair import starting_pair
from hybridchat.facts import Locality, Model
from hybridchat.keys import has_key
from hybridchat.render import words
from hybridchat.stats import Line, Stats, as_record, stats

BAR = 8
"""Letters of the longest bar: a day's table then fits 80 columns."""
LONGEST = 36_500
"""Days; further back no clock of ours goes."""


def run(days: int | None, *, as_json: bool) -> int:
    """Prints the sums of the last `days` calendar days, today among them; `None`: of all. Raises `Exit`, `ConfigError`."""
    if days is not None and not 1 <= days <= LONGEST:
        raise Exit(edge.USAGE, f"--days is a number of days from 1 to {LONGEST:,}.")
    config = load()
    cloud = compared_with(config)
    store = open_store()
    try:
        rows = store.past.tried(0.0 if days is None else _since(days, time.time()))
    finally:
        asyncio.run(store.close())
    made = stats(rows, cloud.price if cloud is not None else None)
    if as_json:
        sys.stdout.write(edge.json_line(_record(made, cloud, days)))
        return edge.OK
    if not made.total.questions:
        sys.stdout.write("Nothing was asked" + ("" if days is None else f" in the last {words.plural(days, 'day')}") + ".\n")
        return edge.OK
    poor = ascii_only() or os.environ.get("TERM") == "dumb"
    sys.stdout.write("\n".join(words.spell(line, ascii_only=poor) for line in told(made, cloud, poor=poor)) + "\n")
    return edge.OK


def _since(days: int, now: float) -> float:
    """The midnight, here, that the first of the last `days` days begins with."""
    today = datetime.fromtimestamp(now, UTC).astimezone().date()
    first = today - timedelta(days=days - 1)
    return datetime(first.year, first.month, first.day).timestamp()  # noqa: DTZ001 - a wall clock's midnight


def compared_with(config: Config) -> Model | None:
    """The cloud model that a conversation starts with, by the configuration alone: nobody is asked."""
    places = endpoints(config, os.environ)
    known = [(place, model) for place in places if place.locality is Locality.REMOTE for model in models_for(place, config)]
    with_key = [model for place, model in known if has_key(place, os.environ)]
    return starting_pair(with_key or [model for _, model in known], {}, config).cloud


def _record(made: Stats, cloud: Model | None, days: int | None) -> dict[str, object]:
    price = cloud.price if cloud is not None else None
    return {
        "schema": 1,
        "days_asked": days,
        "saved_is": "an estimate against the list price of compared_with",
        "compared_with": {
            "model_id": cloud.id,
            "input": price.input if price else None,
            "output": price.output if price else None,
            "as_of": price.as_of.isoformat() if price and price.as_of else None,
        }
        if cloud is not None
        else None,
        "total": as_record(made.total),
        "days": [as_record(line) for line in made.days],
        "models": [as_record(line) for line in made.models],
    }


def told(made: Stats, cloud: Model | None, *, poor: bool) -> Iterator[str]:
    """The tables and what their words mean."""
    heads = ("asked", "here", "tries", "tokens", "spent", "saved", "fell", "moved")
    most = max(line.questions for line in made.days)
    rows: list[tuple[str, ...]] = [("day", "", *heads)]
    rows += [(line.name, _bar(line, most, poor=poor), *_figures(line)) for line in made.days]
    rows.append(("all", "", *_figures(made.total)))
    yield from columns(rows).splitlines()
    yield ""
    yield from columns(
        [("model", "answers", *heads[1:]), *((words.short(line.name), *_figures(line)) for line in made.models)]
    ).splitlines()
    yield ""
    here, elsewhere = "#." if poor else "█░"
    yield f"{here} answered on this machine, {elsewhere} elsewhere or not at all."
    yield "here: answered on this machine. tries: attempts; fell: fallbacks to another model (of a model: from it);"
    yield "moved: answers by another model than the one before (of a model: to it)."
    yield from _notes(made.total, cloud)


def spoken(made: Stats, cloud: Model | None) -> Iterator[str]:
    """The same as sentences, for who hears them."""
    yield f"In all: {_said(made.total, 'question')}."
    if len(made.days) > 1:
        yield from (f"{line.name}: {_said(line, 'question')}." for line in made.days)
    yield from (f"{words.short(line.name)}: {_said(line, 'answer')}." for line in made.models)
    yield from _notes(made.total, cloud)


def _said(line: Line, what: str) -> str:
    """`4 questions, 50 % answered here, 812 tokens, spent $0.01`; what did not happen is left out."""
    _, share, _, tokens, spent, saved, *_ = _figures(line)
    parts = [words.plural(line.questions, what)]
    if what == "question":
        parts.append("none answered" if share == "-" else f"{share} answered on this machine")
    parts += [f"{tokens} tokens", "cost unknown" if spent == "unknown" else f"spent {spent}"]
    parts += [f"saved {saved.replace('~', 'about ')}" if saved not in {"-", "unknown"} else ""]
    parts += [words.plural(line.fallbacks, "fallback") if line.fallbacks else ""]
    return ", ".join(filter(None, parts))


def _figures(line: Line) -> Iterable[str]:
    share = line.local_share
    tokens = line.input_tokens + line.output_tokens
    spent = "unknown" if line.unpriced and not line.spent else words.money(line.spent) + ("+" if line.unpriced else "")
    saved = "unknown" if line.saved is None else f"~{words.money(line.saved)}" if line.saved_of else "-"
    return (
        str(line.questions),
        "-" if share is None else f"{100 * share:.0f} %",
        str(line.attempts),
        f"{tokens / 1000:,.0f}k" if tokens >= 10_000 else str(tokens),
        spent,
        saved,
        str(line.fallbacks),
        str(line.switches),
    )


def _bar(line: Line, most: int, *, poor: bool) -> str:
    """As long as the day's questions are many; its first part are the answers from this machine."""
    here, elsewhere = "#." if poor else "█░"
    length = max(1, round(BAR * line.questions / most))
    local = round(length * (line.local_share or 0.0))
    return here * local + elsewhere * (length - local)


def _notes(total: Line, cloud: Model | None) -> Iterator[str]:
    if total.unpriced:
        yield f"spent: without {words.plural(total.unpriced, 'attempt')} whose price nobody told."
    if cloud is None:
        yield "saved: unknown, there is no cloud model to compare with."
    elif cloud.price is None:
        yield f"saved: unknown, no price is known for {cloud.id} (hybridchat models price {cloud.id} --in X --out Y)."
    else:
        when = f" of {cloud.price.as_of}" if cloud.price.as_of else ""
        counted = words.plural(total.saved_of, "answer")
        yield f"saved: an estimate, what {counted} of this machine would have cost at {cloud.id}'s list price{when}."

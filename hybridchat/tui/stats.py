"""What was asked, in bars: by day and by model, where it was answered, what it cost and saved."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from hybridchat.facts import Model
from hybridchat.render import words
from hybridchat.render.text import one_line
from hybridchat.stats import Line, Stats, stats

if TYPE_CHECKING:
    from hybridchat.tui.screen import ChatScreen

UNKNOWN = "unknown"
DAYS = 14
"""Days that are listed, the newest; `hybridchat stats` has all."""
WIDE = 90
"""Cells from which on tokens, fallbacks and switches have room too."""
Part = tuple[str, str]


def page(made: Stats, cloud: Model | None, width: int) -> Content:
    """The sums for `width` cells. `cloud` is what local answers are compared with."""
    if not made.total.questions:
        return Content.assemble(("Nothing was asked yet.", "$muted"))
    wide = width >= WIDE
    bar = max(3, min(30, width - (70 if wide else 43)))
    rows: list[Part] = [*_headline(made.total), *_head("day", bar, wide=wide)]
    days = made.days[-DAYS:]
    for line in days:
        rows += _row(line, line.name, bar, max(d.questions for d in days), wide=wide)
    if len(made.days) > DAYS:
        rows.append((f"and {words.plural(len(made.days) - DAYS, 'earlier day')}: hybridchat stats\n", "$muted"))
    rows += [("\n", ""), *_head("model", bar, wide=wide)]
    most = max((line.attempts for line in made.models), default=1)
    for line in made.models:
        rows += _row(line, words.short(line.name), bar, max(1, most), wide=wide, count=line.attempts)
    return Content.assemble(*rows, ("\n", ""), *_notes(made.total, cloud))


def _headline(total: Line) -> list[Part]:
    share = "–" if total.local_share is None else f"{100 * total.local_share:.0f} %"
    saved = f" · about {words.money(total.saved)} saved" if total.saved else ""
    spent = "cost unknown" if _spent(total) == UNKNOWN else f"{_spent(total)} spent"
    facts = f"{words.plural(total.questions, 'question')} · {spent}{saved}"
    facts += f" · {words.plural(total.fallbacks, 'fallback')}" if total.fallbacks else ""
    facts += f" · {words.plural(total.switches, 'switch', 'switches')}" if total.switches else ""
    return [(f"{share} answered on this machine", "bold"), (f" · {facts}\n\n", "$muted")]


def _head(name: str, bar: int, *, wide: bool) -> list[Part]:
    tail = f"{'tokens':>8}{'fell':>6}{'moved':>7}" if wide else ""
    return [(f"{name:<18}{'':<{bar}}{'asked':>7}{'here':>7}{'spent':>11}{tail}\n", "$muted")]


def _row(line: Line, name: str, bar: int, most: int, *, wide: bool, count: int | None = None) -> list[Part]:
    """A bar as long as the number beside it: `count`, else the questions.

    It is full where this machine answered, light where another did or nobody.
    """
    number = line.questions if count is None else count
    length = max(1, round(bar * number / most))
    local = round(length * (line.local_share or 0.0))
    share = "–" if line.local_share is None else f"{100 * line.local_share:.0f} %"
    tokens = line.input_tokens + line.output_tokens
    told = f"{tokens / 1000:,.0f}k" if tokens >= 10_000 else str(tokens)
    tail = f"{told:>8}{line.fallbacks:>6}{line.switches:>7}" if wide else ""
    return [
        (f"{one_line(name, 17):<18}", "$foreground"),
        ("█" * local, "$local"),
        ("░" * (length - local), "$cloud"),
        (f"{'':<{bar - length}}{number:>7}{share:>7}{_spent(line):>11}{tail}\n", "$foreground"),
    ]


def _spent(line: Line) -> str:
    if line.unpriced and not line.spent:
        return UNKNOWN
    return words.money(line.spent) + ("+" if line.unpriced else "")


def _notes(total: Line, cloud: Model | None) -> Sequence[Part]:
    told = "█ answered on this machine, ░ elsewhere or not at all."
    if total.unpriced:
        told += f" + without {words.plural(total.unpriced, 'attempt')} whose price nobody told."
    if cloud is None or total.saved is None:
        told += " What was saved is unknown: there is no priced cloud model to compare with."
    else:
        told += f" Saved is an estimate: what {words.plural(total.saved_of, 'answer')} of this machine"
        told += f" would have cost at {cloud.name}'s list price."
    return [(told, "$muted")]


async def show(screen: ChatScreen, _: str) -> None:
    """`/stats`."""
    from hybridchat.tui.sheet import Page

    opened = screen.opened

    def summed() -> tuple[Stats, Model | None]:
        cloud = opened.compared() if opened.compared is not None else None
        return stats(opened.chat.store.past.tried(), cloud.price if cloud is not None else None), cloud

    made, cloud = await asyncio.to_thread(summed)
    screen.app.push_screen(Page("What was asked", lambda cells: page(made, cloud, cells)))

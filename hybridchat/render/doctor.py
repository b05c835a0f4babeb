"""What the doctor found, as lines: a mark that differs in shape, the finding, and what to do below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol


class Item(Protocol):
    """One finding; `state` is ok, note or wrong."""

    @property
    def area(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def fix(self) -> str: ...


MARKS = {"ok": "✓", "note": "•", "wrong": "✗"}


def rows(items: Iterable[Item]) -> Iterator[tuple[str, str]]:
    """Each line with the state it is about; what to do stands under what it is for."""
    for item in items:
        yield item.state, f"{MARKS[item.state]} {item.area}: {item.text}"
        if item.fix:
            yield "fix", f"    → {item.fix}"


def verdict(items: Iterable[Item]) -> str:
    """One sentence over all of it."""
    states = [item.state for item in items]
    wrong, notes = states.count("wrong"), states.count("note")
    if not wrong:
        return f"Nothing is wrong{f'; {_things(notes)} worth knowing' if notes else ''}."
    return f"{_things(wrong)} wrong{f', {_things(notes)} worth knowing' if notes else ''}."


def _things(count: int) -> str:
    return f"{count} thing{' is' if count == 1 else 's are'}"

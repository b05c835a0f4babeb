"""A text in pieces small enough that no single pattern holds the interpreter for long: a key press must not wait 50 ms."""

from __future__ import annotations

from collections.abc import Iterator

SLICE = 20_000
"""Characters looked at in one go."""


def slices(text: str, size: int = SLICE) -> Iterator[tuple[int, int]]:
    """Spans that cover `text`, each at most `size` long, ending at a paragraph, a line or a space where there is one."""
    start = 0
    while start < len(text):
        end = min(len(text), start + size)
        if end < len(text):
            for mark in ("\n\n", "\n", " "):
                cut = text.rfind(mark, start + size // 2, end)
                if cut >= 0:
                    end = cut + len(mark)
                    break
        yield start, end
        start = end

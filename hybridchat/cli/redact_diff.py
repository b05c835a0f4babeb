"""What `redact --show` prints: each line that changes, before and after, with kinds and reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from hybridchat.facts import Finding
from hybridchat.privacy.placeholders import PlaceholderTable
from hybridchat.render.text import neutralise

_RED, _GREEN, _DIM, _BOLD, _OFF = "\x1b[31m", "\x1b[32m", "\x1b[2m", "\x1b[1m", "\x1b[0m"


class Painter:
    """Paints one source, part after part. Control characters of the text become visible signs."""

    def __init__(self, name: str, *, color: bool) -> None:
        self._name = neutralise(name)
        self._color = color
        self._line = 1

    def paint(self, text: str, found: Sequence[Finding], table: PlaceholderTable) -> str:
        """The changed lines of `text`; mints placeholders in `table`."""
        table.redact(text, found)  # in order of the whole text, so that numbers are those of the redacted text
        out: list[str] = []
        for start, end, inside in _blocks(text, found):
            before, after = text[start:end], table.redact(text[start:end], _moved(inside, start)).text
            if before == after:
                continue
            line = self._line + text.count("\n", 0, start)
            out.append(self._paint(f"{self._name}:{line}", _BOLD))
            out += (self._paint(f"- {part}", _RED) for part in _lines(before))
            out += (self._paint(f"+ {part}", _GREEN) for part in _lines(after))
            out += (self._paint(f"    {kind}: {reason}", _DIM) for kind, reason in _reasons(inside))
        self._line += text.count("\n")
        return "".join(out)

    def _paint(self, text: str, color: str) -> str:
        return f"{color}{text}{_OFF}\n" if self._color else f"{text}\n"


def _lines(text: str) -> list[str]:
    return neutralise(text).rstrip("\n").split("\n")


def _reasons(found: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    """Each kind with its reason, once, with how many there are."""
    counts: dict[tuple[str, str], int] = {}
    for finding in found:
        key = finding.kind, neutralise(finding.reason)
        counts[key] = counts.get(key, 0) + 1
    for (kind, reason), count in counts.items():
        yield kind, reason if count == 1 else f"{reason} (× {count})"


def _moved(found: Sequence[Finding], start: int) -> list[Finding]:
    return [Finding(f.start - start, f.end - start, f.kind, f.reason, f.score) for f in found]


def _blocks(text: str, found: Sequence[Finding]) -> Iterator[tuple[int, int, list[Finding]]]:
    """(start, end, findings) line by line; lines that share a finding are one block."""
    edges = [0, *(i + 1 for i, char in enumerate(text) if char == "\n")]
    if edges[-1] < len(text):
        edges.append(len(text))
    at = 0
    first: int | None = None
    held: list[Finding] = []
    for start, end in pairwise(edges):
        while at < len(found) and found[at].start < end:
            held.append(found[at])
            at += 1
        if held and held[-1].end > end:
            first = start if first is None else first
            continue
        yield (start if first is None else first), end, held
        first, held = None, []

"""What a benchmark reports: figures, each beside its floor or peer of the same run, and the goal it is held against."""

from __future__ import annotations

import math
import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a table. `n` counts measurements; `met` is `None` where nothing was promised."""

    name: str
    ours: str
    peer: str = ""
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None
    n: int = 1


def ms(seconds: Sequence[float]) -> str:
    """Median, smallest and largest, in milliseconds."""
    middle, low, high = (f"{1e3 * value:.1f}" for value in (statistics.median(seconds), min(seconds), max(seconds)))
    return f"{middle} [{low}-{high}] ms"


def ratio(ours: Sequence[float], peer: Sequence[float]) -> float:
    """The median of the ratios of measurements taken side by side: a machine that slows down for a while slows down both."""
    return statistics.median(a / b for a, b in zip(ours, peer, strict=True))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of `values` do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def heading() -> str:
    """The machine, the Python and the packages that were measured."""
    packages = (f"{name} {metadata.version(name)}" for name in ("textual", "typer", "openai", "anthropic", "ollama"))
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{platform.system()} {platform.release()} {platform.machine()}, {os.cpu_count()} cores{load}\n"
        f"Python {platform.python_version()}, {', '.join(packages)}"
    )


def table(title: str, figures: Iterable[Figure]) -> str:
    """The figures of one benchmark as lines of text."""
    rows = [("figure", "ours", "floor or peer, same run", "ratio", "goal", "met", "n")]
    for f in figures:
        shown = "" if f.ratio is None else f"{f.ratio:.2f}"
        rows.append((f.name, f.ours, f.peer, shown, f.goal, {True: "yes", False: "NO", None: ""}[f.met], str(f.n)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([f"== {title}", lines[0], "-" * (sum(widths) + 2 * len(widths) - 2), *lines[1:]])

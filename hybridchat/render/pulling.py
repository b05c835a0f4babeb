"""A pull in words and as a bar: how much is there, how fast it comes, how long it still takes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from hybridchat.providers.base import Progress
from hybridchat.render.words import seconds, size

SPAN_S = 5.0
"""Seconds over which the speed is measured: less flickers, more lags behind."""
STEADY_S = 1.0
"""Seconds of a pull before a speed is told: what the first pieces say is no speed."""
_STATUS = {"verifying": "checking what came", "writing": "nearly done", "success": "done"}


class Meter:
    """Takes what a pull tells and knows its share, speed and rest. What is not known is `None`."""

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self.progress = Progress("")
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque()

    def take(self, progress: Progress) -> None:
        now = self._clock()
        if not self.progress.total and progress.completed:
            self._seen.clear()  # what was there before is not fast
        self.progress = progress
        if progress.total:
            self._seen.append((now, progress.completed))
        while len(self._seen) > 2 and now - self._seen[0][0] > SPAN_S:
            self._seen.popleft()

    @property
    def share(self) -> float | None:
        """0 to 1."""
        total = self.progress.total
        return min(1.0, self.progress.completed / total) if total else None

    @property
    def speed(self) -> float | None:
        """Bytes a second."""
        if len(self._seen) < 2:
            return None
        (began, before), (_, now) = self._seen[0], self._seen[-1]
        passed = self._clock() - began
        return (now - before) / passed if passed >= STEADY_S else None

    @property
    def left_s(self) -> float | None:
        speed, total = self.speed, self.progress.total
        if not speed or not total or self.progress.completed >= total:
            return None
        return (total - self.progress.completed) / speed

    @property
    def doing(self) -> str:
        """What goes on beside the bytes; empty while they come."""
        status = self.progress.status
        if status.startswith("pulling") and self.progress.total:
            return ""
        return next((said for start, said in _STATUS.items() if status.startswith(start)), "asking for it")


def figures(meter: Meter) -> list[str]:
    """`62 %`, `1.2 of 2.0 GB`, `48 MB/s`, `17 s left`, the most needed first."""
    progress, share = meter.progress, meter.share
    told = [] if share is None else [f"{int(100 * share)} %"]
    if meter.doing:
        return [*told, meter.doing]
    if progress.total:
        told.append(f"{_of(progress.completed, progress.total)}")
    if meter.speed is not None:
        told.append(f"{size(int(meter.speed))}/s")
    if meter.left_s is not None:
        told.append(f"{seconds(max(1.0, round(meter.left_s))).replace('.0', '')} left")
    return told


def _of(completed: int, total: int) -> str:
    done, whole = size(completed), size(total)
    unit = whole.rpartition(" ")[2]
    return f"{done.removesuffix(f' {unit}')} of {whole}"


def bar(share: float | None, width: int) -> tuple[str, str]:
    """The filled and the empty part of a bar of `width` cells; eighths make it move on."""
    eighths = round((share or 0.0) * width * 8)
    full, part = divmod(eighths, 8)
    filled = "█" * full + ("▏▎▍▌▋▊▉"[part - 1] if part else "")
    return filled, "░" * (width - len(filled))


def sentence(meter: Meter) -> str:
    """A line for who reads line by line: `llama3.2: 62 %, 1.2 of 2.0 GB, 48 MB/s, 17 s left`."""
    return f"{meter.name}: {', '.join(figures(meter))}"

"""How long a conversation of 1,000 messages takes to its first right screen after the terminal changed its size."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import pyte

from tests.benchmarks.conversations import stored
from tests.benchmarks.figures import Figure, ms
from tests.benchmarks.listening import Heard
from tests.benchmarks.programs import HYBRIDCHAT, peer, surroundings
from tests.support.terminal import NOISE

MESSAGES = 1000
WIDE, NARROW = (120, 40), (80, 24)
WITHIN = 0.3
"""Seconds."""
SETTLE = 2.0
"""Seconds after which a screen is the last one."""
_TOP, _BOTTOM = 1, 8
"""Lines of the screen that hold no conversation: the title, and composer, hints and gauges, which change by themselves."""
_ACROSS = 80
"""Columns that do: right of them are gauges on a wide screen."""


class Timed(Heard):
    """A terminal that remembers when which bytes came."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], size: tuple[int, int]) -> None:
        self.marks: list[tuple[float, int]] = []
        super().__init__(command, env=env, columns=size[0], rows=size[1])

    def pump(self, timeout: float) -> float | None:
        at = super().pump(timeout)
        if at is not None:
            self.marks.append((at, len(self.raw)))
        return at


def figures(*, quick: bool) -> list[Figure]:
    n = 2 if quick else 10
    with surroundings() as env:
        session = stored(env, MESSAGES)
        ours, right = _resized((*HYBRIDCHAT, "chat", "--session", session), env, n, settle=8.0)
        bare, _ = _resized(peer("textual_screen"), env, n, settle=2.0)
    return [
        Figure(
            f"resize below {MESSAGES:,} messages, to a right screen",
            ms(ours),
            f"bare Textual screen {ms(bare)}",
            sorted(ours)[n // 2] / sorted(bare)[n // 2],
            f"<= {1e3 * WITHIN:.0f} ms, as if opened so",
            max(ours) <= WITHIN and right,
            n,
        )
    ]


def _resized(command: tuple[str, ...], env: Mapping[str, str], n: int, settle: float) -> tuple[list[float], bool]:
    """Seconds of `n` changes of size, and whether the conversation then looks as in a program opened at that size."""
    fresh = {size: _opened(command, env, size, settle) for size in (WIDE, NARROW)}
    terminal = Timed(command, env, WIDE)
    terminal.listen(settle)
    took, right = list[float](), True
    for turn in range(n):
        size = NARROW if turn % 2 == 0 else WIDE
        mark, first = len(terminal.raw), len(terminal.marks)
        terminal.resize(*size)
        asked = time.perf_counter()
        terminal.listen(SETTLE)
        steps = terminal.marks[first:]
        shown = [_drawn(bytes(terminal.raw[mark:end]), size) for _, end in steps]
        right = right and bool(shown) and shown[-1] == fresh[size]
        settled = next(i for i, screen in enumerate(shown) if screen == shown[-1])
        took.append(steps[settled][0] - asked)
    terminal.close("ctrl+q")
    return took, right


def _opened(command: tuple[str, ...], env: Mapping[str, str], size: tuple[int, int], settle: float) -> list[str]:
    terminal = Heard(command, env=env, columns=size[0], rows=size[1])
    terminal.listen(settle)
    screen = _drawn(bytes(terminal.raw), size)
    terminal.close("ctrl+q")
    return screen


def _drawn(written: bytes, size: tuple[int, int]) -> list[str]:
    """The lines of the conversation on a screen of that size after `written`."""
    screen = pyte.Screen(*size)
    pyte.ByteStream(screen).feed(NOISE.sub(b"", written))
    return [line[:_ACROSS].rstrip() for line in screen.display[_TOP:-_BOTTOM]]

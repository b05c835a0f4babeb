"""The screen while an answer streams in below a long conversation, and while nothing happens."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.benchmarks.conversations import MODEL, stored
from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.listening import Heard, visible
from tests.benchmarks.programs import HYBRIDCHAT, demo_servers, peer, surroundings
from tests.benchmarks.tap import Tap

RATE = 100.0
"""Chunks per second that the demo sends."""
MESSAGES = 500
COLUMNS, ROWS = 120, 40
SHARE, KEY_P95, LAG = 25.0, 0.035, 0.5
KEYS_APART = 0.15
LAST_WORD = b"THEEND"
SENTENCE = "Lorem ipsum dolor sit amet con secte tur adip elit sed do eius mod temp or inc ut labo re et dolo magna ali ter. "
"""Words of at most five letters: the demo sends each as one chunk."""


@dataclass(frozen=True, slots=True)
class Streamed:
    """What one streamed answer did; seconds, and bytes written to the terminal."""

    lasted: float
    cpu: float
    share: float
    """Of a core, while nobody typed."""
    written: int
    keys: list[float]
    lag: float | None


def figures(*, quick: bool) -> list[Figure]:
    with demo_servers(RATE) as servers, Tap(int(servers["OLLAMA_HOST"].rpartition(":")[2])) as tap:
        with surroundings({"OLLAMA_HOST": f"http://127.0.0.1:{tap.port}"}) as env:
            config = Path(env["HYBRIDCHAT_CONFIG"])
            config.write_text("[limits]\nmax_output = 100000\n")
            session = stored(env, MESSAGES)
            with _opened(env, session, 6 if quick else 8) as terminal:
                idle = _idle(terminal, 2 if quick else 20)
                streamed = _stream(terminal, tap, 9 if quick else 60)
        with surroundings() as env:
            bare = _bare_keys(env, 8 if quick else 60)
    return [*_told(streamed, bare), *idle]


@contextmanager
def _opened(env: Mapping[str, str], session: str, settle: float) -> Iterator[Heard]:
    terminal = Heard((*HYBRIDCHAT, "chat", "-m", MODEL, "--session", session), env=env, columns=COLUMNS, rows=ROWS)
    try:
        # the demo's gauges, its list of models, and the 500 messages being measured in the background
        terminal.listen(settle)
        yield terminal
    finally:
        terminal.close("ctrl+q")


def _stream(terminal: Heard, tap: Tap, seconds: int) -> Streamed:
    words = list(itertools.islice(itertools.cycle(SENTENCE.split()), int(RATE * seconds) - 2))
    # a paragraph every 300 words, as models write; the end is a word of its own
    text = "".join(f"{word}\n\n" if n % 300 == 299 else f"{word} " for n, word in enumerate(words))
    terminal.paste(f"repeat: {text}{LAST_WORD.decode()}")
    terminal.listen(2)
    process = psutil.Process(terminal.pid)
    before = tap.bytes
    terminal.send("enter")
    give_up = time.perf_counter() + 15
    while tap.bytes - before < 2000:
        terminal.pump(0.05)
        if time.perf_counter() > give_up:
            raise RuntimeError(f"no answer came; the last that was shown: {visible(bytes(terminal.raw[-3000:])).decode()}")
    began, cpu, written = time.perf_counter(), _cpu(process), len(terminal.raw)
    terminal.listen(seconds / 2)
    share = (_cpu(process) - cpu) / (time.perf_counter() - began)
    keys: list[float] = []
    typed = ""
    letters = itertools.cycle("qzjxvk")
    while time.perf_counter() - began < seconds - 2:
        terminal.listen(KEYS_APART)
        typed += next(letters)
        if (took := _key(terminal, typed)) is not None:
            keys.append(took)
        if len(typed) == 40:
            for _ in typed:
                terminal.send("backspace")
            terminal.listen(0.5)
            typed = ""
    mark = len(terminal.raw)
    shown = terminal.hear(LAST_WORD, mark, timeout=15)
    # the last word came before the bill: `last` is at most some milliseconds later than what was waited for
    lag = None if shown is None else max(0.0, shown - tap.last)
    return Streamed(time.perf_counter() - began, _cpu(process) - cpu, share, len(terminal.raw) - written, keys, lag)


def _key(terminal: Heard, typed: str) -> float | None:
    """Seconds from a key until the terminal was told to show what was typed so far."""
    mark, pressed = len(terminal.raw), time.perf_counter()
    terminal.write(typed[-1].encode())
    seen = terminal.hear(typed.encode(), mark, timeout=2)
    return None if seen is None else seen - pressed


def _bare_keys(env: Mapping[str, str], count: int) -> list[float]:
    terminal = Heard(peer("textual_screen"), env=env, columns=COLUMNS, rows=ROWS)
    terminal.listen(1.5)
    keys: list[float] = []
    for n, letter in zip(range(count), itertools.cycle("qzjxvk"), strict=False):
        mark, pressed = len(terminal.raw), time.perf_counter()
        terminal.write(letter.encode())
        # it is idle otherwise: what it writes next is the key
        seen = terminal.hear(letter.encode(), mark, timeout=1)
        if seen is not None and n:
            keys.append(seen - pressed)
        terminal.listen(KEYS_APART)
    terminal.close("ctrl+q")
    return keys


def _idle(terminal: Heard, seconds: int) -> list[Figure]:
    process = psutil.Process(terminal.pid)
    terminal.send("focus-out")
    terminal.listen(1)
    unwatched, cpu = len(terminal.raw), _cpu(process)
    terminal.listen(seconds / 2)
    away, away_cpu = len(terminal.raw) - unwatched, _cpu(process) - cpu
    terminal.send("focus-in")
    terminal.listen(1)
    mark, cpu = len(terminal.raw), _cpu(process)
    writes = 0
    until = time.perf_counter() + seconds
    while (left := until - time.perf_counter()) > 0:
        writes += terminal.pump(left) is not None
    written, share = len(terminal.raw) - mark, 100 * (_cpu(process) - cpu) / seconds
    return [
        Figure(f"idle {seconds / 2:.0f} s, not looked at", f"{away} bytes", goal="0 bytes", met=away == 0),
        Figure(f"idle {seconds} s, gauges changing", f"{written} bytes in {writes} writes", goal="changed figures only"),
        Figure("idle CPU", f"{share:.1f} % (away {200 * away_cpu / seconds:.1f} %)"),
    ]


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _told(streamed: Streamed, bare: list[float]) -> list[Figure]:
    share, typing = 100 * streamed.share, 100 * streamed.cpu / streamed.lasted
    p50, p95 = (percentile(streamed.keys, at) for at in (0.5, 0.95))
    floor = percentile(bare, 0.95)
    lag = streamed.lag
    per_second = streamed.written / streamed.lasted / 1000
    where = f"{RATE:.0f} chunks/s, {streamed.lasted:.0f} s, {MESSAGES} messages"
    return [
        Figure(f"streaming: {where}", f"{share:.1f} % of a core", goal=f"<= {SHARE:.0f} %", met=share <= SHARE),
        Figure("the same, half of the time with a key every 0.2 s", f"{typing:.1f} % of a core"),
        Figure(
            "key to paint while streaming, p95",
            f"{1e3 * p95:.1f} ms (p50 {1e3 * p50:.1f}, max {1e3 * max(streamed.keys):.1f})",
            f"bare Textual screen, idle {1e3 * floor:.1f} ms",
            p95 / floor,
            f"<= {1e3 * KEY_P95:.0f} ms",
            p95 <= KEY_P95,
            len(streamed.keys),
        ),
        Figure(
            "shown end behind sent end",
            "never shown" if lag is None else f"{1e3 * lag:.0f} ms",
            goal=f"< {1e3 * LAG:.0f} ms",
            met=lag is not None and lag < LAG,
        ),
        Figure("written to the terminal", f"{per_second:.1f} kB/s"),
    ]

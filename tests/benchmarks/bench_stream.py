"""The screen while an answer streams in below a conversation, short and long, and while nothing happens."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.benchmarks.conversations import MODEL, stored
from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.listening import Heard, visible
from tests.benchmarks.programs import HYBRIDCHAT, demo_servers, peer, surroundings
from tests.benchmarks.stream_texts import END, KINDS, answer
from tests.benchmarks.tap import Tap

COLUMNS, ROWS = 120, 40
SHARE, KEY_P95, LAG, KILOBYTES = 20.0, 0.030, 0.5, 15.0
"""Goals: percent of a core at 100 chunks/s, seconds, seconds, kB/s to the terminal."""
MORE = 1.2
"""Times the CPU with a long conversation above, at most."""
KEYS_APART = 0.15


@dataclass(frozen=True, slots=True)
class Case:
    """What is streamed: the kind of text, chunks per second, and messages of the conversation above."""

    kind: str
    rate: int
    messages: int

    def __str__(self) -> str:
        above = f"below {self.messages:,} messages" if self.messages else "in a new conversation"
        return f"{self.kind}, {self.rate} chunks/s, {above}"


CASES = (
    *(Case(kind, 100, 100) for kind in KINDS),
    Case("mixed", 100, 0),
    Case("mixed", 100, 1000),
    Case("list", 100, 1000),
    *(Case(kind, 200, 100) for kind in KINDS),
)
QUICK = (Case("mixed", 100, 100),)
IDLE = CASES[0]
"""After this one the idle screen is measured."""


@dataclass(slots=True)
class Streamed:
    """What one streamed answer did; seconds, and bytes written to the terminal."""

    share: float = 0.0
    """Of a core, while nobody typed."""
    typing: float = 0.0
    """The same with a key every 0.2 s."""
    rate: float = 0.0
    """Bytes per second, while nobody typed."""
    keys: list[float] = field(default_factory=list)
    lag: float | None = None


def figures(*, quick: bool) -> list[Figure]:
    done: dict[Case, Streamed] = {}
    idle: list[Figure] = []
    for rate, cases in itertools.groupby(QUICK if quick else CASES, key=lambda case: case.rate):
        with demo_servers(rate) as servers, Tap(int(servers["OLLAMA_HOST"].rpartition(":")[2])) as tap:
            for case in cases:
                with surroundings({"OLLAMA_HOST": f"http://127.0.0.1:{tap.port}"}) as env, _opened(env, case) as terminal:
                    if case == IDLE:
                        idle = _idle(terminal, 2 if quick else 20)
                    done[case] = _stream(terminal, tap, case, 9 if quick else 20)
    with surroundings() as env:
        bare = _bare_keys(env, 8 if quick else 60)
    return [*(_told(case, streamed, bare) for case, streamed in done.items()), *_history(done), *idle]


@contextmanager
def _opened(env: Mapping[str, str], case: Case) -> Iterator[Heard]:
    Path(env["HYBRIDCHAT_CONFIG"]).write_text("[limits]\nmax_output = 100000\n")
    earlier = ("--session", stored(env, case.messages)) if case.messages else ()
    terminal = Heard((*HYBRIDCHAT, "chat", "-m", MODEL, *earlier), env=env, columns=COLUMNS, rows=ROWS)
    try:
        # the demo's gauges, its list of models, and the messages being measured in the background
        terminal.listen(5 + case.messages / 200)
        yield terminal
    finally:
        terminal.close("ctrl+q")


def _stream(terminal: Heard, tap: Tap, case: Case, seconds: int) -> Streamed:
    terminal.paste(f"repeat: {answer(case.kind, case.rate * seconds)}")
    terminal.listen(2)
    process = psutil.Process(terminal.pid)
    before = tap.bytes
    terminal.send("enter")
    give_up = time.perf_counter() + 15
    while tap.bytes - before < 2000:
        terminal.pump(0.05)
        if time.perf_counter() > give_up:
            raise RuntimeError(f"no answer came; the last that was shown: {visible(bytes(terminal.raw[-3000:])).decode()}")
    done = Streamed()
    began, cpu, written = time.perf_counter(), _cpu(process), len(terminal.raw)
    terminal.listen(seconds / 2)
    took = time.perf_counter() - began
    done.share, done.rate = (_cpu(process) - cpu) / took, (len(terminal.raw) - written) / took
    again, cpu = time.perf_counter(), _cpu(process)
    done.keys = _typed(terminal, began + seconds - 2)
    done.typing = (_cpu(process) - cpu) / (time.perf_counter() - again)
    shown = terminal.hear(END.encode(), len(terminal.raw), timeout=30)
    # the last word came before the bill: `last` is at most some milliseconds later than what was waited for
    done.lag = None if shown is None else max(0.0, shown - tap.last)
    return done


def _typed(terminal: Heard, until: float) -> list[float]:
    """Seconds from a key to its paint, of a key every `KEYS_APART` or so."""
    keys: list[float] = []
    typed, letters = "", itertools.cycle("qzjxvk")
    while time.perf_counter() < until:
        terminal.listen(KEYS_APART)
        typed += next(letters)
        if (took := _key(terminal, typed)) is not None:
            keys.append(took)
        if len(typed) == 40:
            for _ in typed:
                terminal.send("backspace")
            terminal.listen(0.5)
            typed = ""
    return keys


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
        Figure("idle CPU", f"{share:.1f} % (away {200 * away_cpu / seconds:.1f} %)", goal="<= 1 %", met=share <= 1),
    ]


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _told(case: Case, done: Streamed, bare: list[float]) -> Figure:
    p50, p95, floor = percentile(done.keys, 0.5), percentile(done.keys, 0.95), percentile(bare, 0.95)
    share, rate = 100 * done.share, done.rate / 1000
    end = "never shown" if done.lag is None else f"{1e3 * done.lag:.0f} ms behind"
    met = p95 <= KEY_P95 and done.lag is not None and done.lag < LAG and rate <= KILOBYTES
    goal = f"key {1e3 * KEY_P95:.0f} ms, end < {1e3 * LAG:.0f} ms, {KILOBYTES:.0f} kB/s"
    if case.rate <= 100:
        met, goal = met and share <= SHARE, f"{SHARE:.0f} %, {goal}"
    return Figure(
        str(case),
        f"{share:.1f} % of a core (typing {100 * done.typing:.1f}), key p95 {1e3 * p95:.0f} ms (p50 {1e3 * p50:.0f}), "
        f"end {end}, {rate:.1f} kB/s",
        f"bare Textual screen, idle: key p95 {1e3 * floor:.1f} ms",
        p95 / floor,
        goal,
        met,
        len(done.keys),
    )


def _history(done: Mapping[Case, Streamed]) -> Iterator[Figure]:
    """What a long conversation above costs."""
    few, many = (done.get(Case("mixed", 100, messages)) for messages in (0, 1000))
    if few is not None and many is not None:
        times = many.share / few.share
        shares = [f"{100 * one.share:.1f} %" for one in (many, few)]
        yield Figure(
            "CPU below 1,000 messages", shares[0], f"in a new conversation {shares[1]}", times, f"<= {MORE} x", times <= MORE
        )

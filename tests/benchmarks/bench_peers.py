"""Two other chats for the terminal beside ours, on the same server in the same run: start, memory, and 100 chunks a second.

`HYBRIDCHAT_OTERM` and `HYBRIDCHAT_ELIA` name the programs, each in an environment of its own:
`python -m venv DIR`, `DIR/bin/pip install oterm` (or `elia-chat`), then
`HYBRIDCHAT_OTERM=DIR/bin/oterm python -m tests.benchmarks peers`.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
import pyte

from tests.benchmarks.conversations import MODEL
from tests.benchmarks.figures import Figure
from tests.benchmarks.listening import Heard
from tests.benchmarks.programs import HYBRIDCHAT, demo_servers, surroundings
from tests.benchmarks.stream_texts import END, answer
from tests.benchmarks.tap import Tap
from tests.support.terminal import NOISE

HOW = "set HYBRIDCHAT_OTERM and HYBRIDCHAT_ELIA to the programs, each installed in an environment of its own"
RATE = 100
GIVE_UP = 90.0
"""Seconds after the end was sent."""
NAME = MODEL.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Program:
    """A chat to be measured: its command and variables, what its first usable screen shows, and the way to an empty chat."""

    name: str
    command: tuple[str, ...]
    ready: bytes
    settings: Callable[[Path, str], dict[str, str]]
    enter: Callable[[Screen], None]
    sends: str = "enter"


class Screen(Heard):
    """A terminal whose picture is drawn when it is asked for."""

    def lines(self) -> list[str]:
        screen = pyte.Screen(self.columns, self.rows)
        pyte.ByteStream(screen).feed(NOISE.sub(b"", bytes(self.raw)))
        return list(screen.display)

    def until(self, text: str, seconds: float = 60.0) -> None:
        """Raises `RuntimeError` when `text` is not shown in time."""
        end = time.perf_counter() + seconds
        while not any(text in line for line in self.lines()):
            if time.perf_counter() > end or not self.alive:
                raise RuntimeError(f"{text!r} was not shown:\n" + "\n".join(filter(str.strip, self.lines())))
            self.pump(0.2)

    def click(self, text: str) -> None:
        """Presses the mouse on the lowest line that shows `text`."""
        y, x = max((y, line.find(text)) for y, line in enumerate(self.lines()) if text in line)
        at = f"{x + 2};{y + 1}"
        self.write(f"\x1b[<0;{at}M\x1b[<0;{at}m".encode())
        self.listen(1.0)


def _ours(folder: Path, url: str) -> dict[str, str]:
    (folder / "config" / "config.toml").write_text("[limits]\nmax_output = 100000\n")
    return {"OLLAMA_HOST": url}


def _oterm(folder: Path, url: str) -> dict[str, str]:
    (folder / "oterm").mkdir(exist_ok=True)
    (folder / "oterm" / "config.json").write_text(json.dumps({"splash-screen": False}))
    return {"OTERM_DATA_DIR": str(folder / "oterm"), "OLLAMA_HOST": url, "OLLAMA_URL": url}


def _elia(folder: Path, url: str) -> dict[str, str]:
    (folder / ".config" / "elia").mkdir(parents=True, exist_ok=True)
    (folder / ".config" / "elia" / "config.toml").write_text(
        f'default_model = "ollama/{NAME}"\n[[models]]\nname = "ollama/{NAME}"\napi_base = "{url}"\n'
    )
    return {"OLLAMA_API_BASE": url, "OLLAMA_HOST": url}


def _oterm_chat(screen: Screen) -> None:
    screen.send("ctrl+n")
    screen.until("Type model name")
    screen.send("tab")
    screen.listen(0.5)
    screen.write(NAME.encode())
    screen.listen(1.5)
    screen.click(NAME)
    screen.click("Save")
    screen.listen(2.0)
    screen.click("❯")


def _nothing(screen: Screen) -> None:
    screen.listen(1.0)


def _programs() -> Iterator[Program]:
    yield Program("hybridchat", (*HYBRIDCHAT, "chat", "-m", MODEL), "message…".encode(), _ours, _nothing)
    if oterm := os.environ.get("HYBRIDCHAT_OTERM"):
        yield Program("oterm", (oterm,), b"Ctrl+N", _oterm, _oterm_chat)
    if elia := os.environ.get("HYBRIDCHAT_ELIA"):
        yield Program("elia", (elia,), b"Enteryourmessage", _elia, _nothing, "ctrl+j")


def figures(*, quick: bool) -> list[Figure]:
    programs = list(_programs())
    if len(programs) == 1:
        return [Figure("other chats", HOW, n=0)]
    found: list[Figure] = []
    seconds = 6 if quick else 20
    with demo_servers(RATE) as servers, Tap(_port(servers["OLLAMA_HOST"]), _port(servers["OPENAI_BASE_URL"])) as tap:
        for program in programs:
            with surroundings() as env:
                env |= program.settings(Path(env["HOME"]), f"http://127.0.0.1:{tap.port}")
                found += _measured(program, env, tap, seconds, 1 if quick else 3)
    return found


def _port(url: str) -> int:
    return int(url.removesuffix("/v1").rpartition(":")[2])


def _measured(program: Program, env: Mapping[str, str], tap: Tap, seconds: int, n: int) -> Iterator[Figure]:
    name = f"{program.name} {_version(program)}".strip()
    starts: list[tuple[float, float]] = []
    for turn in range(n + 1):
        with _opened(program, env) as screen:
            at = screen.hear(program.ready, 0, timeout=90)
            if at is None:
                yield Figure(f"{name}: start", "no usable screen in 90 s", n=0)
                return
            if turn:  # the first one compiles
                starts.append((at - screen.started, screen.cpu() or 0.0))
    wall, cpu = (sorted(values)[len(values) // 2] for values in zip(*starts, strict=True))
    yield Figure(f"{name}: first usable screen", f"{wall:.2f} s, {cpu:.2f} s of CPU", n=n)
    with _opened(program, env) as screen:
        screen.hear(program.ready, 0, timeout=90)
        screen.listen(3.0)
        process = psutil.Process(screen.pid)
        yield Figure(f"{name}: memory at rest", f"{process.memory_info().rss / 1e6:.0f} MB")
        try:
            program.enter(screen)
            yield _followed(program, name, screen, tap, seconds)
        except RuntimeError as problem:
            yield Figure(f"{name}: {RATE} chunks/s", f"not measured: {str(problem).splitlines()[0]}", n=0)


def _followed(program: Program, name: str, screen: Screen, tap: Tap, seconds: int) -> Figure:
    process = psutil.Process(screen.pid)
    # one line, for not every chat takes more of them from a paste
    said = " ".join(itertools.islice(itertools.cycle(answer("list", 100).replace("- ", "").split()[:-1]), RATE * seconds))
    screen.paste(f"repeat: {said} {END}")
    screen.listen(2.0)
    before, times = tap.bytes, process.cpu_times()
    spent = times.user + times.system
    screen.send(program.sends)
    end = time.perf_counter() + 60
    while tap.bytes - before < 2000:
        screen.pump(0.05)
        if time.perf_counter() > end:
            raise RuntimeError("no answer came")
    began = time.perf_counter()
    screen.listen(seconds / 2)
    shown = screen.hear(END.encode(), len(screen.raw), timeout=seconds / 2 + GIVE_UP)
    times, took = process.cpu_times(), time.perf_counter() - began
    share = (times.user + times.system - spent) / took
    behind = (
        f"not shown {GIVE_UP:.0f} s after it was sent" if shown is None else f"shown {max(0.0, shown - tap.last):.1f} s behind"
    )
    size = process.memory_info().rss / 1e6
    return Figure(f"{name}: {RATE} chunks/s, {seconds} s", f"end {behind}, {100 * share:.0f} % of a core, {size:.0f} MB")


@contextlib.contextmanager
def _opened(program: Program, env: Mapping[str, str]) -> Iterator[Screen]:
    screen = Screen(program.command, env=env, columns=120, rows=40)
    try:
        yield screen
    finally:
        screen.close("ctrl+q")


def _version(program: Program) -> str:
    """The version of what is installed beside the program; empty for ours."""
    python = Path(program.command[0]).with_name("python")
    package = {"oterm": "oterm", "elia": "elia-chat"}.get(program.name)
    if package is None:
        return ""
    asked = f"from importlib.metadata import version; print(version({package!r}))"
    return subprocess.run([python, "-c", asked], capture_output=True, text=True, check=False).stdout.strip()

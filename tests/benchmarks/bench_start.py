"""What starting costs: the import, `--help`, the first paint, and memory at rest."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Mapping, Sequence

import psutil

from tests.benchmarks.conversations import stored
from tests.benchmarks.figures import Figure, ms, ratio
from tests.benchmarks.listening import Heard
from tests.benchmarks.programs import HYBRIDCHAT, demo_servers, interleaved, peer, surroundings

MEGABYTE = 1e6


def figures(*, quick: bool) -> list[Figure]:
    with surroundings() as env:
        found = [_import(env, 9 if quick else 25), _help(env, 3 if quick else 11), *_paint(env, 3 if quick else 11)]
        return [*found, *_memory(env, 1 if quick else 2)]


def _import(env: Mapping[str, str], n: int) -> Figure:
    python = (sys.executable, "-c")
    runs = interleaved({"bare": (*python, "pass"), "ours": (*python, "import hybridchat")}, env, n)
    bare, ours = ([r.cpu for r in runs[name]] for name in ("bare", "ours"))
    more = statistics.median(ours) - statistics.median(bare)
    return Figure(
        "import hybridchat, CPU", ms(ours), f"python -c pass {ms(bare)}", ratio(ours, bare), "< 5 ms more", more < 0.005, n
    )


def _help(env: Mapping[str, str], n: int) -> Figure:
    floor = (sys.executable, "-c", "import typer, rich")
    runs = interleaved({"floor": floor, "ours": (*HYBRIDCHAT, "--help")}, env, n)
    bare, ours = ([r.cpu for r in runs[name]] for name in ("floor", "ours"))
    times = ratio(ours, bare)
    return Figure("hybridchat --help, CPU", ms(ours), f"import typer, rich {ms(bare)}", times, "<= 2 x", times <= 2, n)


def _paint(env: Mapping[str, str], n: int) -> list[Figure]:
    first: dict[str, list[float]] = {"peer": [], "ours": []}
    cpu: dict[str, list[float]] = {"peer": [], "ours": []}
    ready: list[float] = []
    for turn in range(n + 1):
        for name, command in (("peer", peer("textual_screen")), ("ours", HYBRIDCHAT)):
            terminal = Heard(command, env=env)
            while terminal.first_paint is None:
                terminal.pump(0.5)
            used = terminal.cpu()
            if turn and used is not None:
                cpu[name].append(used)
            if name == "ours" and turn and (at := terminal.hear("message…".encode(), 0)) is not None:
                ready.append(at - terminal.started)
            if turn:
                first[name].append(terminal.first_paint)
            terminal.close("ctrl+q")
    times = ratio(first["ours"], first["peer"])
    bare = f"bare Textual screen {ms(first['peer'])}"
    told = (
        [Figure("the same, CPU", ms(cpu["ours"]), ms(cpu["peer"]), ratio(cpu["ours"], cpu["peer"]), n=n)] if cpu["ours"] else []
    )
    return [
        Figure("hybridchat, first paint", ms(first["ours"]), bare, times, "<= 1.2 x", times <= 1.2, n),
        *told,
        Figure("hybridchat, composer shown", ms(ready), n=n),
    ]


def _memory(env: Mapping[str, str], n: int) -> list[Figure]:
    bare = [_resident(peer("textual_screen"), env) for _ in range(n)]
    idle = [_resident(HYBRIDCHAT, env) for _ in range(n)]
    empty = [_resident((*HYBRIDCHAT, "chat"), env) for _ in range(n)]
    session = stored(env, 500)
    full = [_resident((*HYBRIDCHAT, "chat", "--session", session), env, settle=4.0) for _ in range(n)]
    more = statistics.median(full) - statistics.median(empty)
    least = f"bare Textual screen {_mb(bare)}"
    rested = statistics.median(idle)
    return [
        Figure("RSS at rest", _mb(idle), least, rested / statistics.median(bare), "<= 75 MB", rested <= 75, n),
        _served(env, n),
        Figure("RSS of 500 messages", f"+{more:.1f} MB", f"without {_mb(empty)}", goal="<= 25 MB more", met=more <= 25, n=n),
    ]


def _served(env: Mapping[str, str], n: int) -> Figure:
    """Memory at rest where an Ollama answered, and a conversation's model was named on the command line."""
    with demo_servers(0) as servers:
        there = {**env, "OLLAMA_HOST": servers["OLLAMA_HOST"]}
        rested = [_resident((*HYBRIDCHAT, "chat", "-m", "ollama:llama3.2:3b"), there) for _ in range(n)]
    size = statistics.median(rested)
    return Figure("RSS at rest, with an Ollama", _mb(rested), goal="<= 75 MB", met=size <= 75, n=n)


def _resident(command: Sequence[str], env: Mapping[str, str], settle: float = 2.0) -> float:
    """Megabytes of a program on a terminal that nobody touched for `settle` seconds after its first paint."""
    terminal = Heard(command, env=env)
    while terminal.first_paint is None:
        terminal.pump(0.5)
    terminal.listen(settle)
    size = psutil.Process(terminal.pid).memory_info().rss / MEGABYTE
    terminal.close("ctrl+q")
    return float(size)


def _mb(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.1f} [{min(values):.1f}-{max(values):.1f}] MB"

"""Programs to be measured: where they find themselves, how long they take, and the demo servers they talk to."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PEERS = Path(__file__).parent / "peers"
HYBRIDCHAT = (sys.executable, "-c", "from hybridchat.__main__ import main; main()")
"""What the installed `hybridchat` runs; `python -m` would add 4 ms of its own."""


def peer(name: str, *arguments: str) -> tuple[str, ...]:
    """The command that runs one of the scripts we are compared with."""
    return (sys.executable, str(PEERS / f"{name}.py"), *arguments)


@contextlib.contextmanager
def surroundings(servers: Mapping[str, str] | None = None) -> Iterator[dict[str, str]]:
    """An environment with empty directories of its own, nobody's keys, and no Ollama but that of `servers`."""
    unwanted = ("OPENAI_", "ANTHROPIC_", "OLLAMA_", "HYBRIDCHAT_", "XDG_", "HTTP", "ALL_PROXY", "http", "all_proxy", "PYTHON")
    env = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    with tempfile.TemporaryDirectory(prefix="hybridchat-bench-", ignore_cleanup_errors=True) as folder:
        own = {
            "HOME": folder,
            "USERPROFILE": folder,
            "HYBRIDCHAT_CONFIG": f"{folder}/config/config.toml",
            "HYBRIDCHAT_DATA_DIR": f"{folder}/data",
            "OLLAMA_HOST": f"127.0.0.1:{closed_port()}",
            # empty is as good as unset: what is measured is compiled once, as pip does when it installs
            "PYTHONDONTWRITEBYTECODE": "",
        }
        Path(own["HYBRIDCHAT_CONFIG"]).parent.mkdir()
        Path(own["HYBRIDCHAT_CONFIG"]).touch()
        yield {**env, **own, **(servers or {})}


def closed_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a program; all in seconds. `first` is when the first byte came on stdout, `None` without any."""

    first: float | None
    wall: float
    cpu: float
    output: bytes


def run(command: Sequence[str], env: Mapping[str, str]) -> Run:
    """Runs a program to its end. Raises `RuntimeError` when it fails. POSIX only (`wait4`)."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, env=dict(env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    first, output = None, b""
    while data := os.read(process.stdout.fileno(), 1 << 16):
        first = first or time.perf_counter() - began
        output += data
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return Run(first, wall, usage.ru_utime + usage.ru_stime, output)


def interleaved(commands: Mapping[str, Sequence[str]], env: Mapping[str, str], n: int) -> dict[str, list[Run]]:
    """`n` runs of each command, taken in turns after one of each to warm up the caches."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for turn in range(n + 1):
        for name, command in commands.items():
            made = run(command, env)
            if turn:
                runs[name].append(made)
    return runs


@contextlib.contextmanager
def demo_servers(rate: float) -> Iterator[dict[str, str]]:
    """The demo servers in a process of their own; yields the variables that point clients at them."""
    with surroundings() as env:
        process = subprocess.Popen(
            [*HYBRIDCHAT, "demo", "serve", "--rate", str(rate)],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert process.stdout is not None
            found: dict[str, str] = {}
            while len(found) < 5:
                line = process.stdout.readline()
                if not line:
                    raise RuntimeError("the demo servers did not start")
                if line.startswith("export "):
                    name, _, value = line.removeprefix("export ").strip().partition("=")
                    found[name] = value
            yield found
        finally:
            process.terminate()
            process.wait(10)
            if process.stdout is not None:
                process.stdout.close()

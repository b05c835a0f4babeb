"""The program itself on a real terminal: real keys, real sockets, a real database. One program is driven through many steps."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hybridchat.demo import Demo
from hybridchat.sessions.store import Store
from tests.cli.run import bare
from tests.support.chats import environment

pytestmark = [pytest.mark.pty, pytest.mark.skipif(os.name != "posix", reason="needs a POSIX pseudo-terminal")]

if os.name == "posix":
    from tests.support.terminal import Terminal

QUESTION = "What is the capital of France?"
ESSAY = "Write a very long essay about tides."
SETTLE = 0.8
"""Seconds after which a consent question takes letters: those that come at once were meant for the composer."""
SGR = re.compile(rb"\x1b\[[0-9;]*?38;2;(\d+);(\d+);(\d+)")


@pytest.fixture
def servers() -> Iterator[Demo]:
    with Demo(chunks_per_second=150) as running:
        yield running


@contextmanager
def program(*arguments: str, env: Mapping[str, str], columns: int = 100, rows: int = 32) -> Iterator[Terminal]:
    inherited = {k: v for k, v in bare().items() if k != "TERM"}
    terminal = Terminal([sys.executable, "-m", "hybridchat", *arguments], columns=columns, rows=rows, env={**inherited, **env})
    try:
        yield terminal
    finally:
        if terminal.alive:
            terminal.close()


def until(terminal: Terminal, done: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline and terminal.alive, terminal.text()  # noqa: PT018
        terminal.pump(0.05)


def ask(terminal: Terminal, text: str) -> None:
    """Asks, and waits until the answer stands below the question with how long it took."""
    terminal.send(text, "enter")
    # the end of the scroll bar may stand beside either line
    done = re.compile(rf"   {re.escape(text)}[ ▁-█]*\n[ ▁-█]*\n(?:.*\n)*? .* · \d+\.\d s( ·|[ ▁-█]*\n)")
    until(terminal, lambda: done.search(terminal.text()))
    idle(terminal)


def idle(terminal: Terminal) -> None:
    """Waits until nothing is answering: the hint for stopping is gone."""
    until(terminal, lambda: "esc stop" not in terminal.text())


def consent(terminal: Terminal, key: str) -> None:
    terminal.wait_for("[y] send")
    deadline = time.monotonic() + SETTLE
    while time.monotonic() < deadline:
        terminal.pump(0.05)
    terminal.send(key)
    until(terminal, lambda: "[y] send" not in terminal.text())


def flip(demo: Demo, **conditions: bool) -> None:
    body = json.dumps(conditions).encode()
    request = urllib.request.Request(f"{demo.ollama.url}/__demo/conditions", data=body, method="POST")
    urllib.request.urlopen(request, timeout=5).close()


def test_one_conversation_through_everything_a_key_can_do(servers: Demo, tmp_path: Path) -> None:
    with program("-m", "llama3.2:3b", env=environment(servers, tmp_path)) as terminal:
        _opens(terminal, servers)
        _stops(terminal, servers)
        _asks_the_other(terminal, servers)
        _locks(terminal, servers)
        _fits(terminal)
        _keeps_conversations(terminal)
        assert terminal.close("ctrl+q") == 0
        assert b"Traceback" not in terminal.raw


def _opens(terminal: Terminal, servers: Demo) -> None:
    """The first screen says what was found; nobody but this machine was contacted for it."""
    terminal.wait_for("asks before anything leaves")
    assert "✓ ollama at" in terminal.text()
    terminal.send(QUESTION)
    terminal.wait_for("→ llama3.2:3b (you asked for it)")
    terminal.send("enter")
    terminal.wait_for("The capital of France is Paris")
    terminal.wait_for("llama3.2:3b · on this machine ·")
    idle(terminal)
    assert QUESTION in terminal.text().splitlines()[0]
    assert servers.openai.connections + servers.anthropic.connections == 0


def _stops(terminal: Terminal, servers: Demo) -> None:
    """Esc in mid answer: the text stays, the server is free, the next message works."""
    terminal.send(ESSAY, "enter")
    terminal.wait_for("tide")
    until(terminal, lambda: servers.ollama.open_streams == 1)
    terminal.wait_for("esc stop")
    terminal.send("esc")
    terminal.wait_for("■ stopped")
    until(terminal, lambda: servers.ollama.open_streams == 0, 10)
    idle(terminal)
    ask(terminal, "repeat: next one works")
    assert terminal.text().count("next one works") >= 2
    terminal.send("/retry", "enter")
    until(terminal, lambda: terminal.text().count("next one works") >= 3)
    idle(terminal)
    terminal.send("/hide Zanzibar", "enter")
    terminal.wait_for("Zanzibar is hidden from now on")


def _asks_the_other(terminal: Terminal, servers: Demo) -> None:
    """Ctrl+O asks first; what was not consented to is not sent, and hidden words do not leave."""
    clouds = (servers.openai, servers.anthropic)
    ask(terminal, "repeat: write a@b.example from Zanzibar")
    terminal.send("ctrl+o")
    terminal.wait_for("2 items hidden")
    terminal.wait_for("first message to this host")
    consent(terminal, "n")
    terminal.wait_for("Not sent.")
    assert sum(c.connections for c in clouds) == 0
    terminal.send("ctrl+o")
    terminal.wait_for("[y] send")
    time.sleep(SETTLE)
    terminal.send("v")
    terminal.wait_for("Hidden (2)")
    assert "a@b.example" in terminal.text()
    terminal.send("esc")
    consent(terminal, "y")
    until(terminal, lambda: re.search(r"cloud · .* 2 items hidden\n   write a@b.example from Zanzibar", terminal.text()))
    assert "⇡ moved to cloud: 4 turns" in terminal.text()
    assert "▪ 2 hidden" in terminal.text()
    idle(terminal)
    sent = b"".join(r.body for c in clouds for r in c.requests)
    assert b"Zanzibar" not in sent
    assert b"a@b.example" not in sent
    ask(terminal, "repeat: second")
    terminal.send("ctrl+o")
    consent(terminal, "a")
    until(terminal, lambda: re.search(r"cloud · .*\n   second", terminal.text()))
    idle(terminal)
    ask(terminal, "repeat: third")
    terminal.send("ctrl+o")
    until(terminal, lambda: re.search(r"cloud · .*\n   third", terminal.text()))
    idle(terminal)


def _locks(terminal: Terminal, servers: Demo) -> None:
    """F3 is a promise; F4 and F5; the model list; a cloud that went away."""
    ask(terminal, "repeat: at home")
    before = servers.openai.connections, servers.anthropic.connections
    terminal.send("f3")
    terminal.wait_for("LOCAL ONLY  nothing leaves")
    terminal.send("ctrl+o")
    terminal.wait_for("LOCAL ONLY is on, so the other side is not asked")
    assert (servers.openai.connections, servers.anthropic.connections) == before
    terminal.send("f4")
    terminal.wait_for("⇡ CLOUD")
    terminal.send("f5")
    terminal.wait_for("AUTO · local first")
    terminal.send("f2")
    terminal.wait_for("choose for each message")
    terminal.send("home", "enter")
    until(terminal, lambda: "held:" not in terminal.text())
    flip(servers, offline=True)
    terminal.send("ctrl+o")
    terminal.wait_for("✗ no answer: No connection to 127.0.0.1")
    idle(terminal)
    ask(terminal, "repeat: here all the same")
    assert "on this machine" in terminal.text()
    terminal.wait_for("Offline: only models on this machine can answer.")
    flip(servers, offline=False)


def _fits(terminal: Terminal) -> None:
    """Any size, there and back."""
    for columns, rows in ((60, 20), (20, 10), (120, 40), (100, 32)):
        terminal.resize(columns, rows)
        terminal.wait_for("here all the same" if columns > 20 else "AUTO")
        if columns == 120:
            terminal.wait_for("THIS MACHINE")
        assert all(len(line.rstrip()) <= columns for line in terminal.screen.display)


def _keeps_conversations(terminal: Terminal) -> None:
    """Rename, new, list, open, delete, undo."""
    terminal.send("/rename About tides", "enter")
    until(terminal, lambda: "About tides" in terminal.text().splitlines()[0])
    terminal.send("ctrl+n")
    terminal.wait_for("A new conversation.")
    ask(terminal, "repeat: the second conversation")
    terminal.send("f6")
    terminal.wait_for("About tides")
    terminal.send("down", "enter")
    until(terminal, lambda: "About tides" in terminal.text().splitlines()[0])
    terminal.wait_for("here all the same")
    terminal.send("/delete", "enter")
    terminal.wait_for("Deleted “About tides”. /undo brings it back.")
    terminal.send("/undo", "enter")
    until(terminal, lambda: "About tides" in terminal.text().splitlines()[0])


def test_killed_in_mid_answer_the_text_is_there_marked_and_nothing_empty_is_left(tmp_path: Path) -> None:
    with Demo(chunks_per_second=40) as slow:
        env = environment(slow, tmp_path)
        with program(env=env) as terminal:
            terminal.wait_for("asks before anything leaves")
            terminal.send(ESSAY, "enter")
            terminal.wait_for("esc stop")
            until(terminal, lambda: _answer(terminal))
            said = _answer(terminal)
            terminal.quiet(0.6, 0.6)  # text is on the disk within 250 ms
            os.kill(terminal.pid, signal.SIGKILL)
            until(terminal, lambda: not _alive(terminal))
        with program(env=env) as terminal:
            terminal.wait_for("asks before anything leaves")
            terminal.send("a thought that was not sent")
            terminal.wait_for("not sent")
            terminal.quiet(0.5)
            terminal.send("f6")
            terminal.wait_for("Write a very long essay")
            terminal.send("enter")
            terminal.wait_for("■ answer interrupted")
            terminal.send("shift+tab", "home")
            terminal.wait_for(said)
            assert terminal.close("ctrl+q") == 0
    store = Store.open(tmp_path / "data" / "hybridchat.db")
    try:
        assert [s.turns for s in store.sessions()] == [1]
        assert store.recall("draft-new") == "a thought that was not sent"
    finally:
        store.shut()


def _alive(terminal: Terminal) -> bool:
    terminal.pump(0.05)
    return terminal.alive


def _answer(terminal: Terminal) -> str:
    """The first line of the answer on the screen, once the second one has begun."""
    lines = [line.strip() for line in terminal.text().splitlines()]
    head = next((n for n, line in enumerate(lines) if "· on this machine" in line), None)
    said = [] if head is None else [line for line in lines[head + 1 : -5] if len(line) > 20]
    return said[0] if len(said) > 1 else ""


@pytest.fixture
def near() -> Iterator[Path]:
    """A folder with a short name: what is said of a file in it stands on one line."""
    with TemporaryDirectory(prefix="h") as name:
        yield Path(name)


def test_the_demo_is_labelled_needs_nothing_and_keeps_nothing(near: Path) -> None:
    config = near / "config.toml"
    config.write_text('mouse = false\ntheme = "mine"\n')
    (near / "themes").mkdir()
    (near / "themes" / "mine.toml").write_text('primary = "no colour"\n')
    env = {"HYBRIDCHAT_DATA_DIR": str(near / "data"), "HYBRIDCHAT_CONFIG": str(config), "NO_COLOR": "1"}
    with program("demo", env=env, columns=80, rows=24) as terminal:
        terminal.wait_for("DEMO · canned text, no model")
        terminal.wait_for("primary: 'no colour'")
        ask(terminal, QUESTION)
        terminal.wait_for("Paris")
        terminal.send("ctrl+o")
        terminal.wait_for("hidden · no price")
        consent(terminal, "y")
        terminal.wait_for("· cloud ·")
        terminal.wait_for("s · no price")
        terminal.send("/quit", "enter")
        assert terminal.close("") == 0
        assert b"\x1b[?1000h" not in terminal.raw, "mouse = false"
        assert all(len(set(found.groups())) == 1 for found in SGR.finditer(bytes(terminal.raw))), "NO_COLOR"
    assert not (near / "data").exists()


@pytest.mark.parametrize(("flag", "asks"), [("", True), ("", False), ("--no-save", True), ("--private", True), ("--demo", True)])
def test_leaving_says_how_to_come_back_where_something_is_kept(servers: Demo, tmp_path: Path, flag: str, asks: bool) -> None:
    with program(*filter(None, [flag]), env=environment(servers, tmp_path)) as terminal:
        terminal.wait_for("found here")
        if asks:
            ask(terminal, QUESTION)
        assert terminal.close("ctrl+q") == 0
        after = terminal.raw.rpartition(b"\x1b[?1049l")[2].decode()
    told = re.search(r"To go on: hybridchat --session (\w+)\r\n", after)
    assert bool(told) == (asks and not flag), after
    if told:
        with program("--session", told[1], env=environment(servers, tmp_path)) as terminal:
            terminal.wait_for("The capital of France is Paris")

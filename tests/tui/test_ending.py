"""Told to end from outside, or left without a terminal: everything is kept, the terminal given back, nothing printed."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from hybridchat.demo import Demo
from hybridchat.sessions.store import Store
from tests.cli.run import bare
from tests.support.chats import environment

pytestmark = [pytest.mark.pty, pytest.mark.skipif(os.name != "posix", reason="needs a POSIX pseudo-terminal")]

if os.name == "posix":
    from tests.support.terminal import Terminal

DRAFT = "a thought that was not sent"


def answering(demo: Demo, folder: Path, *, deaf: bool = False) -> Terminal:
    """A program in mid answer with something in its composer; `deaf` to SIGHUP as under nohup."""
    command = [sys.executable, "-m", "hybridchat"]
    if deaf:
        command = ["sh", "-c", 'trap "" HUP; exec "$0" "$@"', *command]
    inherited = {k: v for k, v in bare().items() if k != "TERM"}
    terminal = Terminal(command, env={**inherited, **environment(demo, folder)})
    terminal.wait_for("asks before anything leaves")
    terminal.send("Write a very long essay about tides.", "enter")
    terminal.wait_for("· on this machine")
    terminal.wait_for("This is a prepared text.")
    terminal.send(DRAFT)
    terminal.wait_for(DRAFT)
    return terminal


def hang_up(terminal: Terminal) -> None:
    """The window is closed, the connection cut."""
    os.close(terminal.fd)
    terminal.alive = False


def code_of(terminal: Terminal, seconds: float = 20.0) -> int:
    deadline = time.monotonic() + seconds
    while True:
        pid, status = os.waitpid(terminal.pid, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > deadline:
            os.kill(terminal.pid, signal.SIGKILL)
            os.waitpid(terminal.pid, 0)
            raise AssertionError(f"still running after {seconds} s")
        if terminal.alive:
            terminal.pump(0.02)
        else:
            time.sleep(0.02)


def kept(folder: Path) -> None:
    """The answer so far is stored and said to have broken off, and the draft with it."""
    store = Store.open(folder / "data" / "hybridchat.db")
    try:
        (session,) = store.sessions()
        (turn,) = store.path(session.id)
        assert turn.ending in {"stopped", "cut"}
        assert "This is a prepared text." in turn.attempts[-1].text
        assert store.read_draft(session.id) == DRAFT
    finally:
        store.shut()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_program_as_its_key_does(name: str, tmp_path: Path) -> None:
    number = signal.Signals[name]
    with Demo(chunks_per_second=40) as slow:
        terminal = answering(slow, tmp_path)
        os.kill(terminal.pid, number)
        assert code_of(terminal) == 128 + number
        while terminal.pump(0.2):
            pass
        assert b"\x1b[?1049l" in terminal.raw[-400:], "the shell's own screen is back"
        assert b"Traceback" not in terminal.raw
    kept(tmp_path)


@pytest.mark.parametrize("deaf", [False, True])
def test_a_terminal_that_went_away_ends_the_program_and_nothing_is_lost(deaf: bool, tmp_path: Path) -> None:
    with Demo(chunks_per_second=40) as slow:
        terminal = answering(slow, tmp_path, deaf=deaf)
        hang_up(terminal)
        assert code_of(terminal) == 129
    kept(tmp_path)

"""What is copied reaches the clipboard of whoever sits there, and a link its browser, by whatever way there is."""

from __future__ import annotations

import base64
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hybridchat.tui import clipboard, links
from tests.cli.run import bare

if os.name == "posix":
    from tests.support.terminal import Terminal


@contextmanager
def demo(folder: Path, **env: str) -> Iterator[Terminal]:
    (folder / "config.toml").touch()
    inherited = {k: v for k, v in bare().items() if k != "TERM"}
    own = {"HYBRIDCHAT_DATA_DIR": str(folder / "data"), "HYBRIDCHAT_CONFIG": str(folder / "config.toml")}
    terminal = Terminal([sys.executable, "-m", "hybridchat", "demo"], columns=80, rows=24, env={**inherited, **own, **env})
    try:
        terminal.wait_for("DEMO · canned text, no model")
        yield terminal
        assert b"Traceback" not in terminal.raw
    finally:
        terminal.close("ctrl+q")


def until(terminal: Terminal, done: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, terminal.text()
        terminal.pump(0.05)


def answered(terminal: Terminal, text: str) -> None:
    """Asks for `text` back and goes to the answer."""
    terminal.send(f"repeat: {text}", "enter")
    until(terminal, lambda: text in terminal.text().replace(f"repeat: {text}", "") and "esc stop" not in terminal.text())
    terminal.send("shift+tab")
    terminal.wait_for("back to writing")


def clip(text: str) -> bytes:
    return b"\x1b]52;c;" + base64.b64encode(text.encode()) + b"\x07"


def passed_on(text: str) -> bytes:
    return b"\x1bPtmux;" + clip(text).replace(b"\x1b", b"\x1b\x1b") + b"\x1b\\"


@pytest.mark.pty
@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX pseudo-terminal")
def test_over_ssh_the_terminal_is_asked_to_copy_also_through_tmux(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("mouse = false\n")
    with demo(tmp_path, SSH_TTY="/dev/pts/9", TMUX="/tmp/tmux,1,0") as terminal:
        answered(terminal, "naïve 漢字")
        assert b"\x1b[?1000h" not in terminal.raw, "mouse = false"
        terminal.send("y")
        until(terminal, lambda: clip("naïve 漢字") in terminal.raw)
        until(terminal, lambda: passed_on("naïve 漢字") in terminal.raw)
        terminal.send("esc")
        until(terminal, lambda: "back to writing" not in terminal.text())
        terminal.send("/mouse", "enter")
        until(terminal, lambda: b"\x1b[?1000h" in terminal.raw)
        terminal.send("/mouse off", "enter")
        until(terminal, lambda: b"\x1b[?1003l" in terminal.raw)
        terminal.wait_for("The mouse is the terminal's")


def program(folder: Path, name: str, kept: Path) -> None:
    """A command that keeps what it was given."""
    path = folder / name
    path.write_text(f'#!/bin/sh\n{{ [ $# -gt 0 ] && printf %s "$1" || cat; }} > "{kept}"\n')
    path.chmod(0o755)


@pytest.mark.pty
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the commands of a Linux desktop")
def test_at_the_desk_the_clipboard_is_filled_and_a_link_is_shown_before_it_is_opened(tmp_path: Path) -> None:
    copied, opened = tmp_path / "copied", tmp_path / "opened"
    program(tmp_path, "wl-copy", copied)
    program(tmp_path, "xdg-open", opened)
    env = {"WAYLAND_DISPLAY": "wayland-0", "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    with demo(tmp_path, **env) as terminal:
        answered(terminal, "see https://docs.example/page now")
        terminal.send("y")
        until(terminal, lambda: copied.exists() and copied.read_text() == "see https://docs.example/page now")
        terminal.send("o")
        terminal.wait_for("Enter or a second click opens it")
        assert not opened.exists(), "it is shown first"
        terminal.send("enter")
        until(terminal, lambda: opened.exists() and opened.read_text() == "https://docs.example/page")


def test_nothing_of_this_machine_is_used_over_ssh() -> None:
    far = {"SSH_CONNECTION": "1 2 3 4", "DISPLAY": ":10", "WAYLAND_DISPLAY": "w", "PATH": os.environ.get("PATH", "")}
    for platform in ("linux", "darwin", "win32"):
        assert clipboard.tool(platform, far) == ()
        assert links.browser(platform, far) == ()
    assert links.browser("linux", {}) == (), "no display, no browser"


def test_screen_is_given_a_copy_in_pieces_that_it_passes_on() -> None:
    said = clipboard.wrapped("x" * 1_000, {"STY": "1.pts"})
    pieces = said.removeprefix("\x1bP").removesuffix("\x1b\\").split("\x1b\\\x1bP")
    assert max(map(len, pieces)) <= 240
    assert "".join(pieces).encode() == clip("x" * 1_000)
    assert clipboard.wrapped("x", {}) == ""

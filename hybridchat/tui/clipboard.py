"""Copying: by the terminal itself, which works over SSH, also through tmux and screen; and by this machine's own clipboard."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from shutil import which

from textual.app import App
from textual.driver import Driver

_PIECE = 240
"""Characters that GNU screen passes on at a time: it stops reading a longer string."""


def pass_on(app: App[None], driver: Driver | None, text: str) -> None:
    """Takes a copy further than the terminal that the program writes to."""
    if driver is None or app.is_headless or app.is_web:
        return
    if more := wrapped(text, os.environ):
        driver.write(more)
    app.run_worker(partial(here, text), thread=True, group="clipboard")


def here(text: str) -> None:
    """Fills the clipboard of this machine where a command does that. Looks for it on the disk, so off the event loop."""
    if command := tool(sys.platform, os.environ):
        fill(command, text)


def wrapped(text: str, env: Mapping[str, str]) -> str:
    """What has tmux or screen pass the copy on to the terminal they run in; empty where nothing stands between.

    Besides the plain sequence (OSC 52), which tmux obeys only with `set-clipboard on`: passing on needs `allow-passthrough on`.
    """
    sequence = f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\a"
    if env.get("TMUX"):
        return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if env.get("STY"):
        pieces = (sequence[at : at + _PIECE] for at in range(0, len(sequence), _PIECE))
        return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return ""


def tool(platform: str, env: Mapping[str, str]) -> tuple[str, ...]:
    """The command that fills the clipboard of this machine, for terminals that leave OSC 52 alone; none over SSH."""
    if env.get("SSH_CONNECTION") or env.get("SSH_TTY"):
        return ()
    known: list[tuple[str, ...]] = []
    if platform == "darwin":
        known.append(("pbcopy",))
    elif platform.startswith("linux"):
        if env.get("WAYLAND_DISPLAY"):
            known.append(("wl-copy",))
        if env.get("DISPLAY"):
            known += [("xclip", "-selection", "clipboard"), ("xsel", "--clipboard", "--input")]
    return next((command for command in known if which(command[0], path=env.get("PATH"))), ())


def fill(command: tuple[str, ...], text: str) -> None:
    """Hands the text to the command, off the event loop. A failure is not told: the terminal was asked too."""
    try:
        nothing = subprocess.DEVNULL
        subprocess.run(command, input=text.encode(), stdout=nothing, stderr=nothing, timeout=3, check=False)
    except (OSError, subprocess.SubprocessError):
        return

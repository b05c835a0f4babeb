"""What came through the pipe, and which terminal we are in."""

from __future__ import annotations

import contextlib
import os
import select
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from hybridchat.cli import edge
from hybridchat.cli.edge import Exit, say

PATIENCE = 2.0
"""Seconds that a silent pipe is waited for without a word."""


def question(words: Sequence[str]) -> str:
    """Piped text first, then the argument. Raises `Exit` when there is nothing, or when the pipe holds no text."""
    asked = " ".join(words).strip()
    piped = _piped().strip("\n")
    whole = f"{piped}\n\n{asked}" if piped and asked else piped or asked
    if not whole.strip():
        raise Exit(edge.USAGE, 'Nothing was asked. Write: hybridchat ask "your question", or pipe text into it.')
    return whole


def _piped() -> str:
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        return ""
    _tell_waiting(sys.stdin)
    data = sys.stdin.buffer.read()
    if b"\0" in data[:65536]:
        raise Exit(edge.USAGE, "The piped input is binary, not text; nothing was sent.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Exit(edge.USAGE, f"The piped input is not UTF-8 text (byte {error.start:,}); nothing was sent.") from None


def _tell_waiting(stream: TextIO) -> None:
    """Says what we wait for when a pipe stays open and silent, as under ssh or in a service; a hang explains nothing."""
    if os.name != "posix" or sys.stderr is None or not sys.stderr.isatty():
        return
    with contextlib.suppress(OSError, ValueError):  # not everything that stands for stdin has a descriptor
        if not select.select([stream], [], [], PATIENCE)[0]:
            say("Waiting for the piped text to end. Nothing to pipe? Add < /dev/null")


def terminal() -> str:
    """A name for this terminal that stays the same from one command to the next."""
    for variable in ("TMUX_PANE", "TERM_SESSION_ID", "WT_SESSION", "WINDOWID"):
        if named := os.environ.get(variable):
            return f"{variable}={named}"
    if sys.platform != "win32":
        for stream in (sys.stderr, sys.stdout, sys.stdin):
            try:
                return os.ttyname(stream.fileno())
            except (AttributeError, OSError, ValueError):
                continue
    return f"parent={os.getppid()}"


@contextmanager
def person() -> Iterator[TextIO | None]:
    """Where somebody at the terminal can answer, also when a pipe is on stdin; `None` where nobody sees our question."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
    elif sys.stdin is not None and sys.stdin.isatty():
        yield sys.stdin
    else:
        try:
            # the terminal's own name, whatever stands on the standard streams
            terminal = open("CONIN$" if os.name == "nt" else "/dev/tty", encoding="utf-8", errors="replace")  # noqa: SIM115, PTH123
        except OSError:
            yield None
        else:
            with terminal:
                yield terminal

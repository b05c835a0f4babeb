"""The size of the window, read once more after it changed."""

from __future__ import annotations

import os
import sys

from textual import events
from textual.app import App
from textual.geometry import Size

SOON = 0.25
"""Seconds after a change until the size is read again."""


def check(app: App[None]) -> None:
    """Takes on the size that the terminal really has.

    Textual reads it in a signal handler. One that is interrupted by the next hands its size on last, though it is the older one:
    the screen would keep it until the window changes again.
    """
    if os.name != "posix" or app.is_headless or app.is_web or sys.__stdout__ is None:
        return
    try:
        size = Size(*os.get_terminal_size(sys.__stdout__.fileno()))
    except (OSError, ValueError):  # no terminal, or one that is gone
        return
    if size and size != app.size:
        app.post_message(events.Resize(size, size))

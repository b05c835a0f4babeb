"""What the doctor finds without a configuration: the program, the terminal, the disk."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum

from hybridchat import __version__
from hybridchat.config.paths import data_dir
from hybridchat.render.terminal import recognise
from hybridchat.render.words import size
from hybridchat.value import value

LITTLE, TOO_LITTLE = 1_000_000_000, 50_000_000
"""Bytes of free disk from which on it is told, and from which on it is wrong: an answer and its search index take kilobytes."""
_LEAST = (60, 20)
"""Columns and rows that every screen is made for."""


class State(StrEnum):
    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@value
class Item:
    """One thing that was looked at. `fix` is what to do, a command where there is one."""

    area: str
    text: str
    state: State = State.OK
    fix: str = ""


def basics(env: Mapping[str, str]) -> Iterator[Item]:
    """What can be told without a configuration: the program, the terminal, the disk."""
    yield Item(
        "program", f"hybridchat {__version__}, Python {platform.python_version()}, {platform.system()} {platform.release()}"
    )
    yield from _terminal(env)
    yield from _disk(env)


def _terminal(env: Mapping[str, str]) -> Iterator[Item]:
    found = recognise(env)
    columns, rows = shutil.get_terminal_size(fallback=(80, 24))
    told = f"{found.title}, {columns} × {rows}" if found.name != "unknown" else f"not recognised, {columns} × {rows}"
    keys = ", ".join(sorted(found.kept))
    if keys:
        told += f"; it may keep {keys} for itself"
    small = columns < _LEAST[0] or rows < _LEAST[1]
    if found.name == "unknown" and not small:
        yield Item("terminal", told, State.NOTE, "ui.terminal in the configuration names it, for the right key hints")
    else:
        fix = f"widen it to {_LEAST[0]} × {_LEAST[1]} or more, or start with --plain"
        yield Item("terminal", told, State.NOTE if small else State.OK, fix if small else "")
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower()
    if encoding and "utf" not in encoding:
        yield Item(
            "terminal", f"it takes {encoding}: lines are drawn in ASCII", State.NOTE, "set PYTHONUTF8=1, or a UTF-8 locale"
        )
    if env.get("NO_COLOR"):
        yield Item("terminal", "NO_COLOR is set: no colours")


def _disk(env: Mapping[str, str]) -> Iterator[Item]:
    at = data_dir(env)
    try:
        there = next((folder for folder in (at, *at.parents) if folder.exists()), None)
        if there is None:
            return
        free = shutil.disk_usage(there).free
    except OSError as error:
        told = f"how much is free at {at} is not known: {error.strerror or error}"
        yield Item("disk", told, State.NOTE, "make the folder readable, or put the data elsewhere with HYBRIDCHAT_DATA_DIR")
        return
    state = State.WRONG if free < TOO_LITTLE else State.NOTE if free < LITTLE else State.OK
    fix = "" if state is State.OK else "make room, or put the data elsewhere with HYBRIDCHAT_DATA_DIR"
    yield Item("disk", f"{size(free)} free at {at}", state, fix)

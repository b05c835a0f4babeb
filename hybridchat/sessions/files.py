"""The files of a database: made for one user only, put aside, never overwritten."""

from __future__ import annotations

import contextlib
import os
from datetime import datetime
from pathlib import Path

DOUBT = "-damaged"
"""Suffix of an empty file that stands beside a database which was found damaged while in use."""


def beside(path: Path, suffix: str) -> Path:
    """The path with something added to its name."""
    return path.with_name(path.name + suffix)


def doubt(path: Path | None) -> None:
    """Has the next start read the whole file through, however large it is."""
    if path is not None:
        with contextlib.suppress(OSError):
            beside(path, DOUBT).touch(mode=0o600)


def make_private(path: Path) -> None:
    """Creates the file and the directories that are missing, for this user only whatever the umask says."""
    missing = [folder for folder in path.parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
    if not path.exists():
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        make_file_private(path)


def make_file_private(path: Path) -> None:
    """Takes a file that is there from everybody else, where the system has such modes."""
    if os.name == "posix" and path.exists() and path.stat().st_mode & 0o777 != 0o600:
        path.chmod(0o600)


def move_aside(path: Path, at: float) -> Path:
    """Renames the database and its log to a name with the time (epoch seconds) that is still free, and returns it."""
    # local time: people look for it by the clock on their wall
    stamp = datetime.fromtimestamp(at).astimezone().strftime("%Y%m%d-%H%M%S")
    aside, n = path.with_name(f"{path.name}.corrupt-{stamp}"), 1
    while aside.exists():
        n += 1
        aside = path.with_name(f"{path.name}.corrupt-{stamp}-{n}")
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        if beside(path, suffix).exists():
            beside(path, suffix).rename(beside(aside, suffix))
    beside(path, DOUBT).unlink(missing_ok=True)
    return aside

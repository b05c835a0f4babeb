"""The files of `--file`, for a command that ends where one cannot be sent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hybridchat.attaching import Unsendable, enclosing
from hybridchat.cli import edge
from hybridchat.cli.edge import Exit
from hybridchat.sessions.attachments import Named


def with_files(question: str, paths: Sequence[Path]) -> tuple[str, tuple[Named, ...]]:
    """The question after its text files, each under its name, and the pictures apart. Raises `Exit` for a file of no use."""
    try:
        found = enclosing(question, paths)
    except Unsendable as problem:
        raise Exit(edge.USAGE, f"{problem} Nothing was sent.") from None
    return found.text, found.files

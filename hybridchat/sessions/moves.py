"""A conversation from a file or from two others, stored with where it comes from."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from hybridchat.conversation import Session
from hybridchat.sessions.imports import merged, read
from hybridchat.sessions.store import Store


def import_from(store: Store, file: Path, *, kind: str | None = None) -> Session:
    """Takes in an exported conversation beside those that are there; the same file twice makes two. Reads and writes the disk.

    `kind` replaces the file's: chat | ask | api. Raises `Unreadable` for what is wrong with the file, and `OSError`.
    """
    session, turns = read(file.read_bytes(), file.name)
    return store.intake.take(session, turns, origin=f"imported from {file.name} on {_today()}", kind=kind)


def merge_of(store: Store, first: Session, second: Session, *, kind: str | None = None) -> Session:
    """A new conversation of two stored ones, the second following the first; both stay as they are. Reads and writes the disk.

    Raises `ValueError` when they are one.
    """
    if first.id == second.id:
        raise ValueError("two conversations are merged, and this is one")
    session, turns = merged((first, store.intake.tree(first.id)), (second, store.intake.tree(second.id)))
    origin = f"merged from {first.id} and {second.id} on {_today()}"
    return store.intake.take(session, turns, origin=origin, kind=kind, made_of=[first.id, second.id])


def _today() -> str:
    return datetime.now(UTC).astimezone().date().isoformat()

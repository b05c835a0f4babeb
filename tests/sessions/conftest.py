from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hybridchat.sessions.store import Store

Open = Callable[..., Store]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "chat.db"


@pytest.fixture
def opened(path: Path) -> Iterator[Open]:
    """Opens stores on `path`, or where it is told to, and closes them all at the end."""
    stores: list[Store] = []

    def make(at: Path | None = path, **options: object) -> Store:
        stores.append(Store.open(at, **options))  # type: ignore[arg-type]
        return stores[-1]

    yield make
    for store in stores:
        store.shut()


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, opened: Open, path: Path) -> Store:
    """The same rules hold on the disk and in memory."""
    return opened(path if request.param == "file" else None)

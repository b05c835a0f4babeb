"""Lines of JSON that come in, one record each: read alike by every command that takes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from hybridchat.cli import edge
from hybridchat.cli.edge import Exit

Record = dict[str, Any]


class Sink(Protocol):
    """Where the answers to them are written."""

    def write(self, text: str, /) -> object: ...


def records(lines: Iterable[bytes], shape: str, fits: Callable[[Record], bool], name: str = "") -> Iterator[Record]:
    """Each line that is not empty, as an object with an `id` that `fits`; `shape` says to people what that is.

    Raises `Exit` naming the first line that is not of that form, and `name`, the file it stands in.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        told = f"{name}, line {number}:" if name else f"Line {number} is"
        try:
            record = json.loads(line.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            raise Exit(edge.USAGE, f"{told} not JSON. Each line is {shape}.") from None
        if not isinstance(record, dict) or "id" not in record or not fits(record):
            raise Exit(edge.USAGE, f"{told} not of the form {shape}.")
        yield record

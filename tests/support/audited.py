"""Runs the program with a witness: `python -m tests.support.audited FILE ARGUMENTS...`.

Every address that Python connects to, and every name it looks up, goes to FILE, one JSON line each. An audit hook sees what no
mock of a library would: whoever opens the connection, in whatever thread.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

WATCHED = {"socket.connect": 1, "socket.getaddrinfo": 0}
"""Event -> which of its arguments names the other side."""


@dataclass(frozen=True, slots=True)
class Witness:
    """What a run did. `hosts` are `name:port` of every connection, names alone of every look-up."""

    path: Path

    def command(self, *arguments: str) -> Sequence[str]:
        return [sys.executable, "-m", "tests.support.audited", str(self.path), *arguments]

    @property
    def hosts(self) -> set[str]:
        return {json.loads(line) for line in self.path.read_text().splitlines()}


def main() -> None:
    told = Path(sys.argv[1]).open("a", buffering=1, encoding="utf-8")  # noqa: SIM115 - open as long as the program runs

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if event in WATCHED:
            side = arguments[WATCHED[event]]
            told.write(json.dumps(":".join(map(str, side[:2])) if isinstance(side, tuple) else str(side)) + "\n")

    sys.addaudithook(note)
    from hybridchat.__main__ import run

    sys.exit(run(sys.argv[2:]))


if __name__ == "__main__":
    main()

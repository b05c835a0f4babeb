"""A conversation at the terminal, for programs that want one in a line."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

from hybridchat.api.errors import HybridError
from hybridchat.api.stream import Stream

ENDS = frozenset({"exit", "quit"})
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


async def talk(ask: Callable[[str], Stream]) -> None:
    """Reads lines until `exit`, `quit` or the end of the input; prints each answer as it comes, and who gave it.

    Reading blocks the event loop on purpose: a thread stuck in `input()` would keep the program from ending.
    """
    while True:
        line = _read()
        if line is None or line.strip().lower() in ENDS:
            return
        if not line.strip():
            continue
        try:
            async with ask(line) as stream:
                async for piece in stream:
                    _out(printable(piece))
                _out(f"\n[{stream.response['model_id']}]\n")
        except HybridError as error:
            _out(f"\n{error}\n")


def printable(text: str) -> str:
    """`text` without what could move the cursor or change the terminal: a model's words are anybody's words."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def _read() -> str | None:
    try:
        return input("You: " if sys.stdin.isatty() else "")
    except EOFError:
        return None


def _out(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()

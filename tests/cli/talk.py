"""A conversation in plain mode: lines in, lines out, on a real pseudo-terminal. POSIX only."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from tests.cli.run import bare
from tests.support.terminal import Terminal

PROMPT = "\nyou: "
_STOPS = frozenset("…’‘“”–—°")
"""What is read as a pause, or by its name; other signs beyond ASCII are read out one by one, or skipped."""
_DRAWN = re.compile(r"\S {3,}\S|^ *[=_-]{3,} *$", re.MULTILINE)


class Talk:
    """A running `hybridchat ...` whose output only grows. A context manager: leaving it ends the program."""

    def __init__(
        self,
        *arguments: str,
        env: Mapping[str, str],
        term: str = "xterm-256color",
        columns: int = 100,
        program: Sequence[str] = (sys.executable, "-m", "hybridchat"),
    ) -> None:
        # the terminal is given the whole environment: what points elsewhere is blanked
        inherited = {k: v for k, v in bare().items() if k != "TERM"}
        clean = dict.fromkeys(("OLLAMA_HOST", "OPENAI_API_KEY", "ANTHROPIC_API_KEY"), "")
        self.terminal = Terminal([*program, *arguments], env={**clean, **inherited, **env}, term=term, columns=columns)
        self._read = 0
        self._code: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._code is None:
            self.terminal.close()

    @property
    def raw(self) -> bytes:
        return bytes(self.terminal.raw)

    @property
    def drawn(self) -> set[str]:
        """What in all that was printed is there to be seen, not to be heard: signs, columns, rules."""
        text = self.raw.decode("utf-8", "replace").replace("\r\n", "\n")
        signs = {c for c in text if not (c.isascii() or c.isalnum() or c in _STOPS)}
        return signs | {found[0] for found in _DRAWN.finditer(text)}

    def until(self, words: str, seconds: float = 60.0) -> str:
        """What was printed since the last call, up to and with `words`."""
        deadline = time.monotonic() + seconds
        while (at := self._new().find(words)) < 0:
            assert time.monotonic() < deadline and self.terminal.alive, f"{words!r} did not come; this did:\n{self._new()}"  # noqa: PT018
            self.terminal.pump(0.2)
        said = self._new()[: at + len(words)]
        self._read += len(said)
        return said

    def line(self, text: str, until: str = PROMPT) -> str:
        """Types a line and returns what came back, up to `until`."""
        self.terminal.send(text, "enter")
        return self.until(until)

    def leave(self, *keys: str) -> int:
        """Sends keys, waits for the end of the program; its exit code."""
        self._code = self.terminal.close(*(keys or ("",)))
        return self._code

    def _new(self) -> str:
        return self.terminal.raw.decode("utf-8", "replace").replace("\r\n", "\n")[self._read :]

"""A program on a pseudo-terminal whose output is heard, not drawn: drawing a screen takes as long as what is measured here."""

from __future__ import annotations

import os
import re
import select
import time
from pathlib import Path

from tests.support.terminal import NOISE, Terminal

_UNSEEN = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()=>A-Z0-9]|[\x00-\x20]")


def visible(data: bytes) -> bytes:
    """The letters among terminal output, without blanks."""
    return _UNSEEN.sub(b"", NOISE.sub(b"", data))


class Heard(Terminal):
    """A `Terminal` that keeps every byte and the time of the first visible letter; its screen stays blank."""

    def pump(self, timeout: float) -> float | None:
        """Reads once; the time at which bytes came, or `None`."""
        if not self.alive or not select.select([self.fd], [], [], max(0.0, timeout))[0]:
            return None
        now = time.perf_counter()
        try:
            data = os.read(self.fd, 1 << 16)
        except BlockingIOError:
            return None
        except OSError:
            data = b""
        if not data:
            self.alive = False
            return None
        self.raw += data
        self._answer(data)
        if self.first_paint is None and visible(bytes(self.raw)):
            self.first_paint = now - self.started
        return now

    def cpu(self) -> float | None:
        """Seconds of CPU so far, to the microsecond; `None` where the system does not tell (it does on Linux)."""
        try:
            told = [task.joinpath("schedstat").read_text() for task in Path(f"/proc/{self.pid}/task").iterdir()]
        except OSError:
            return None
        return sum(int(line.split()[0]) for line in told) / 1e9

    def paste(self, text: str) -> None:
        """Sends `text` as a terminal sends what is pasted; it takes no more at a time than the program reads."""
        left = f"\x1b[200~{text}\x1b[201~".encode()
        until = time.perf_counter() + 20
        while left:
            if time.perf_counter() > until or not self.alive:
                raise RuntimeError("the program does not read what is pasted")
            self.pump(0.002)
            try:
                left = left[os.write(self.fd, left[:1024]) :]
            except BlockingIOError:
                continue

    def listen(self, seconds: float) -> None:
        """Reads for that long."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            if not self.alive:
                raise RuntimeError(f"the program ended; the last it wrote: {bytes(self.raw[-300:])!r}")
            self.pump(left)

    def hear(self, text: bytes, since: int, timeout: float = 30.0) -> float | None:
        """When `text` was written after byte `since` (a `perf_counter` time), `None` if it never was."""
        until = time.perf_counter() + timeout
        at: float | None = time.perf_counter()
        while text not in visible(bytes(self.raw[since:])):
            if not self.alive or time.perf_counter() > until:
                return None
            at = self.pump(until - time.perf_counter()) or at
        return at

"""Drives a program in a real pseudo-terminal: keys in, screen out. POSIX only."""

from __future__ import annotations

import errno
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence

import pyte

KEYS = {
    "enter": "\r", "tab": "\t", "shift+tab": "\x1b[Z", "esc": "\x1b", "backspace": "\x7f", "up": "\x1b[A", "down": "\x1b[B",
    "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F", "pageup": "\x1b[5~", "pagedown": "\x1b[6~",
    "f1": "\x1bOP", "f2": "\x1bOQ", "f3": "\x1bOR", "f4": "\x1bOS", "f5": "\x1b[15~", "f6": "\x1b[17~", "f7": "\x1b[18~",
    "focus-in": "\x1b[I", "focus-out": "\x1b[O",
    **{f"ctrl+{c}": chr(ord(c) - 96) for c in "abcdefghijklmnopqrstuvwxyz"},
}  # fmt: skip
# sequences that pyte would print: private modes, mode queries, device control strings
NOISE = re.compile(
    rb"\x1b\[[<>=][0-9;:]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\[[0-9;]*[ '\"$][a-zA-Z]|\x1bP[^\x1b]*\x1b\\|\x1b_[^\x1b]*\x1b\\"
)
PARTIAL = re.compile(rb"\x1b(\[[<>=?]?[0-9;:]*[ '\"$]?|[P_][^\x1b]*)?$")


class Terminal:
    """One program on a terminal of a known size. Answers the queries that modern terminals answer."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 100,
        rows: int = 30,
        env: Mapping[str, str] | None = None,
        term: str = "xterm-256color",
    ) -> None:
        self.columns, self.rows = columns, rows
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self.alive = True
        self.first_paint: float | None = None
        self._rest = b""
        merged = {k: v for k, v in os.environ.items() if k not in {"COLUMNS", "LINES", "TMUX", "NO_COLOR"}}
        merged |= {"TERM": term, "COLORTERM": "truecolor", **(env or {})}
        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
                os.execvpe(command[0], list(command), merged)
            finally:
                os._exit(127)
        os.set_blocking(self.fd, False)

    def resize(self, columns: int, rows: int) -> None:
        """Empties the picture too: what is read after it was drawn for the new size."""
        self.columns, self.rows = columns, rows
        self.screen.resize(rows, columns)
        self.screen.erase_in_display(2)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def pump(self, timeout: float) -> float | None:
        """Reads once; the time at which bytes came, or `None`."""
        if not self.alive or not select.select([self.fd], [], [], max(0.0, timeout))[0]:
            return None
        now = time.perf_counter()
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError as error:
            if error.errno == errno.EAGAIN:
                return None
            data = b""
        if not data:
            self.alive = False
            return None
        self.raw += data
        self._answer(data)
        data = self._rest + data
        partial = PARTIAL.search(data)
        self._rest = data[partial.start() :] if partial else b""
        self._stream.feed(NOISE.sub(b"", data[: len(data) - len(self._rest)]))
        if self.first_paint is None and any(line.strip() for line in self.screen.display):
            self.first_paint = now - self.started
        return now

    def _answer(self, data: bytes) -> None:
        if b"\x1b[?2026$p" in data:
            self.write(b"\x1b[?2026;2$y")
        if b"\x1b[6n" in data:
            self.write(b"\x1b[%d;%dR" % (self.screen.cursor.y + 1, self.screen.cursor.x + 1))
        if re.search(rb"\x1b\[0?c", data):
            self.write(b"\x1b[?62;22c")

    def write(self, data: bytes) -> None:
        os.write(self.fd, data)

    def send(self, *keys: str) -> None:
        """Sends key names (`enter`, `ctrl+o`, `f3`) or literal text."""
        for key in keys:
            self.write(KEYS.get(key, key).encode())

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def wait_for(self, text: str, timeout: float = 60.0) -> float:
        """Seconds until `text` is on the screen; fails showing the screen."""
        start = at = time.perf_counter()
        while text not in self.text():
            left = start + timeout - time.perf_counter()
            if left <= 0 or not self.alive:
                raise AssertionError(f"{text!r} did not appear within {timeout} s; the screen:\n{self.text()}")
            at = self.pump(min(left, 0.5)) or at
        return at - start

    def quiet(self, gap: float = 0.2, timeout: float = 5.0) -> None:
        """Waits until nothing was written for `gap` seconds."""
        start = last = time.perf_counter()
        while time.perf_counter() - last < gap and time.perf_counter() - start < timeout and self.alive:
            last = self.pump(gap) or last

    def close(self, *keys: str, timeout: float = 30.0) -> int:
        """Sends `keys`, waits, ends the program if need be; its exit code."""
        if keys and self.alive:
            self.send(*keys)
        deadline = time.perf_counter() + (timeout if keys else 0)
        signals = [signal.SIGTERM, signal.SIGKILL]
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                break
            if time.perf_counter() > deadline and signals:
                os.kill(self.pid, signals.pop(0))
                deadline = time.perf_counter() + 3
            self.pump(0.02)
        while self.alive and self.pump(0.05):
            pass
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)

"""Holds one conversation with an installed program in a pseudo-terminal; standard library only, POSIX only."""

from __future__ import annotations

import os
import pty
import select
import struct
import sys
import tempfile
import time
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

QUESTION = b"What is the capital of France?"


def main(program: str, *options: str) -> int:
    folder = tempfile.mkdtemp()
    Path(folder, "config.toml").touch()
    Path(folder, "config.toml").touch()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ |= {"TERM": "xterm-256color", "HYBRIDCHAT_DATA_DIR": folder, "HYBRIDCHAT_CONFIG": f"{folder}/config.toml"}
        os.execv(program, [program, "demo", *options])
    ioctl(terminal, TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    heard = read_until(terminal, b"", b"you: " if options else b"F1", 60)
    os.write(terminal, QUESTION + b"\r")
    heard = read_until(terminal, heard, b"Paris", 60)
    os.write(terminal, b"/quit\r")
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        read(terminal, 0.1)
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            print(f"{' '.join(options) or 'screen'}: answered and left with {os.waitstatus_to_exitcode(status)}")
            return os.waitstatus_to_exitcode(status)
    raise SystemExit("it did not leave on /quit")


def read(terminal: int, seconds: float) -> bytes:
    if not select.select([terminal], [], [], seconds)[0]:
        return b""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def read_until(terminal: int, heard: bytes, word: bytes, seconds: float) -> bytes:
    deadline = time.monotonic() + seconds
    while word not in heard:
        if time.monotonic() > deadline:
            raise SystemExit(f"{word!r} did not appear; the last of what did:\n{heard[-3000:]!r}")
        heard += read(terminal, 0.5)
    return heard


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))

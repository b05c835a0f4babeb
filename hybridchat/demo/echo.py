"""What came in, shown as it came in: for whoever wants to compare it with what the program says it sent."""

from __future__ import annotations

import hashlib
from pathlib import Path
from threading import Lock
from typing import TextIO

from hybridchat.demo.journal import Recorded


class Echo:
    """Prints every request that has a body to `out`, and keeps the exact bytes under `folder`; safe from several threads.

    Raises `OSError` when the folder cannot be made.
    """

    def __init__(self, out: TextIO | None, folder: Path | None) -> None:
        self._out, self._folder = out, folder
        self._lock, self._count = Lock(), 0
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def __call__(self, server: str, request: Recorded) -> None:
        if not request.body:
            return
        with self._lock:
            self._count += 1
            if self._folder is not None:
                (self._folder / f"{self._count:04}-{server}.body").write_bytes(request.body)
            if self._out is not None:
                digest = hashlib.sha256(request.body).hexdigest()
                head = f"# {self._count} {server} {request.method} {request.path} {len(request.body)} bytes sha256 {digest}"
                print(f"{head}\n{request.body.decode('utf-8', 'backslashreplace')}", file=self._out, flush=True)

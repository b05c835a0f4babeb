"""Changing a file that others may be changing too: one of our programs at a time, over nobody's save, whole or not at all."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

STALE_S = 10.0
"""Seconds after which a mark was left by a program that died: a change takes milliseconds."""
PATIENCE_S = 3.0
_STEP_S = 0.01


class Busy(OSError):
    """Another program has been changing the file for longer than anybody waits."""


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Keeps other processes of this program from changing `path` meanwhile. Blocks: off the event loop. Raises `OSError`."""
    mark = path.with_name(f".{path.name}.lock")
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            os.close(os.open(mark, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            break
        except FileExistsError:
            if _age(mark) > STALE_S:
                with suppress(FileNotFoundError):
                    mark.unlink()
            elif time.monotonic() > until:
                raise Busy(f"{path} is being changed by another program") from None
            else:
                time.sleep(_STEP_S)
    try:
        yield
    finally:
        with suppress(FileNotFoundError):
            mark.unlink()


def replaced(path: Path, text: str) -> None:
    """Puts `text` in the place of what the file says, in one step, readable by the user alone. Raises `OSError`.

    Its folder is there. A link stays one: what it leads to is changed, as in a folder of dotfiles.
    """
    import tempfile  # imported here: 4 ms, and most runs only read

    target = path.resolve()
    # 0600 from the start, so that others never read it, not even for a moment
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _age(mark: Path) -> float:
    try:
        return time.time() - mark.stat().st_mtime
    except FileNotFoundError:
        return 0.0

"""A text in the user's own editor: `$VISUAL`, else `$EDITOR`, else what the system has."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import which


def command(env: Mapping[str, str]) -> list[str]:
    """The editor and its arguments; empty when there is none."""
    said = env.get("VISUAL") or env.get("EDITOR")
    if said:
        try:
            words = shlex.split(said, posix=os.name == "posix")
        except ValueError:  # a quotation mark that is part of a name
            return said.split()
        # where a backslash is part of a path the marks stay, and no file is called so
        return words if os.name == "posix" else [word.strip('"') for word in words]
    found = next((name for name in ("nano", "vim", "vi", "notepad") if which(name)), "")
    return [found] if found else []


def edited(text: str, editor: Sequence[str]) -> str:
    """`text` as it was saved in the editor; waits until the editor is left. Raises `OSError` when it cannot be started or failed.

    The file is readable to this user only, and gone afterwards.
    """
    number, name = tempfile.mkstemp(prefix="hybridchat-", suffix=".md")
    path = Path(name)
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        code = subprocess.call([*editor, name])
        if code:
            raise OSError(f"{editor[0]} ended with code {code}")
        saved = path.read_text(encoding="utf-8", errors="replace")
    finally:
        path.unlink(missing_ok=True)
    # editors end a file with a line end that nobody typed
    return saved if text.endswith("\n") else saved.removesuffix("\n")

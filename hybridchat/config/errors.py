"""What is wrong with the configuration, told once and in one sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from hybridchat.value import value

KeyPath = tuple[str | int, ...]
"""Where a value stands: names of tables and keys, index for a list."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")


class ConfigError(Exception):
    """`str(error)` is `FILE:LINE: key `a.b`: what is wrong; allowed: x, y, z`.

    `where` is `FILE:LINE`, or names the environment variable or the command line. `key` is empty when the file is not
    TOML at all. Never holds a value that could be a key or a password.
    """

    def __init__(self, where: str, key: str, problem: str, allowed: str = "") -> None:
        self.where, self.key, self.problem, self.allowed = where, key, problem, allowed
        named = f"key `{key}`: " if key else ""
        super().__init__(f"{where}: {named}{problem}" + (f"; allowed: {allowed}" if allowed else ""))


@value
class Fault:
    """One thing that is wrong, before it is known which source said it."""

    path: KeyPath
    problem: str
    allowed: str = ""


def dotted(path: Iterable[str | int]) -> str:
    """`models."ollama:phi".tier`: the way TOML itself writes it; list positions as `[1]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if _BARE.fullmatch(part) else json.dumps(part, ensure_ascii=False))
    return text


def suggestion(word: str, known: Iterable[str]) -> str:
    """` (did you mean `x`?)` for a slip of the finger, else nothing."""
    import difflib  # imported here: 6 ms, and only a wrong file needs it

    close = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return f" (did you mean `{close[0]}`?)" if close else ""

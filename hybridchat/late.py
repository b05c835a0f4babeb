"""Patterns that are compiled when they are first used; standard library only."""

from __future__ import annotations

import re
from typing import cast


def late(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """`re.compile`, put off to the first use: most messages meet the guards before a pattern, never the pattern itself.

    A hundred patterns take 40 ms to compile, a question on the command line uses five of them. An error in the pattern shows at
    the first use, as `re.error`. Safe to share between threads: at worst two compile the same.
    """
    return cast("re.Pattern[str]", _Late(pattern, flags))


class _Late:
    def __init__(self, pattern: str, flags: int) -> None:
        self._what = pattern, flags

    def __getattr__(self, name: str) -> object:
        # what was asked for once is found without this method from then on
        found = getattr(re.compile(*self._what), name)
        self.__dict__[name] = found
        return found

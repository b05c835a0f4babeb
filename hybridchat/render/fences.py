"""The code blocks of an answer, as they were written. Pure."""

from __future__ import annotations

import re

_FENCE = re.compile(r"([ \t>]*)(`{3,}|~{3,})([^\n]*)$")


def blocks(text: str) -> list[str]:
    """What stands between each pair of fences, without the indent of the fence; the last one may still be open."""
    found: list[str] = []
    inside: list[str] = []
    indent, run = "", ""
    for line in text.split("\n"):
        fence = _FENCE.match(line)
        if not run and fence and not (fence[2][0] == "`" and "`" in fence[3]):
            indent, run, inside = fence[1], fence[2], []
        elif run and fence and fence[2].startswith(run) and not fence[3].strip():
            found.append("\n".join(inside))
            run = ""
        elif run:
            inside.append(_without(line, indent))
    return [*found, "\n".join(inside)] if run and inside else found


def _without(line: str, indent: str) -> str:
    shared = 0
    while shared < min(len(line), len(indent)) and line[shared] == indent[shared]:
        shared += 1
    return line[shared:]

"""Text files inside a question: how they stand there, and how they are told from it again. Pure; standard library only.

A file stands before the question under its name, with how many lines it has, between fences longer than any in it:

    notes.md (2 lines):
    ```
    one
    two
    ```

The count makes it certain that such a passage is a file and no words of the user's: a screen may fold it.
"""

from __future__ import annotations

from collections.abc import Sequence

from hybridchat.late import late
from hybridchat.value import value

_HEAD = late(r"(?P<name>[^\n]{1,255}) \((?P<lines>\d[\d,]*) lines?\):\n(?P<fence>`{3,})[^\n`]*\n")
_PROSE = frozenset({"", "txt", "text", "md", "log"})
"""Kinds of files that no fence has to name."""


@value
class Enclosed:
    """A text file as it stands in a question: a name without its folder, and the text without blank lines at its end."""

    name: str
    text: str

    @property
    def lines(self) -> int:
        return self.text.count("\n") + 1

    @property
    def size(self) -> int:
        """Bytes in UTF-8."""
        return len(self.text.encode("utf-8", "surrogatepass"))

    @property
    def label(self) -> str:
        """`notes.md, 2 lines`."""
        return f"{self.name}, {_lines(self.lines)}"


def _lines(count: int) -> str:
    return f"{count:,} line{'' if count == 1 else 's'}"


def enclose(question: str, files: Sequence[Enclosed]) -> str:
    """The question after its files."""
    return "\n\n".join([*map(_fenced, files), question]) if files else question


def _fenced(file: Enclosed) -> str:
    _, dot, kind = file.name.rpartition(".")
    kind = kind.lower() if dot else ""
    fence = "`" * max(3, 1 + max(map(_fence_of, file.text.splitlines()), default=0))
    told = "" if kind in _PROSE or not kind.isalnum() else kind
    return f"{file.name} ({_lines(file.lines)}):\n{fence}{told}\n{file.text}\n{fence}"


def _fence_of(line: str) -> int:
    bare = line.lstrip()
    return len(bare) - len(bare.lstrip("`"))


def opened(text: str) -> tuple[tuple[Enclosed, ...], str]:
    """The files that a question begins with, and the question itself. O(n) where there are files, else O(1)."""
    files: list[Enclosed] = []
    at = 0
    while (file := _at(text, at)) is not None:
        found, at = file
        files.append(found)
    return tuple(files), text[at:] if files else text


def _at(text: str, at: int) -> tuple[Enclosed, int] | None:
    head = _HEAD.match(text, at)
    if head is None:
        return None
    begin = head.end()
    end = text.find(f"\n{head['fence']}\n\n", begin)
    last = end < 0
    if last:
        end = text.find(f"\n{head['fence']}", begin)
        if end < 0 or end + 1 + len(head["fence"]) != len(text):
            return None
    body = text[begin:end]
    if body.count("\n") + 1 != int(head["lines"].replace(",", "")):
        return None
    return Enclosed(head["name"], body), len(text) if last else end + 3 + len(head["fence"])


def named(text: str) -> tuple[str, ...]:
    """The names of the files in a text whose lines may have changed since: what was personal in them is hidden by now."""
    names: list[str] = []
    at = 0
    while (head := _HEAD.match(text, at)) is not None:
        names.append(head["name"])
        end = text.find(f"\n{head['fence']}\n\n", head.end())
        if end < 0:
            break
        at = end + 3 + len(head["fence"])
    return tuple(names)


def words(text: str) -> str:
    """The question without the files in front of it."""
    return opened(text)[1]


def brief(text: str) -> str:
    """The question with each file as one line: `[notes.md, 2 lines]`."""
    files, question = opened(text)
    return "\n".join([*(f"[{file.label}]" for file in files), question]) if files else text

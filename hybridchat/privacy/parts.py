"""A long text taken a part at a time: each part whole lines, with what a scan must know of the text before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hybridchat.late import late

PART = 200_000
"""Characters of a part, about; a paragraph is not cut where one ends in the second half of it."""
LONGEST = 4 * PART
"""Characters after which even a line is cut, or one line of a gigabyte would be held whole."""

_FENCE = late(r"^[ \t>]{0,12}(`{3,}|~{3,})[ \t]*([\w+#.-]{0,40})[^\n`]{0,200}$")


class Parts:
    """Cuts a stream of text. `of` gives (context, part): the parts joined are the text.

    The context is the fence that is open where the part begins and the first line in it (of a table, the names of its
    columns); outside fences the first line of the whole. It is to be scanned before the part, never written.
    """

    def __init__(self, size: int = PART) -> None:
        self._size = size
        self._fence = ""
        self._marks = ""
        self._head: str | None = None
        self._first = ""

    def of(self, pieces: Iterable[str]) -> Iterator[tuple[str, str]]:
        buffer = ""
        for piece in pieces:
            buffer += piece
            while len(buffer) > self._size and (cut := self._cut(buffer)):
                yield self._context(), buffer[:cut]
                self._learn(buffer[:cut])
                buffer = buffer[cut:]
        if buffer:
            yield self._context(), buffer

    def _cut(self, buffer: str) -> int:
        for mark in ("\n\n", "\n"):
            found = buffer.rfind(mark, self._size // 2, self._size)
            if found >= 0:
                return found + len(mark)
        if len(buffer) < 4 * self._size:
            return 0
        return buffer.rfind(" ", self._size, 4 * self._size) + 1 or 4 * self._size

    def _context(self) -> str:
        return self._fence + (self._head or "") if self._fence else self._first

    def _learn(self, part: str) -> None:
        if self._first and not self._fence and "```" not in part and "~~~" not in part:
            return
        for line in part.splitlines(keepends=True):
            bare = line.rstrip("\r\n")
            if not self._first and bare.strip():
                self._first = _short(bare)
            match = _FENCE.match(bare)
            if match and not self._fence:
                self._fence, self._marks, self._head = bare + "\n", match[1], None
            elif match and match[1].startswith(self._marks) and not match[2]:
                self._fence, self._marks, self._head = "", "", None
            elif self._fence and self._head is None:
                self._head = _short(bare)


def _short(line: str) -> str:
    """A line as context; one too long to be a heading is none."""
    return f"{line}\n" if 0 < len(line) <= 2_000 else ""

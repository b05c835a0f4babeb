"""Untrusted text made harmless, and the place where a growing answer may be cut."""

from __future__ import annotations

import re

from hybridchat.value import value

_KEPT = {0x09, 0x0A}
_PICTURES = {code: 0x2400 + code for code in range(0x20) if code not in _KEPT} | {0x7F: 0x2421}
_DROPPED = dict.fromkeys((*range(128, 160), *range(8234, 8239), *range(8294, 8298), 65279))
_BREAKS = {0x2028: 0x0A, 0x2029: 0x0A}
_SHOW = _PICTURES | _DROPPED | _BREAKS
_DROP = dict.fromkeys(_PICTURES) | _DROPPED | _BREAKS
_ENDS = _BREAKS | {0x0D: 0x0A}
_SURROGATE = re.compile("[\ud800-\udfff]")
RISKY = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""What could steer a terminal, and halves of letters."""


_HARMLESS = bytes((*range(32, 127), *_KEPT))


def _clean(text: str, table: dict[int, int | None]) -> str:
    # deleting bytes is ten times as fast as the pattern: a paste of megabytes is looked at between two keys
    if text.isascii() and not text.encode("ascii").translate(None, _HARMLESS):
        return text
    if RISKY.search(text) is None:
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATE.sub("\ufffd", text.translate(table))


def neutralise(text: str) -> str:
    """Text that cannot steer a terminal: controls become visible pictures, C1 controls and bidi overrides go. Linear in length.

    Tabs and newlines stay, carriage returns become newlines, lone surrogates the replacement character.
    """
    return _clean(text, _SHOW)


def shown(letter: str) -> str:
    """What `neutralise` makes of one character that is not a line end."""
    found = _SHOW.get(ord(letter), letter) if letter != "\r" else ""
    return found if isinstance(found, str) else "" if found is None else chr(found)


def lines_of(text: str) -> list[str]:
    """The lines of a text, whatever ends them; their control characters are still in them."""
    if RISKY.search(text) is not None:
        text = text.replace("\r\n", "\n").translate(_ENDS)
    return text.split("\n")


def written(text: str) -> str:
    """What was written, less control characters: for the clipboard and for pipes."""
    return _clean(text, _DROP)


_SIGNS = dict.fromkeys(_PICTURES.values())
_SIGN = re.compile("[\u2400-\u2421]")


def drawn(text: str) -> tuple[str, bool]:
    """`neutralise` for a text that is read and copied from, and whether its pictures stand for control characters.

    Where somebody wrote such a picture, controls are left out: what is copied could not tell one from the other.
    """
    clean = neutralise(text)
    if clean == text:
        return text, False
    return (clean, True) if _SIGN.search(text) is None else (written(text), False)


def unsigned(text: str) -> str:
    """`text` without the pictures of control characters."""
    return text.translate(_SIGNS)


def one_line(text: str, limit: int = 200) -> str:
    """The first `limit` characters on one line, with no control characters; cut with an ellipsis."""
    flat = " ".join(written(text[: limit * 4]).split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


# A cut needs this much text before it, so that short paragraphs are not rendered one by one.
_MIN_CHUNK = 400
# Code of this size is cut where a paragraph of it begins at the margin: colouring it is the dearest there is.
_CODE_CHUNK = 1_000
# Past this many characters without a good place code is cut between lines, even if that is within a string,
_LONG_CODE = 2_000
# and past this lists between items.
_LONG_CHUNK = 3_000
# Past this, any line end will do: the cost of one repaint must not grow with the answer.
_MAX_CHUNK = 6_000
# Rows of a table that are drawn as one while it grows; its head stands above each such part.
_MAX_ROWS = 100

_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})(.*)$")
_ITEM = re.compile(r"([-*+]|\d{1,9}[.)])[ \t]")
_DELIMITER = re.compile(r"[ ]{0,3}\|?[ :]*-[-| :]*\|?[ ]*$")


@value
class Chunk:
    """A piece of Markdown that can be rendered alone: `text[start:end]` between `before` and `after`.

    `joined` means it continues the block of the chunk above it: no blank line between the two.
    """

    start: int
    end: int
    before: str = ""
    after: str = ""
    joined: bool = False

    def of(self, text: str) -> str:
        return self.before + text[self.start : self.end] + self.after


class Splitter:
    """Cuts a growing text into chunks that no later text changes.

    Lines are looked at once, when their newline is there, so the chunks do not depend on how the text arrived.
    """

    def __init__(self) -> None:
        self._seen = 0
        self._start = 0
        self._joined = False
        self._fence: tuple[str, str] | None = None  # the run that closes it, the line that opened it
        self._before = ""
        self._blank_end = 0  # end of the last blank line outside a fence, 0 when the line above is not blank
        self._table = ""
        self._rows = 0
        self._above = ""

    def advance(self, text: str) -> list[Chunk]:
        """The chunks that became settled since the last call; `text` only ever grows."""
        chunks: list[Chunk] = []
        while (end := text.find("\n", self._seen) + 1) > 0:
            line = text[self._seen : end - 1]
            if chunk := self._cut_before(line):
                chunks.append(chunk)
            self._take(line, end)
            self._seen = end
        return chunks

    def tail(self, text: str) -> Chunk:
        """What is not settled yet."""
        return Chunk(self._start, len(text), self._before, joined=self._joined)

    def _cut_before(self, line: str) -> Chunk | None:
        size = self._seen - self._start
        if self._fence is not None:
            closing, opening = self._fence
            begins = size >= _CODE_CHUNK and not self._above.strip() and line[:1].isalpha()
            if (size < _LONG_CODE and not begins) or line.strip() == closing:
                return None
            return self._cut(after=closing, before=opening + "\n", joined=True)
        if size < _MIN_CHUNK or not line.strip():
            return None
        item = _ITEM.match(line) is not None
        if self._blank_end and not item and line[:1] not in " \t":
            return self._cut()
        if size >= _LONG_CHUNK and item:
            return self._cut(joined=not self._blank_end)
        if size >= _MAX_CHUNK or self._rows >= _MAX_ROWS:
            return self._cut(before=self._table, joined=not self._blank_end and not self._table)
        return None

    def _cut(self, *, after: str = "", before: str = "", joined: bool = False) -> Chunk:
        chunk = Chunk(self._start, self._seen, self._before, after, self._joined)
        self._start, self._before, self._joined, self._rows = self._seen, before, joined, 0
        return chunk

    def _take(self, line: str, end: int) -> None:
        fence = _FENCE.match(line)
        if self._fence is not None:
            run = self._fence[0]
            if fence and fence[1].startswith(run) and not fence[2].strip():
                self._fence = None
        elif fence and not (fence[1][0] == "`" and "`" in fence[2]):
            self._fence = (fence[1], line.strip())
        blank = not line.strip()
        self._blank_end = end if blank and self._fence is None else 0
        self._rows = self._rows + 1 if self._table and not blank else 0
        if blank:
            self._table = ""
        elif not self._table and "|" in line and "|" in self._above and _DELIMITER.match(line):
            self._table = f"{self._above}\n{line}\n"
        self._above = line

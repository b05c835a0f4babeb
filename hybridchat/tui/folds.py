"""Long texts as one word of a draft: what stands for them, and the draft with them written out. No widget here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from hybridchat.enclosed import enclose, opened
from hybridchat.mentions import MARK, MARKED, mentions, plain
from hybridchat.render.text import neutralise
from hybridchat.render.words import plural, size

LINES, LETTERS = 20, 2_000
"""A paste of more lines, or of more characters, is shown as one word."""
TEXT = 8_000
"""So is any other text beyond this many characters: wrapping a megabyte would take seconds."""
SHOWN = 100_000
"""The longest text that is written out in the composer; a longer one belongs into an editor."""
_BEGIN, _END = "\x1c", "\x1d"
"""Stand around a folded text in a draft as it is kept: nothing typed or pasted holds them."""


class Folds:
    """The texts of one draft that are folded, each under its label: what stands for it in the composer."""

    def __init__(self) -> None:
        self._whole: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None

    def __bool__(self) -> bool:
        return bool(self._whole)

    def __getitem__(self, label: str) -> str:
        return self._whole[label]

    def clear(self) -> None:
        self._whole.clear()
        self._pattern = None

    # -- folding ----------------------------------------------------------------------------------

    def pasted(self, text: str) -> str:
        """What stands in the composer for a paste: itself when it is short."""
        text = neutralise(text)
        if len(text) <= LETTERS and text.count("\n") < LINES:
            return text
        return self._label(f"pasted {_measure(text)}", text)

    def shown(self, kept: str) -> str:
        """What stands in the composer for a draft, or for a question that was asked: files and long texts in it are folded."""
        if _BEGIN not in kept:
            return self._fold(plain(kept))
        pieces = []
        for n, piece in enumerate(plain(kept).split(_BEGIN)):
            folded, _, rest = piece.rpartition(_END) if n else ("", "", piece)
            pieces.append((self._again(folded) if n else "") + neutralise(rest))
        return "".join(pieces)

    def _again(self, text: str) -> str:
        files, rest = opened(text.removesuffix("\n"))
        if files and not rest:
            return self._label(files[0].label, neutralise(text))
        return self._label(f"pasted {_measure(text)}", neutralise(text))

    def _fold(self, text: str) -> str:
        files, rest = opened(text)
        named = [self._label(file.label, neutralise(enclose("", [file])[:-1])) + "\n" for file in files]
        rest = neutralise(rest)
        return "".join(named) + (self._label(f"text of {_measure(rest)}", rest) if len(rest) > TEXT else rest)

    def _label(self, said: str, whole: str) -> str:
        label, n = f"[{said}]", 1
        while self._whole.get(label, whole) != whole:
            n += 1
            label = f"[{said} · {n}]"
        self._whole[label] = whole
        self._pattern = re.compile("|".join(map(re.escape, self._whole)))
        return label

    # -- written out ------------------------------------------------------------------------------

    def whole(self, text: str) -> str:
        """The text of the composer with what is folded written out."""
        return self._replaced(text, lambda label: self._whole[label])

    def kept(self, text: str, unmeant: frozenset[str] = frozenset()) -> str:
        """The same, to be kept: `shown` folds it again as it was, and `mentions.unmeant` finds its names that are words."""
        if unmeant and any(found.word in unmeant for found in mentions(text)):
            return MARKED + self._laid(text, unmeant, _BEGIN, _END)
        return self._replaced(text, lambda label: f"{_BEGIN}{self._whole[label]}{_END}")

    def meant(self, text: str, unmeant: frozenset[str]) -> str:
        """Written out, and each `@name` that stands in the composer itself, less the `unmeant`, behind a mark."""
        return self._laid(text, unmeant, "", "")

    def names(self, text: str) -> frozenset[str]:
        """Every name behind an `@` in what is folded."""
        return frozenset(found.word for *_, label in self.spans(text) for found in mentions(self._whole[label]))

    def _laid(self, text: str, unmeant: frozenset[str], begin: str, end: str) -> str:
        pieces: list[str] = []
        at = 0
        for start, stop, label in self.spans(text):
            pieces += [_marked(text[at:start], unmeant), begin, self._whole[label], end]
            at = stop
        return "".join([*pieces, _marked(text[at:], unmeant)])

    def spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Where in `text` labels stand, and which."""
        if self._pattern is not None:
            for found in self._pattern.finditer(text):
                yield found.start(), found.end(), found[0]

    def _replaced(self, text: str, by: Callable[[str], str]) -> str:
        return text if self._pattern is None else self._pattern.sub(lambda found: by(found[0]), text)


def _marked(text: str, unmeant: frozenset[str]) -> str:
    pieces: list[str] = []
    at = 0
    for found in mentions(text):
        pieces += [text[at : found.start], "" if found.word in unmeant else MARK, text[found.start : found.end]]
        at = found.end
    return "".join([*pieces, text[at:]])


def _measure(text: str) -> str:
    return f"{plural(text.count(chr(10)) + (not text.endswith(chr(10))), 'line')}, {size(len(text.encode('utf-8', 'replace')))}"

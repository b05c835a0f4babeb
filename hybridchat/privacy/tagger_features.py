"""What the name tagger sees of a text: tokens, what is known of each word, and where it stands.

Almost everything depends on the word alone, and is worked out once per distinct word; the rest are pairs of a few codes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Protocol

from hybridchat.privacy.gazetteer import COUNTRY, DICTIONARY, FIRST, FREQUENCY, LAST, PLACE
from hybridchat.privacy.names_words import CLASS_OF
from hybridchat.privacy.words import fold
from hybridchat.value import value

# Scripts written without spaces are cut into characters, else a sentence would be one word.
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
TOKEN = re.compile(rf"[^\W\d_{_SPACELESS}]+|\d+|\n|[{_SPACELESS}]|[^\w\s]|_")
_CODE = re.compile(r"[{}\[\]()<>=;_$\\|/*&^%#@\"`+~]")
LONGEST = 40
"""Letters of a word that are looked at."""

Look = Callable[[str], int]


class Lexicon(Protocol):
    """Folded words that may be features themselves."""

    def __contains__(self, word: str, /) -> bool: ...


@value
class Kind:
    """What is known of one distinct token. `code` is a short class for pairs."""

    text: str
    folded: str
    shape: str
    code: str
    word: str
    gaz: str
    capital: bool
    flags: int = 0
    placed: bool = False


def shape_of(token: str) -> str:
    """X all capitals, I one capital, C capitalised, m mixed, x lower, o letters without case, dN digits; else the sign itself."""
    first = token[0]
    if first.isalpha():
        if token.islower():
            return "x"
        if len(token) == 1 and first.isupper():
            return "I"
        if token.isupper():
            return "X"
        if first.isupper() and token[1:].islower():
            return "C"
        if not any(c.isupper() or c.islower() for c in token):
            return "o"
        return "m"
    if first.isdigit():
        return f"d{min(len(token), 7)}"
    return "N" if first == "\n" else first


def _stems(word: str) -> Iterator[str]:
    """What an inflected name may be a form of: Polish cases, the Danish and German genitive."""
    for cut, endings in ((1, ("", "a", "o")), (2, ("", "a", "i", "y")), (3, ("", "a", "i", "y")), (4, ("", "i"))):
        if len(word) - cut >= 4:
            yield from (word[:-cut] + ending for ending in endings)


_NAMED = 3 << FIRST | 3 << LAST | 3 << PLACE


def _lookup(folded: str, look: Look) -> tuple[int, bool]:
    flags = look(folded)
    if flags or len(folded) < 5:
        return flags, False
    for stem in _stems(folded):
        found = look(stem)
        if found & _NAMED:
            return found & _NAMED, True
    return 0, False


def kind_of(token: str, look: Look, lexicon: Lexicon | None = None) -> Kind:
    """Everything that depends on the token alone. `lexicon`: `None` for all words."""
    shape = shape_of(token)
    if not token[0].isalpha():
        text = token if not token[0].isdigit() else shape
        number = token[0].isdigit()
        return Kind(token, text, shape, shape, shape, "", False, 0, number)
    folded = fold(token[:LONGEST])
    flags, bent = _lookup(folded, look)
    first, last, place = flags >> FIRST & 3, flags >> LAST & 3, flags >> PLACE & 3
    often, plain = flags >> FREQUENCY & 7, flags >> DICTIONARY & 1
    told = CLASS_OF.get(folded, "")
    gaz = f"{first}{last}{place}{'s' if bent else ''}"
    if told:
        code = shape + told
    elif flags >> COUNTRY & 1:
        code = shape + "Y"
    else:
        strong = (
            "F"
            if first >= 2 and first >= place
            else "P"
            if place >= 2
            else "L"
            if last >= 2
            else "f"
            if first + last + place
            else "u"
        )
        code = f"{shape}{strong}{'+' if often >= 4 or plain else '.' if often >= 2 else ''}"
    word = f"w={folded}" if lexicon is None or folded in lexicon else ""
    return Kind(token, folded, shape, code, word, gaz, shape in "CXIm", flags, placed=True)


EDGE = Kind("", "", "E", "E", "w=", "", capital=False)


class Tokens:
    """The tokens of a part of a text, as lists of the same length: Python string indices, the words' kinds, and their places.

    `place` says where in its sentence, line and text a word stands, `glue` which signs touch it; both are empty for signs.
    """

    __slots__ = ("ends", "glues", "kinds", "places", "starts")

    def __init__(self, spans: list[tuple[int, int]], kinds: list[Kind], places: list[str], glues: list[str]) -> None:
        self.starts = [start for start, _ in spans]
        self.ends = [end for _, end in spans]
        self.kinds, self.places, self.glues = kinds, places, glues

    def __len__(self) -> int:
        return len(self.kinds)


_OPENS = frozenset('.!?:;…\n"“”«»(*#>|•-–—¿¡[]{}/')
_SOFT = frozenset("\"'“”«»(*#>[¿¡_’‘")


def tokens_of(text: str, kinds: Callable[[str], Kind], start: int = 0, end: int | None = None) -> Tokens:
    """The tokens of a part of `text`, with what the part as a whole tells of each."""
    stop = len(text) if end is None else end
    spans = [m.span() for m in TOKEN.finditer(text, start, stop)]
    found = [kinds(text[a:b]) for a, b in spans]
    style = _style(found)
    opens, seen, inside = _looked_over(found)
    lines = _Lines(text, stop)
    places: list[str] = []
    glues: list[str] = []
    for (a, b), kind, first in zip(spans, found, opens, strict=True):
        if not kind.placed:
            places.append("")
            glues.append("")
            continue
        code = lines.answer if a < lines.end else lines.codeish(a)
        if kind.capital:
            doc = ("l" if kind.folded in seen else "") + ("m" if inside.get(kind.folded, 0) > (not first) else "")
        else:
            doc = "c" if kind.folded in inside else ""
        left = text[a - 1] if a else " "
        right = text[b] if b < len(text) else " "
        glues.append("|" if left == right == " " else f"{'' if left.isspace() else left}|{'' if right.isspace() else right}")
        places.append(f"{'S' if first else 'M'}{style}{code}{doc}")
    return Tokens(spans, found, places, glues)


def _style(found: list[Kind]) -> str:
    """l lower case throughout, u mostly capitals, t every second word capitalised, n as in prose."""
    shapes = Counter([k.shape for k in found])
    words = shapes["x"] + shapes["C"] + shapes["X"]
    capital = shapes["C"] + shapes["X"]
    if words < 4:
        return "s"
    if shapes["X"] * 2 > words:
        return "u"
    if capital == 0 or capital * 30 < words:
        return "l"
    return "t" if capital * 2 > words else "n"


def _looked_over(found: list[Kind]) -> tuple[list[bool], set[str], dict[str, int]]:
    """For each token whether a sentence, line, list item or quotation opens with it; small words; capitalised ones elsewhere."""
    opens, seen, inside, first = list[bool](), set[str](), dict[str, int](), True
    for kind in found:
        opens.append(first)
        shape = kind.shape
        if shape == "x":
            seen.add(kind.folded)
            first = False
        elif kind.capital:
            if not first:
                inside[kind.folded] = inside.get(kind.folded, 0) + 1
            first = False
        elif shape == "N" or shape in _OPENS:
            first = True
        elif not (first and shape in _SOFT):
            first = False
    return opens, seen, inside


class _Lines:
    """How much each line looks like source code: 0 prose, 1 perhaps, 2 certainly."""

    __slots__ = ("_stop", "_text", "answer", "end")

    def __init__(self, text: str, stop: int) -> None:
        self._text, self._stop, self.end, self.answer = text, stop, -1, ""

    def codeish(self, at: int) -> str:
        """The answer for the line at `at`, or 400 characters about it; it holds up to `end`."""
        first = max(self._text.rfind("\n", 0, at) + 1, at - 200)
        end = self._text.find("\n", at)
        end = self._stop if end < 0 else end
        self.end = min(end + 1, at + 200)
        line = self._text[first : self.end]
        signs = len(_CODE.findall(line))
        self.answer = "2" if signs * 9 > len(line) else "1" if signs * 25 > len(line) else ""
        return self.answer

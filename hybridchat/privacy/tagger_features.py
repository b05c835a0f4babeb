"""What the name tagger sees of a text: tokens, what is known of each word, and the features made of them and their neighbours.

Almost everything depends on the word alone, and is worked out once per distinct word; the rest are pairs of a few codes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

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


@value
class Kind:
    """What is known of one distinct token. `code` is a short class for pairs, `atoms` are the features of the word itself."""

    text: str
    folded: str
    shape: str
    code: str
    word: str
    gaz: str
    capital: bool
    atoms: tuple[str, ...]
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


def kind_of(token: str, look: Look, lexicon: frozenset[str] | None = None) -> Kind:
    """Everything that depends on the token alone. `lexicon`: the folded words that may be features themselves; `None` for all."""
    shape = shape_of(token)
    if not token[0].isalpha():
        text = token if not token[0].isdigit() else shape
        number = token[0].isdigit()
        return Kind(token, text, shape, shape, shape, "", False, (f"sh={shape}", f"w={shape}"), 0, number)
    folded = fold(token[:LONGEST])
    flags, bent = _lookup(folded, look)
    first, last, place = flags >> FIRST & 3, flags >> LAST & 3, flags >> PLACE & 3
    often, plain = flags >> FREQUENCY & 7, flags >> DICTIONARY & 1
    told = CLASS_OF.get(folded, "")
    gaz = f"{first}{last}{place}{'s' if bent else ''}"
    use = f"{often}{plain}"
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
    n = len(folded)
    atoms = [
        f"sh={shape}{min(n, 6)}",
        f"k={code}",
        f"g={gaz}{shape}",
        f"gu={gaz}{use}{shape}",
        f"u={use}{shape}",
        f"f={first}{use}{shape}",
        f"l={last}{use}{shape}",
        f"p={place}{use}{shape}",
    ]
    if word:
        atoms += (word, f"{word}{shape}")
    if n >= 4:
        atoms += (f"2<{folded[:2]}", f"2>{folded[-2:]}{shape}", f"3>{folded[-3:]}")
    if n >= 6:
        atoms += (f"3<{folded[:3]}", f"4>{folded[-4:]}")
    return Kind(token, folded, shape, code, word, gaz, shape in "CXIm", tuple(atoms), flags, placed=True)


def near_atoms(kind: Kind) -> tuple[str, ...]:
    """Features of a direct neighbour."""
    atoms = [f"k={kind.code}", f"g={kind.gaz}{kind.shape}"]
    if kind.word:
        atoms.append(kind.word)
    if kind.shape == "x" and len(kind.folded) >= 5:
        atoms.append(f"3>{kind.folded[-3:]}")
    return tuple(atoms)


def far_atoms(kind: Kind) -> tuple[str, ...]:
    """Features of a neighbour two tokens away."""
    return (f"k={kind.code}", kind.word) if kind.word else (f"k={kind.code}",)


EDGE = Kind("", "", "E", "E", "w=", "", False, ("sh=E",))


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


def code_atoms(left: str, code: str, right: str) -> tuple[str, ...]:
    """Features of three codes in a row."""
    return f"a{left}|{code}", f"b{code}|{right}", f"c{left}|{code}|{right}"


def place_atoms(place: str, glue: str, code: str) -> tuple[str, ...]:
    """Features of a word's place, and of the signs that touch it."""
    shape = code[:2] if code[0] == "d" else code[0]
    return f"h{place}{shape}", f"i{place}{code}", f"j{glue}{shape}"


def local_atoms(tokens: Tokens, at: int, around: Sequence[Kind]) -> list[str]:
    """Features of token `at` that need more than one word, or its place; `around` are the kinds of five tokens, it the third."""
    before2, before, kind, after, after2 = around
    code = kind.code
    atoms = [
        *code_atoms(before.code, code, after.code),
        f"d{before2.code}|{before.code}|{code}",
        f"e{code}|{after.code}|{after2.code}",
        *place_atoms(tokens.places[at], tokens.glues[at], code),
    ]
    if before.word:
        atoms.append(f"m{before.word}|{code}")
    if after.word:
        atoms.append(f"n{code}|{after.word}")
    return atoms


def feature_lists(tokens: Tokens) -> list[list[str]]:
    """All features of each token, as strings: what the training reads; the tagger adds up the same ones word by word."""
    kinds = [EDGE, EDGE, *tokens.kinds, EDGE, EDGE]
    out: list[list[str]] = []
    for i, kind in enumerate(tokens.kinds):
        around = kinds[i : i + 5]
        row = [f"0{a}" for a in kind.atoms]
        row += [f"-{a}" for a in near_atoms(around[1])]
        row += [f"+{a}" for a in near_atoms(around[3])]
        row += [f"<{a}" for a in far_atoms(around[0])]
        row += [f">{a}" for a in far_atoms(around[4])]
        row += local_atoms(tokens, i, around)
        out.append(row)
    return out

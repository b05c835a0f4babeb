"""The grammar of placeholders: how ours are written, and how models write them back.

A placeholder has a core, `EMAIL_1` or `EMAIL_1b` (the second way the same value was written), and marks around it,
`<EMAIL_1>` by default. On the way back the core is also taken in other marks, bare, in another case or with a space or
an escaped underscore inside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from hybridchat.privacy.slicing import SLICE
from hybridchat.value import value

# Every kind a detector can give. Text of the user's that has the form of a placeholder of one of them is escaped.
_KIND_WORDS = """
    SECRET EMAIL PHONE CARD IBAN IP MAC ID URL USER TERM PERSON ORG PLACE LOCATION ADDRESS HANDLE DATE ITEM LITERAL
"""
KINDS = tuple(_KIND_WORDS.split())
STYLES = {"angle": "<{kind}_{n}>", "square": "[{kind}_{n}]", "double": "[[{kind}_{n}]]", "bare": "{kind}_{n}"}
"""How placeholders are written, by the name that the configuration has for it."""
LITERAL = "LITERAL"
"""Kind of the placeholders that stand for text which merely looks like one of ours."""

_OTHER_MARKS = (("&lt;", "&gt;"), ("\\<", "\\>"), ("<", ">"), ("[[", "]]"), ("{{", "}}"), ("[", "]"), ("{", "}"))
_CORE = re.compile(r"([A-Z][A-Z0-9]*(?:_[A-Z][A-Z0-9]*)*)_([1-9][0-9]{0,8})([a-z]{0,4})")
_CANDIDATE = re.compile(r"(?<=[A-Za-z0-9])(?:\\?_| )[1-9]")


@value
class Core:
    """The inside of a placeholder. `variant` counts ways of writing the same value from 0."""

    kind: str
    number: int
    variant: int = 0

    @property
    def text(self) -> str:
        return f"{self.kind}_{self.number}{_letters(self.variant)}"


def parse_core(placeholder: str) -> Core | None:
    """The core inside a placeholder of any marks."""
    match = _CORE.search(placeholder)
    return Core(match[1], int(match[2]), _count(match[3])) if match else None


def _letters(variant: int) -> str:
    out = ""
    while variant > 0:
        # 0 is '', 1 is b: the first way of writing needs no letter, so 'a' is never used alone.
        out = chr(97 + variant % 26) + out
        variant //= 26
    return out


def _count(letters: str) -> int:
    total = 0
    for letter in letters:
        total = total * 26 + ord(letter) - 97
    return total


class Marks:
    """What stands around a core, from a style such as `<{kind}_{n}>`, `[[{kind}_{n}]]` or `{kind}_{n}`.

    Raises `ValueError` for a style that could not be told from the text around it.
    """

    __slots__ = ("pairs", "prefix", "suffix")

    def __init__(self, style: str) -> None:
        prefix, core, suffix = style.partition("{kind}_{n}")
        bad = any(c.isalnum() or c.isspace() or c in "_\\" or not c.isprintable() for c in prefix + suffix)
        if not core or bad or len(prefix) > 4 or len(suffix) > 4 or bool(prefix) != bool(suffix):
            raise ValueError(
                f"placeholder style {style!r}: use {{kind}}_{{n}} with up to 4 marks on both sides, like <{{kind}}_{{n}}>"
            )
        self.prefix, self.suffix = prefix, suffix
        # Marks that contain our own would swallow a bracket the user typed around a placeholder; bare placeholders any bracket.
        others = [(o, c) for o, c in _OTHER_MARKS if not (o.endswith(prefix) and c.startswith(suffix))]
        self.pairs: tuple[tuple[str, str], ...] = ((prefix, suffix), *others) if prefix else ()

    def wrap(self, core: Core) -> str:
        return f"{self.prefix}{core.text}{self.suffix}"

    def needs_look_ahead(self, opener: str) -> bool:
        """`[X](` is a link whose brackets must stay, unless brackets are our own marks."""
        return opener == "[" and self.prefix != "["


@cache
def grammar(kinds: tuple[str, ...], prefix: str, suffix: str) -> re.Pattern[str]:
    """Matches a placeholder in any marks; the core is the one group that took part (`lastindex`)."""
    marks = Marks(f"{prefix}{{kind}}_{{n}}{suffix}")
    ordered = sorted(kinds, key=lambda k: (-len(k), k))
    loose = "|".join(k.replace("_", r"(?:\\?_| )") for k in ordered)
    exact = "|".join(k.replace("_", r"\\?_") for k in ordered)
    core = rf"((?ai:(?:{loose})(?:\\?_| )[1-9][0-9]{{0,8}}[a-z]{{0,4}}))"
    wrapped = [
        re.escape(opener) + core + re.escape(closer) + (r"(?!\()" if marks.needs_look_ahead(opener) else "")
        for opener, closer in marks.pairs
    ]
    bare = rf"(?<!\w)((?:{exact})\\?_[1-9][0-9]{{0,8}}[a-z]{{0,4}})(?!\w)"
    return re.compile("|".join([*wrapped, bare]))


def canonical(core: str, *, loose: bool = True) -> str:
    """A core as written back, in the form cores are looked up by: upper case, plain underscores."""
    plain = core.replace("\\_", "_")
    return plain.replace(" ", "_").upper() if loose else plain


def _candidates(text: str) -> Iterator[re.Match[str]]:
    """Where a placeholder may be, slice by slice."""
    for start in range(0, len(text), SLICE):
        for hit in _CANDIDATE.finditer(text, start, start + SLICE + 2):
            if hit.start() < start + SLICE:
                yield hit


def lookalikes(text: str, pattern: re.Pattern[str], kinds: tuple[str, ...]) -> list[re.Match[str]]:
    """Placeholders in any marks in `text`; cheap where there are none."""
    found: list[re.Match[str]] = []
    done = 0
    ends = tuple(kinds)
    for hit in _candidates(text):
        if hit.start() < done or not canonical(text[max(0, hit.start() - 40) : hit.start()]).endswith(ends):
            continue
        match = pattern.search(text, max(done, hit.start() - 48), min(len(text), hit.end() + 24))
        while match is not None and match.end() <= hit.start():
            match = pattern.search(text, match.end(), min(len(text), hit.end() + 24))
        if match is not None and match.start() < hit.start():
            found.append(match)
            done = match.end()
    return found

"""Never-touch zones: parts of a text whose figures are not about anybody, so that only secrets, e-mail, home
folders and the user's own terms are looked for inside them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Protocol

from hybridchat.late import late
from hybridchat.privacy.slicing import slices
from hybridchat.value import value

_NEAR = 600
"""Characters; longer than any zone but a fence."""

# Fences that hold data, not code: scanned in full, since a pasted client list is the likeliest leak of all.
_DATA_TAGS = """
    csv tsv json json5 jsonl ndjson yaml yml sql log logs text txt plain plaintext output console table eml mail vcf ldif md
    markdown
"""
DATA_FENCES = frozenset(_DATA_TAGS.split())

_FENCE = late(r"^[ \t>]{0,12}(`{3,}|~{3,})[ \t]*([\w+#.-]{0,40})[^\n`]{0,200}$", re.MULTILINE)

_HEX = "0-9a-f"
_PUBLIC_HOSTS = (
    r"(?:docs?|developers?|learn|help|support|wiki|api|spec|man|pkg|registry|packages)\.[a-z0-9.-]+|[a-z0-9-]+\.(?:readthedocs\.io|"
    r"wikipedia\.org|wiktionary\.org)|(?:www\.)?(?:python\.org|mozilla\.org|stackoverflow\.com|docs\.rs|"
    r"rust-lang\.org|golang\.org|go\.dev|kernel\.org|w3\.org|ietf\.org|rfc-editor\.org|arxiv\.org|doi\.org|json-schema\.org|"
    r"schema\.org|apache\.org|gnu\.org|opensource\.org|creativecommons\.org)"
)

# One pass per kind; each is linear: a run is either consumed or its start is barred by a look-behind.
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("inline", late(r"(?<!`)`[^`\n]{1,200}`(?!`)")),
    ("uuid", late(rf"(?<![\w-])[{_HEX}]{{8}}(?:-[{_HEX}]{{4}}){{3}}-[{_HEX}]{{12}}(?![\w-])", re.IGNORECASE)),
    ("digest", late(r"\b(?:sha(?:1|224|256|384|512)|md5|h1)[-:=](?:[A-Za-z0-9+/_-]{16,128}={0,2})")),
    (
        "sha",
        late(
            rf"(?<![\w-])(?:[{_HEX}]{{64}}|[{_HEX}]{{40}}|(?=[{_HEX}]{{0,7}}[a-f][0-9]{{0,7}}[a-f])(?=[a-f]{{0,9}}\d)"
            rf"[{_HEX}]{{7,10}})(?![\w-])"
        ),
    ),
    ("version", late(r"(?<![\w.])(?:v\d{1,4}|\d{1,2})\.\d{1,4}\.\d{1,5}(?:[-+][0-9A-Za-z.+-]{1,40})?(?!\.?[\w-])")),
    ("version", late(r"(?<![\w.])[v^~=<>]{1,2}\s?\d{1,5}(?:\.\d{1,6}){1,3}(?![\w])")),
    (
        "date",
        late(
            r"(?<![\w-])(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])\1(?:[012]?\d|3[01])"
            r"(?:[T ]\d\d:?\d\d(?::?\d\d(?:[.,]\d{1,9})?)?(?:Z|\s?[+-]\d\d:?\d\d)?)?(?![\w-])"
        ),
    ),
    ("clock", late(r"(?<![\w:.])(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?(?![\w:])")),
    ("import", late(r"^[ \t]{0,12}(?:import|from|using|package|require|include|use)\s[^\n;]{1,200}", re.MULTILINE)),
    ("chain", late(r"(?<![\w.@/])[A-Za-z_]\w*+(?:\.[A-Za-z_]\w*+)++\(")),
    ("chain", late(r"(?<![\w.@/])[A-Za-z_]\w*+(?:\.[A-Za-z_]\w*+){2,}+(?![@\w])")),
    ("url", late(rf"https?://(?:{_PUBLIC_HOSTS})(?![\w.-])[^\s<>\"'`]{{0,400}}", re.IGNORECASE)),
)


@value
class Zone:
    """A span of Python string indices; `kind`: code, inline, uuid, sha, digest, version, date, clock, import, chain or url.

    `tag` is what a fence says of its language.
    """

    start: int
    end: int
    kind: str
    tag: str = ""


def zones(text: str) -> tuple[Zone, ...]:
    """The never-touch zones of `text`, sorted and not overlapping."""
    found = [zone for zone in fenced(text) if zone.kind == "code"]
    for start, end in slices(text):
        for kind, pattern in _PATTERNS:
            found.extend(Zone(m.start(), m.end(), kind) for m in pattern.finditer(text, start, end))
    return _disjoint(found)


def zones_near(text: str, spans: list[tuple[int, int]]) -> tuple[Zone, ...]:
    """The zones that may touch one of the spans: looked for on their own lines only, which costs a tenth for a few spans."""
    found = [zone for zone in fenced(text) if zone.kind == "code"]
    for first, last in spans:
        start = max(text.rfind("\n", 0, first) + 1, first - _NEAR)
        end = text.find("\n", last)
        end = min(len(text) if end < 0 else end, last + _NEAR)
        for kind, pattern in _PATTERNS:
            found.extend(Zone(m.start(), m.end(), kind) for m in pattern.finditer(text, start, end))
    return _disjoint(found)


def _disjoint(found: list[Zone]) -> tuple[Zone, ...]:
    found.sort(key=lambda z: (z.start, -z.end))
    kept: list[Zone] = []
    for zone in found:
        if not kept or zone.start >= kept[-1].end:
            kept.append(zone)
        elif zone.end > kept[-1].end:
            kept.append(Zone(kept[-1].end, zone.end, zone.kind))
    return tuple(kept)


def fenced(text: str) -> list[Zone]:
    """Code and data fences; one that is never closed reaches to the end, as Markdown has it."""
    out: list[Zone] = []
    opened: re.Match[str] | None = None
    for line in _FENCE.finditer(text):
        if opened is None:
            opened = line
        elif line[1].startswith(opened[1]) and not line[2]:
            out.append(Zone(opened.end(), line.start(), _fence_kind(opened[2]), opened[2]))
            opened = None
    if opened is not None:
        out.append(Zone(opened.end(), len(text), _fence_kind(opened[2]), opened[2]))
    return out


def _fence_kind(tag: str) -> str:
    return "data" if not tag or tag.lower() in DATA_FENCES else "code"


class Span(Protocol):
    """Anything with Python string indices."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


class ZoneMap:
    """Answers quickly whether a span touches any of some sorted spans that do not overlap."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, found: Sequence[Span]) -> None:
        self._starts = [z.start for z in found]
        self._ends = [z.end for z in found]

    def touches(self, start: int, end: int) -> bool:
        """True when any character of [start, end) lies in a zone."""
        at = bisect_right(self._starts, max(start, end - 1)) - 1
        return at >= 0 and self._ends[at] > start

"""Values that stand under a telling name: columns of tables and inserts, keys of JSON, YAML and logs, labels of forms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hybridchat.facts import Finding
from hybridchat.late import late
from hybridchat.privacy.field_names import LONGEST, Field, last_words, meaning, words
from hybridchat.privacy.tables import inserts, looks_tabular, tables

_NEAR = 400
"""Characters within which fields belong to one record."""

_SIGN = late(r"(?<![:=!<>])(=>|:|=)(?![:=/])[*_]{0,2}[ \t]{0,12}")
_BEFORE = late(r"(?:[^\W\d_][\w'’.-]{0,20}[ ]{1,2}){0,4}$")
_SAID = late(r"\"((?:[^\"\\\n]|\\.){0,200})\"|'((?:[^'\\\n]|\\.|''){0,200})'|\\\"((?:[^\"\\\n]){0,200})\\\"")
_REST = late(r"[^\n]{1,160}")
_PAIR_END = late(
    r"[;|\t{}\[\]<>\"]|[ \t,.]{1,3}(?=[\w-]{1,24}(?:[ ][\w-]{1,20}){0,2}[:=])|,(?=\s*\")|[ \t]{3,}|[ \t]#|[ \t][—–-][ \t]"
)
_NAME = late(
    r"(?:(?:[A-ZÀ-ÖØ-ÞŁŚŻŹĆŃÓĄĘŠŽČ]|(?:de|del|de la|van|von|der|da|dos|du|af|la|le|bin|al|ibn|el|zu|ten|ter)[ ])[^\W\d_]*"
    r"(?:['’.-]*[^\W\d_]+)*\.?[ ,]{0,2}){1,6}"
)
_LONGEST_VALUE = 200
_NOTHING_WORDS = """
    null none nil na n/a unknown undefined string str text varchar char int integer number bool boolean true false yes no test
    optional required empty tbd todo example your name default value any object array list void self this anonymous redacted
"""
_NOTHING = frozenset(_NOTHING_WORDS.split())
_NOBODY_WORDS = "root admin administrator guest anonymous system postgres mysql ubuntu www-data nobody service default me"
_NOBODY = frozenset(_NOBODY_WORDS.split())
_TECHNICAL = late(r"0x[0-9a-f]+|[\d.:/]+|localhost\b.*|https?://.*|[\w.-]+:\d+|\$.*|%.*|<[^>]*>|\{.*", re.IGNORECASE | re.DOTALL)
_BRACKETS = frozenset("()[]{}<>")
_CONSTANT = late(r"@?[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_MEMBER = late(r"[a-z][A-Z]|\?\.|\.(?i:user|login|id|name)\w*$")
_EXPRESSION = late(r"[a-z_]\w*(?:\.[A-Za-z_]\w*)+|[a-z]\w*[A-Z_]\w*|[A-Z][A-Z0-9]*_[A-Z0-9_]*|self|data|value")
_CAMEL = late(r".*[a-zß-ÿ](?<!\bMc)(?<!\bMac)(?<!\bDe)(?<!\bLa)(?<!\bLe)(?<!\bDi)(?<!\bVan)[A-Z].*")


def fields(text: str, start: int, end: int) -> Iterator[Finding]:
    """Every value under a telling name that begins in [start, end)."""
    found: list[Field] = []
    if looks_tabular(text, start, end):
        found += tables(text, start, end)
    if "INSERT" in text[start:end].upper():
        found += inserts(text, start, end)
    found += _pairs(text, start, end)
    found.sort(key=lambda f: f.start)
    sure = [f for f in found if f.sure]
    for field in found:
        if (field.sure or _beside(field, sure) or _names_somebody(text, field)) and _fits(text[field.start : field.end], field):
            yield Finding(field.start, field.end, field.kind, f"stands under “{field.name}”", 0.85)


def _beside(field: Field, sure: Sequence[Field]) -> bool:
    return any(abs(other.start - field.start) < _NEAR for other in sure if other.kind != "ORG")


def _names_somebody(text: str, field: Field) -> bool:
    """Reads like the name of a person, on the line of a form."""
    value = text[field.start : field.end]
    return field.kind == "PERSON" and field.alone and 2 <= len(value.split()) <= 4 and _NAME.fullmatch(value) is not None


def _fits(value: str, field: Field) -> bool:
    """Whether the value can be what its name says."""
    low = value.strip().lower()
    letters = sum(c.isalpha() for c in value)
    digits = sum(c.isdigit() for c in value)
    if (
        low in _NOTHING
        or not letters + digits
        or low.startswith(("<", "{", "$", "%"))
        or _CONSTANT.fullmatch(value)
        or (not digits and meaning(value.strip("_")))
    ):
        return False
    if len(value) > _LONGEST_VALUE:
        return False
    match field.kind:
        case "PERSON" | "ORG" | "LOCATION":
            shaped = letters >= 2 and digits == 0 and len(value.split()) <= 7 and "_" not in value
            if field.kind == "ORG":
                return shaped and value[0].isupper()
            shaped = shaped and "/" not in value
            return (
                shaped
                and "(" not in value
                and _CAMEL.match(value) is None
                and (value[0].isupper() or (not field.alone and field.kind == "PERSON"))
            )
        case "ADDRESS":
            bare = value.strip()
            return (digits >= 4 and bare.isdigit()) or (digits + letters >= 3 and _TECHNICAL.fullmatch(bare) is None)
        case "PHONE":
            return digits >= 5 and letters <= 6
        case "ID" | "IBAN":
            return digits >= 3 and letters + digits >= 5 and " " not in value[: len(value) // 2].strip()[:1]
        case "DATE":
            return digits >= 2 and len(value) <= 30
        case "EMAIL":
            return "@" in value
        case _:
            return len(low) >= 3 and low not in _NOBODY and " " not in value.strip() and not value.isdigit()


# -- keys and labels ---------------------------------------------------------------------------------------------------


def _pairs(text: str, start: int, end: int) -> Iterator[Field]:
    """`"name": "Ana"`, `name: Ana`, `name=Ana`, `Full name: Ana`."""
    ends = last_words()
    for match in _SIGN.finditer(text, start, end):
        first, last = _key(text, match.start())
        parts = words(text[first:last])
        if not parts or parts[-1] not in ends:
            continue
        first = _label(text, first, last) if text[last : last + 1] not in _QUOTES else first
        label = text[first:last]
        told = meaning(label)
        span = _value(text, match.end(), match[1]) if told is not None else None
        if told is None or span is None:
            continue
        begins = text.rfind("\n", 0, first) + 1
        said = span[0] > match.end()
        if not said and told[0] == "USER" and _MEMBER.search(text, *span):
            continue
        if not said and (set(text[span[0] : span[1]]) & _BRACKETS or (match[1] == "=" and _EXPRESSION.fullmatch(text, *span))):
            continue
        alone = match[1] == ":" and not said and not text[begins:first].strip(" \t*-•>#|_")
        yield Field(*span, told[0], label, told[1], alone)


_QUOTES = frozenset("\"'")


def _key(text: str, at: int) -> tuple[int, int]:
    """Span of the word that ends before a sign, quotes and marks between them left out. Found by walking back from the sign:

    signs are rare, words are not.
    """
    last, bound = at, max(0, at - 16)
    while last > bound and text[last - 1] in " \t\"'*_`)]\\":
        last -= 1
    first, bound = last, max(0, last - LONGEST)
    while first > bound and (text[first - 1].isalnum() or text[first - 1] in "_-"):
        first -= 1
    return first, last


def _label(text: str, first: int, last: int) -> int:
    """Where the longest known name begins whose last word is text[first:last]."""
    before = _BEFORE.search(text, max(0, first - LONGEST), first)
    at = before.start() if before else first
    while at < first:
        if not text[at].isspace() and meaning(text[at:last]) is not None:
            return at
        space = text.find(" ", at, first)
        at = first if space < 0 else space + 1
    return first


def _value(text: str, at: int, sign: str) -> tuple[int, int] | None:
    """Span of the value that begins at `at`: what is quoted, or the rest of the line up to the next field."""
    said = _SAID.match(text, at)
    if said is not None:
        group = said.lastindex or 1
        return said.span(group) if said[group].strip() else None
    rest = _REST.match(text, at)
    if rest is None:
        return None
    stop = _PAIR_END.search(text, at, rest.end())
    last = stop.start() if stop else rest.end()
    piece = text[at:last]
    if sign == "=" and " " in piece and not piece[:1].isupper():
        last = at + piece.index(" ")
    value = text[at:last].rstrip(" \t,.;*_`'\"")
    return (at, at + len(value)) if value and not value[0].isspace() else None

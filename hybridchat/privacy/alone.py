"""Numbers that stand alone on a line or in a cell: nothing around them says that they are harmless.

There a check with a single check digit counts, and so do shapes that in running text would be anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Protocol, cast

from hybridchat.facts import Finding
from hybridchat.late import late

_LINE = late(r"^[ \t\"']{0,4}((?=[^\n]{0,20}\d)[A-Za-z0-9][A-Za-z0-9 .:/-]{5,22}[A-Za-z0-9])[ \t\"',;]{0,4}$", re.MULTILINE)
# module of python-stdnum, shape
_CHECKED = (
    ("ca.sin", r"\d{3}[ -]?\d{3}[ -]?\d{3}"),
    ("au.tfn", r"\d{3} \d{3} \d{2,3}"),
    ("gb.nhs", r"\d{3}[ -]?\d{3}[ -]?\d{4}"),
    ("us.itin", r"9\d{2}-?\d{2}-?\d{4}"),
    ("se.personnummer", r"\d{6}[-+]?\d{4}"),
    ("de.idnr", r"\d{2} ?\d{3} ?\d{3} ?\d{3}"),
    ("th.pin", r"[1-8](?:[1-8]\d|9[0-6]|10)\d{10}"),
    ("in_.aadhaar", r"[2-9]\d{3}[ :-]?\d{4}[ :-]?\d{4}"),
    ("kr.rrn", r"\d{6}-?\d{7}"),
    ("es.cif", r"[A-HJNP-SUVW]\d{7}[0-9A-J]"),
    ("pl.regon", r"\d{3}-\d{3}-\d{3}"),
    ("it.codicefiscale", r"[A-Za-z]{6}\d{2}[A-Za-z]\d{2}[A-Za-z]\d{3}[A-Za-z]"),
)
# Without a public check, or with none at all.
_SHAPED = (
    ("passport", r"(?i:[MSRODG]\d{8}|[MSRODG]\d{3}[A-Z]\d{4})"),
    ("passport", r"(?=(?:[A-Z]*\d){4})[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}"),
    ("passport", r"(?i:[A-Z]{2} ?\d{7}|[A-Z]{3}\d{6})"),
    ("plate", r"(?i:(?:0[1-9]|[1-7]\d|8[01]) ?(?!(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\b)[A-Z]{1,3} ?\d{2,5})"),
    ("national insurance", r"(?i:(?!bg|gb|nk|kn|tn|nt|zz)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D])"),
)
_TRUNK = late(r"0[1-9]\d{8,9}|\d{3}([ .])\d{3}\1\d{2}\1\d{2}")


class _Check(Protocol):
    def is_valid(self, number: str, /) -> bool: ...


def alone(text: str, start: int, end: int) -> Iterator[Finding]:
    """Every number that is all of its line and begins in [start, end)."""
    for match in _LINE.finditer(text, start, min(len(text), end + 40)):
        if match.start(1) >= end:
            return
        told = _told(match[1])
        if told is not None:
            yield Finding(match.start(1), match.end(1), *told, 0.7)


def _told(value: str) -> tuple[str, str] | None:
    """(kind, reason)."""
    if len(set(value)) < 3:
        return None
    for module, shape in _CHECKED:
        if re.fullmatch(shape, value) and _valid(module, value.replace(":", "-")):
            return "ID", f"passes the check of {module}"
    if re.fullmatch(r"[A-Z]\d{9}", value) and _luhn_weighted(value):
        return "ID", "insurance number, check digit right"
    named = next((name for name, shape in _SHAPED if re.fullmatch(shape, value)), None)
    if named is not None:
        return "ID", f"stands alone and looks like a {named}"
    return ("PHONE", "stands alone and looks like a phone number") if _TRUNK.fullmatch(value) else None


def _valid(module: str, value: str) -> bool:
    check = cast("_Check", import_module(f"stdnum.{module}"))  # imported here: most lines are no lone number
    try:
        return check.is_valid(value)
    except (LookupError, ValueError, TypeError, AttributeError):
        return True  # hide what nobody could rule out


def _luhn_weighted(value: str) -> bool:
    """German health insurance: the letter as two digits, weights 1 and 2 from the left, digit sums, modulo 10."""
    digits = f"{ord(value[0]) - 64:02d}{value[1:9]}"
    total = sum(sum(divmod(int(digit) * (1 + place % 2), 10)) for place, digit in enumerate(digits))
    return total % 10 == int(value[9])

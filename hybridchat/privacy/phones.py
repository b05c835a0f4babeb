"""Phone numbers, as phonenumberslite reads them; the patterns here only nominate candidates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from hybridchat.facts import Finding
from hybridchat.late import late

DEFAULT_REGIONS = ("US", "GB", "ES", "FR", "PL", "DK", "DE")
"""Countries whose national numbers are tried, in this order; numbers with a + need none."""

_CANDIDATE = late(
    r"(?<![\w.,/#=@:+-])(?:\+|00)?\(?\d[\d ()/.\u00a0\u2010-\u2013-]{5,22}\d(?:\s?(?:x|ext\.?|#)\s?\d{1,5})?(?![\w%$€£]|"
    r"[.,/:-]\d)"
)
_WORD = late(
    r"\b(?:phone|telephone|tel|mobile|cell|call|fax|text|sms|whatsapp|ring|dial|hotline|reach\w*|answering|messages?|contact|"
    r"signal|móvil|movil|tel[eé]fono|ll[aá]ma\w*|"
    r"t[eé]l|t[eé]l[eé]phone|portable|appel\w*|joindre|telefon\w*|kom[oó]rk\w*|kom\.|zadzwo\w*|dzwon\w*|tlf|mobil\w*|ring|"
    r"handy|rufnummer|anruf\w*|"
    r"erreich\w*|opkald)\b\.?[^\n\d]{0,30}$",
    re.IGNORECASE,
)
_SEPARATED = late(r"\d[ ()./\u00a0\u2010-\u2013-]{1,3}\d")
_AFTER = late(r"[ \t]?[-(,]?[ \t]?(?:office|fax|mobile|home|cell|work|direct)\b", re.IGNORECASE)
_AMERICAN = late(r"\(?[2-9]\d{2}\)?[-. ][2-9]\d{2}[-.]\d{4}")
_DATE = late(r"(?:\d{1,4}[./ -]){2}\d{1,4}|\d{4}\s?[-–]\s?\d{4}")
_DECIMAL = late(r"\d+\.\d+(?:[ -]+\d+\.\d+)*|\d{1,3}(?: \d{3}){1,5}")


def phones(text: str, start: int, end: int, regions: tuple[str, ...] = DEFAULT_REGIONS) -> Iterator[Finding]:
    """Every phone number that begins in [start, end)."""
    for match in _CANDIDATE.finditer(text, start, min(len(text), end + 40)):
        if match.start() >= end:
            return
        span = _number(text, match.start(), match.end(), regions)
        if span is not None:
            yield Finding(*span, "PHONE", "phone number", 0.9)


def _number(text: str, first: int, last: int, regions: tuple[str, ...]) -> tuple[int, int] | None:
    raw = text[first:last]
    digits = sum(c.isdigit() for c in raw)
    if not 7 <= digits <= 17:
        return None
    labelled = _WORD.search(text, max(0, first - 45), first) is not None or _AFTER.match(text, last) is not None
    international = raw.startswith(("+", "(+")) or (
        raw.startswith("00") and raw[2:3] in "123456789" and _SEPARATED.search(raw) is not None
    )
    if not labelled and not international and (digits < 9 or not _phone_like(raw)):
        return None
    return _parsed(raw, first, regions, lenient=labelled or international or _AMERICAN.match(raw) is not None)


def _phone_like(raw: str) -> bool:
    """Written in groups as numbers for dialling are: not a date, an amount, coordinates, a run of small numbers or a row of "
    "a table."""
    if not _SEPARATED.search(raw) or _DATE.fullmatch(raw) or _DECIMAL.fullmatch(raw) or raw.startswith("00"):
        return False
    groups = re.findall(r"\d+", raw)
    return len(groups) <= 6 and all(len(g) > 1 for g in groups[1:]) and ("/" not in raw or raw.startswith("0"))


def _parsed(raw: str, first: int, regions: tuple[str, ...], *, lenient: bool) -> tuple[int, int] | None:
    import phonenumbers  # imported here: 14 ms, and most messages hold no candidate

    leniency = phonenumbers.Leniency.POSSIBLE if lenient else phonenumbers.Leniency.VALID
    digits = sum(c.isdigit() for c in raw)
    tried = (None,) if raw.startswith("+") else tuple(r for r in regions if digits in _lengths(r) or raw.startswith("00"))
    for region in tried:
        for match in phonenumbers.PhoneNumberMatcher(raw, region, leniency, 3):
            return first + match.start, first + match.end
    return None


@cache
def _lengths(region: str) -> frozenset[int]:
    """Digits a national number of the region may have, trunk prefix and country code counted, by the library's metadata."""
    import phonenumbers

    known = phonenumbers.PhoneMetadata.metadata_for_region(region.upper(), None)
    if known is None or known.general_desc is None:
        return frozenset()
    trunk = len(known.national_prefix or "")
    code = len(str(known.country_code))
    lengths = known.general_desc.possible_length
    return frozenset(n + extra for n in lengths if n > 5 for extra in (0, trunk, code))

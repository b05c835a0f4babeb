"""`scan`: what in a text is personal or secret. Pure: no clock, no network, no state."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from hybridchat.facts import Finding
from hybridchat.privacy.alone import alone
from hybridchat.privacy.fields import fields
from hybridchat.privacy.identifiers import identifiers
from hybridchat.privacy.names_ready import finds_names
from hybridchat.privacy.national import national_ids
from hybridchat.privacy.pages import pages
from hybridchat.privacy.phones import DEFAULT_REGIONS, phones
from hybridchat.privacy.secrets import key_blocks, secrets
from hybridchat.privacy.slicing import SLICE, slices
from hybridchat.privacy.source import code_spans
from hybridchat.privacy.words import WordIndex, collapse
from hybridchat.privacy.zones import ZoneMap, zones, zones_near

# Looked for even inside code and other never-touch zones.
EVERYWHERE = frozenset({"SECRET", "EMAIL", "TERM", "USER"})


class ScanError(Exception):
    """A detector failed. Whoever meant to send the text must not."""


Level = Literal["low", "normal", "high"]
"""How much is hidden when in doubt."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the user wants of a scan.

    Their own words, `always` hidden and `never` hidden, whatever their case and accents; phone `regions` to try; the `level`.
    """

    always: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    regions: tuple[str, ...] = DEFAULT_REGIONS
    level: Level = "normal"


def scan(text: str, terms: Terms = Terms()) -> tuple[Finding, ...]:
    """Findings in `text`, sorted, not overlapping, as exact Python string indices.

    Raises `ScanError` when any detector fails: nothing may be sent then.
    """
    if not text:
        return ()
    try:
        return _scan(text, terms)
    except Exception as e:
        raise ScanError(f"the text could not be checked for personal data ({type(e).__name__})") from e


def get_ready() -> None:
    """Reads weights, lists and the commonest patterns, so that the first scan takes no longer than the others: 0.05 s, once.

    What goes wrong here the scan itself tells.
    """
    with suppress(ScanError):
        scan(_USUAL)


def read_names() -> None:
    """Reads weights and lists, and what every text is looked through with: 0.02 s, for a program that asks one question.

    What only digits need (phone numbers alone 15 ms) is read with the first text that has some. Failures as in `get_ready`.
    """
    with suppress(ScanError):
        scan(_PLAIN)


_PLAIN = "Dear Ana Ruiz, what does that mean for us in London?"
_USUAL = "Dear Ana Ruiz, write to ana@b.example or call 212-555-0187. Name: Bo Holm, 12 High Street, London, no. 4711.\n"


def _scan(text: str, terms: Terms) -> tuple[Finding, ...]:
    found = list(key_blocks(text)) if "-----BEGIN" in text else []
    for start, end in slices(text):
        found.extend(secrets(text, start, end))
        found.extend(identifiers(text, start, end))
        if _DIGITS.search(text, start, end):
            found.extend(phones(text, start, end, terms.regions))
            found.extend(national_ids(text, start, end))
            found.extend(alone(text, start, end))
    doubtful = [(f.start, f.end) for f in found if f.kind not in EVERYWHERE]
    if doubtful:
        zone = ZoneMap(zones_near(text, doubtful) if len(doubtful) <= 12 else zones(text))
        found = [f for f in found if f.kind in EVERYWHERE or not zone.touches(f.start, f.end)]
    told = [f for start, end in slices(text) for f in fields(text, start, end)]
    if terms.level != "low":
        told += [f for start, end in slices(text) for f in pages(text, start, end)]
    if told:
        code = ZoneMap(code_spans(text))
        found.extend(f for f in told if not code.touches(f.start, f.end))
    if finds_names():
        from hybridchat.privacy.names import names  # 0.1 s with its lists: for a text that is scanned, not for every start

        digests = ZoneMap([z for z in zones(text) if z.kind == "digest"] if "sha" in text else ())
        named = [f for f in names(text, terms.level, size=SLICE) if not digests.touches(f.start, f.end)]
        found.extend(_apart(text, named, found))
    found.extend(Finding(a, b, "TERM", "your own list") for a, b, _ in _index(terms.always).find(text))
    spared = _index(terms.never).find(text)
    return without(merge(found), spared)


def _apart(text: str, named: Iterable[Finding], found: Iterable[Finding]) -> Iterator[Finding]:
    """Guessed numbers and addresses, less what a pattern has found inside them: two cards in a row stay two cards."""
    sure = [f for f in merge(found) if f.score >= _CHECKED]
    starts, ends = [f.start for f in sure], [f.end for f in sure]
    zone = ZoneMap(sure)
    for guess in named:
        if guess.kind not in _NUMBERED or not zone.touches(guess.start, guess.end):
            yield guess
            continue
        at = guess.start
        first, last = bisect_right(ends, guess.start), bisect_left(starts, guess.end)
        for inner in (*sure[first:last], None):
            end = guess.end if inner is None else inner.start
            if any(c.isalnum() for c in text[at:end]):
                yield Finding(at, end, guess.kind, guess.reason, guess.score)
            at = guess.end if inner is None else max(at, inner.end)


_NUMBERED = frozenset({"ID", "ADDRESS", "PHONE"})
_CHECKED = 0.9
"""Score from which a pattern has more than a shape to go by."""
_DIGITS = re.compile(r"\d\D{0,5}\d")


@lru_cache(maxsize=8)
def _index(words: tuple[str, ...]) -> WordIndex:
    return WordIndex(words)


def merge(*groups: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings as one sorted list without overlaps.

    Overlapping ones become one that covers all their characters, so that settling a dispute never uncovers anything.
    It takes kind and reason of the most telling: a secret first, then the longest, then a term of the user's, then the surest.
    """
    ordered = sorted((f for group in groups for f in group if f.end > f.start), key=lambda f: (f.start, -f.end))
    out: list[Finding] = []
    for finding in ordered:
        if out and finding.start < out[-1].end:
            out[-1] = _joined(out[-1], finding)
        else:
            out.append(finding)
    return tuple(out)


def _joined(a: Finding, b: Finding) -> Finding:
    best = max(a, b, key=lambda f: (f.kind == "SECRET", f.end - f.start, f.kind == "TERM", f.score))
    return Finding(min(a.start, b.start), max(a.end, b.end), best.kind, best.reason, best.score)


def without(
    found: tuple[Finding, ...], spared: list[tuple[int, int, str]], but: frozenset[str] = frozenset()
) -> tuple[Finding, ...]:
    """Without those that lie inside a word the user never wants hidden; the same word on both lists is hidden.

    Kinds in `but` stay in any case.
    """
    if not spared:
        return found
    kept: list[Finding] = []
    at = 0
    for finding in found:
        while at < len(spared) and spared[at][1] < finding.end:
            at += 1
        inside = at < len(spared) and spared[at][0] <= finding.start and finding.end <= spared[at][1]
        same = inside and finding.kind == "TERM" and (finding.start, finding.end) == spared[at][:2]
        if not inside or same or finding.kind in but:
            kept.append(finding)
    return tuple(kept)


def left_readable(text: str, findings: Iterable[Finding]) -> tuple[str, ...]:
    """Capitalised words and number runs of `text` that no finding hides: for one look by the user before sending."""
    from hybridchat.privacy.leftover import leftovers  # read when something is about to leave, not for every scan

    return tuple(left.text for left in leftovers(text, merge(findings)))


__all__ = ["SLICE", "ScanError", "Terms", "collapse", "left_readable", "merge", "scan", "slices", "without"]

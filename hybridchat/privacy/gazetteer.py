"""Public lists of first names, last names, places and ordinary words, as hashes: what is commonly known of a word.

The file holds 32-bit hashes of folded words in order, by their upper halves, and the flags of each. It is used as it lies in
memory: a word costs a search among the seven or so that share its upper half. docs/weights.md names the lists.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from hybridchat.privacy.names_ready import LISTS
from hybridchat.privacy.names_table import numbers
from hybridchat.value import value

FORMAT = b"HCGAZ3\n"

FIRST, LAST, PLACE, DICTIONARY, FREQUENCY, COUNTRY = 0, 2, 4, 6, 7, 10
"""Bit positions: ranks of 0-3 for names and places (3 = best known), 0-7 for frequency, one bit for the others."""
_HALVES = 1 << 16
_GROUP = 16
"""Upper halves whose words are counted together: where one begins is its group's start and a byte."""
_USUAL = 255
"""Flags that a byte can stand for; the byte after them says that they stand in a table of their own."""
_HEAD = len(FORMAT) + 12


class GazetteerError(ValueError):
    """The lists cannot be used; the message says why."""


def key(word: str) -> int:
    """What stands for a folded word in the file."""
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


@value
class Gazetteer:
    """Lower halves of the hashes and, at the same index, what stands for their flags.

    Those of the upper half `h` begin at `groups[h >> 4] + starts[h]`; `rare` are the indices of those whose flags are in
    `rare_flags`.
    """

    groups: Sequence[int]
    starts: Sequence[int]
    lower: Sequence[int]
    codes: Sequence[int]
    usual: Sequence[int]
    rare: Sequence[int]
    rare_flags: Sequence[int]

    def look(self, word: str) -> int:
        """Flags of a folded word; 0 for one in no list. 1 µs."""
        wanted = zlib.crc32(word.encode("utf-8", "surrogatepass"))
        upper, lower, groups, starts = wanted >> 16, wanted & 0xFFFF, self.groups, self.starts
        end = groups[upper + 1 >> 4] + starts[upper + 1]
        at = bisect_left(self.lower, lower, groups[upper >> 4] + starts[upper], end)
        if at >= end or self.lower[at] != lower:
            return 0
        code = self.codes[at]
        return self.usual[code] if code < _USUAL else self.rare_flags[bisect_left(self.rare, at)]


def packed(entries: Mapping[int, int]) -> bytes:
    """The file for `entries`, hash to flags. Raises `ValueError` for more words than its bytes can count, some 900,000."""
    keys = sorted(entries)
    counts = Counter(k >> 16 for k in keys)
    groups, starts, at = [], [], 0
    for half in range(_HALVES):
        if half % _GROUP == 0:
            groups.append(at)
        starts.append(at - groups[-1])
        at += counts[half]
    commonest = Counter(entries.values()).most_common(_USUAL)
    usual = sorted(flags for flags, _ in commonest)
    code_of = {flags: code for code, flags in enumerate(usual)}
    rare = [(at, entries[k]) for at, k in enumerate(keys) if entries[k] not in code_of]
    body = (
        _four([*groups, at])
        + bytes([*starts, 0])
        + _two(k & 0xFFFF for k in keys)
        + bytes(code_of.get(entries[k], _USUAL) for k in keys)
        + _two([*usual, *[0] * (_USUAL - len(usual))])
        + _four(at for at, _ in rare)
        + _two(flags for _, flags in rare)
    )
    return FORMAT + _four([len(keys), len(rare), zlib.crc32(body)]) + body


def unpacked(data: bytes) -> Gazetteer:
    """The lists in `data`. Raises `GazetteerError`."""
    if not data.startswith(FORMAT) or len(data) < _HEAD:
        raise GazetteerError("the lists of names are of another version")
    n, rares, checked = numbers("I", data[len(FORMAT) : _HEAD])
    sizes = (4 * (_HALVES // _GROUP + 1), _HALVES + 1, 2 * n, n, 2 * _USUAL, 4 * rares, 2 * rares)
    if len(data) != _HEAD + sum(sizes):
        raise GazetteerError("the lists of names are cut short")
    body = memoryview(data)[_HEAD:]
    if zlib.crc32(body) != checked:
        raise GazetteerError("the lists of names are damaged")
    parts = []
    for size in sizes:
        parts.append(body[:size])
        body = body[size:]
    groups, starts, lower, codes, usual, rare, rare_flags = parts
    return Gazetteer(
        groups=numbers("I", groups),
        starts=starts,
        lower=numbers("H", lower),
        codes=codes,
        usual=numbers("H", usual),
        rare=numbers("I", rare),
        rare_flags=numbers("H", rare_flags),
    )


def _two(values: Iterable[int]) -> bytes:
    return b"".join(n.to_bytes(2, "little") for n in values)


def _four(values: Iterable[int]) -> bytes:
    return b"".join(n.to_bytes(4, "little") for n in values)


@cache
def shipped() -> Gazetteer:
    """The lists that come with the program: 2 ms on first use. Raises `GazetteerError` or `OSError`."""
    return unpacked(LISTS.read_bytes())

"""Public lists of first names, last names, places and ordinary words, as hashes: what is commonly known of a word.

The file holds 32-bit hashes of folded words in order, by their upper halves, and two bytes of flags each. docs/weights.md names
the lists.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from functools import cache
from itertools import accumulate

from hybridchat.privacy.names_ready import LISTS
from hybridchat.value import value

FORMAT = b"HCGAZ2\n"

FIRST, LAST, PLACE, DICTIONARY, FREQUENCY, COUNTRY = 0, 2, 4, 6, 7, 10
"""Bit positions: ranks of 0-3 for names and places (3 = best known), 0-7 for frequency, one bit for the others."""
_HALVES = 1 << 16


class GazetteerError(ValueError):
    """The lists cannot be used; the message says why."""


def key(word: str) -> int:
    """What stands for a folded word in the file."""
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


@value
class Gazetteer:
    """Lower halves of the hashes and, at the same index, flags; `starts[h]` is where those of the upper half `h` begin."""

    starts: array[int]
    lower: array[int]
    flags: array[int]

    def look(self, word: str) -> int:
        """Flags of a folded word; 0 for one in no list."""
        wanted = key(word)
        upper, lower = wanted >> 16, wanted & 0xFFFF
        end = self.starts[upper + 1]
        at = bisect_left(self.lower, lower, self.starts[upper], end)
        return self.flags[at] if at < end and self.lower[at] == lower else 0


def packed(entries: Mapping[int, int]) -> bytes:
    """The file for `entries`, hash to flags."""
    keys = sorted(entries)
    counts = [0] * _HALVES
    for k in keys:
        counts[k >> 16] += 1
    flags = b"".join(bytes((entries[k] >> shift) & 255 for k in keys) for shift in (0, 8))
    lower = b"".join((k & 0xFFFF).to_bytes(2, "little") for k in keys)
    return FORMAT + len(keys).to_bytes(4, "little") + lower + zlib.compress(bytes(counts) + flags, 9)


def unpacked(data: bytes) -> Gazetteer:
    """The lists in `data`. Raises `GazetteerError`."""
    start = len(FORMAT) + 4
    if not data.startswith(FORMAT) or len(data) < start:
        raise GazetteerError("the lists of names are of another version")
    n = int.from_bytes(data[start - 4 : start], "little")
    try:
        rest = zlib.decompress(data[start + 2 * n :])
    except zlib.error as e:
        raise GazetteerError("the lists of names are damaged") from e
    if len(rest) != _HALVES + 2 * n or sum(rest[:_HALVES]) != n:
        raise GazetteerError("the lists of names are cut short")
    flags = bytearray(2 * n)
    flags[0::2], flags[1::2] = rest[_HALVES : _HALVES + n], rest[_HALVES + n :]
    starts = array("I", accumulate(rest[:_HALVES], initial=0))
    return Gazetteer(starts, _numbers(data[start : start + 2 * n]), _numbers(bytes(flags)))


def _numbers(data: bytes) -> array[int]:
    out = array("H")
    out.frombytes(data)
    if sys.byteorder == "big":
        out.byteswap()
    return out


@cache
def shipped() -> Gazetteer:
    """The lists that come with the program: 20 ms on first use. Raises `GazetteerError` or `OSError`."""
    return unpacked(LISTS.read_bytes())

"""Strings with a few bytes each, as they lie in a file: looked up where they are, so that reading it makes no object for any.

A record is a mark, the string in UTF-8, another mark and its bytes; neither mark occurs in UTF-8, nor the first in the bytes.
Records lie in buckets by the lower bits of their string's CRC-32, and a table of numbers says where each bucket begins.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

OPEN, SHUT = b"\xff", b"\xfe"
BEYOND = 0xFE
"""A byte beside a string must be below this."""


def numbers(kind: Literal["H", "I"], data: bytes | memoryview) -> Sequence[int]:
    """Unsigned numbers of 2 (H) or 4 (I) bytes in little-endian order; without a copy where the machine counts so."""
    if sys.byteorder == "little":
        return memoryview(data).cast(kind)
    out = array(kind)
    out.frombytes(data)
    out.byteswap()
    return out


def table_of(records: Mapping[str, bytes], bits: int) -> bytes:
    """The table of `records` in 2 ** `bits` buckets: their starts, then the records."""
    buckets: list[list[bytes]] = [[] for _ in range(1 << bits)]
    for text, content in sorted(records.items()):
        if any(byte >= BEYOND for byte in content):
            raise ValueError(f"what stands beside {text!r} holds a mark")
        name = text.encode()
        buckets[zlib.crc32(name) & (1 << bits) - 1].append(OPEN + name + SHUT + content)
    starts, at = b"", 0
    for bucket in buckets:
        starts += at.to_bytes(4, "little")
        at += sum(map(len, bucket))
    return starts + at.to_bytes(4, "little") + b"".join(b"".join(bucket) for bucket in buckets)


class Table:
    """A table that `table_of` made; `width` is how many bytes stand beside each string."""

    __slots__ = ("_data", "_mask", "_starts", "_width")

    def __init__(self, data: memoryview, bits: int, width: int) -> None:
        size = 4 * ((1 << bits) + 1)
        self._starts = numbers("I", bytes(data[:size]))
        self._data, self._mask, self._width = bytes(data[size:]), (1 << bits) - 1, width
        if len(data) < size or self._starts[-1] != len(self._data):
            raise ValueError("a table is cut short")

    def look(self, name: str) -> bytes | None:
        """What stands beside a string; `None` for one that is not there. 0.5 µs."""
        wanted = name.encode("utf-8", "surrogatepass")
        bucket = zlib.crc32(wanted) & self._mask
        at = self._data.find(OPEN + wanted + SHUT, self._starts[bucket], self._starts[bucket + 1])
        if at < 0:
            return None
        at += len(wanted) + 2
        return self._data[at : at + self._width]

    def __contains__(self, name: str, /) -> bool:
        return self.look(name) is not None

    def __iter__(self) -> Iterator[str]:
        at = 0
        while at < len(self._data):
            end = self._data.index(SHUT, at)
            yield self._data[at + 1 : end].decode()
            at = end + 1 + self._width

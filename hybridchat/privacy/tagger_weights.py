"""The file of the tagger's weights: features in plain text, so that all can see what was learnt, and four small numbers each."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence

from hybridchat.value import value

FORMAT = b"HCTAG1\n"
LABELS = "OPXAN"
"""Outside, person, organisation or place, address, number of a person or case."""
UNIT = 20.0
"""Weights are stored as whole numbers of 1/20."""


class WeightsError(ValueError):
    """The weights cannot be used; the message says why."""


@value
class Weights:
    """`index` of each feature; four signed bytes of each in `table`, relative to O; `moves[from][to]` between labels; in 1/20."""

    index: dict[str, int]
    table: bytes
    moves: tuple[tuple[int, ...], ...]
    lexicon: frozenset[str]


def packed(
    features: Mapping[str, Sequence[int]], moves: Sequence[Sequence[int]], lexicon: Sequence[str], note: dict[str, str]
) -> bytes:
    """The file that holds the weights: four whole numbers of -127..127 for each feature."""
    keys = sorted(features)
    head = json.dumps({"labels": LABELS, "moves": [list(row) for row in moves], **note}, sort_keys=True)
    planes = b"".join(bytes(features[k][i] & 255 for k in keys) for i in range(4))
    body = "\n".join((head, " ".join(sorted(lexicon)), str(len(keys)), *keys, "")).encode()
    return FORMAT + len(body).to_bytes(4, "little") + zlib.compress(body + planes, 9)


def plain(data: bytes) -> str:
    """All text that the file of weights holds: for checking that nobody's name is in it."""
    size = int.from_bytes(data[len(FORMAT) : len(FORMAT) + 4], "little")
    return zlib.decompress(data[len(FORMAT) + 4 :])[:size].decode()


def unpacked(data: bytes) -> Weights:
    """The weights in `data`. Raises `WeightsError`."""
    if not data.startswith(FORMAT):
        raise WeightsError("the weights for names are of another version")
    try:
        size = int.from_bytes(data[len(FORMAT) : len(FORMAT) + 4], "little")
        raw = zlib.decompress(data[len(FORMAT) + 4 :])
        head, lexicon, count, *keys = raw[:size].decode().split("\n")
        said, n = json.loads(head), int(count)
    except (zlib.error, ValueError) as e:
        raise WeightsError("the weights for names are damaged") from e
    if said["labels"] != LABELS or len(keys) != n + 1 or len(raw) != size + 4 * n:
        raise WeightsError("the weights for names do not fit this program")
    moves = tuple(tuple(row) for row in said["moves"])
    return Weights(dict(zip(keys, range(n), strict=False)), raw[size:], moves, frozenset(lexicon.split(" ")))

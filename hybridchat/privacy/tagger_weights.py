"""The file of the tagger's weights: features in plain text, so that all can see what was learnt, and four small numbers each."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence

from hybridchat.privacy.names_table import BEYOND, Table, numbers, table_of
from hybridchat.value import value

FORMAT = b"HCTAG2\n"
LABELS = "OPXAN"
"""Outside, person, organisation or place, address, number of a person or case."""
UNIT = 20.0
"""Weights are stored as whole numbers of 1/20."""
LARGEST = BEYOND // 2 - 1
"""A weight is at most this, either way: a byte holds it with this much added."""
_BITS, _WORD_BITS = 13, 10
_HEAD = len(FORMAT) + 16


class WeightsError(ValueError):
    """The weights cannot be used; the message says why."""


@value
class Weights:
    """Four bytes beside each of the `features`: its weights over O for the labels after it, with `LARGEST` added.

    `moves[from][to]` is between labels; all in 1/20. `lexicon` holds the folded words that may be features themselves.
    """

    features: Table
    moves: tuple[tuple[int, ...], ...]
    lexicon: Table

    def of(self, feature: str) -> tuple[int, ...]:
        """The four weights of a feature, in 1/20; zeros for one that was not learnt."""
        return tuple(byte - LARGEST for byte in self.features.look(feature) or bytes([LARGEST] * 4))


def packed(
    features: Mapping[str, Sequence[int]], moves: Sequence[Sequence[int]], lexicon: Sequence[str], note: dict[str, str]
) -> bytes:
    """The file that holds the weights: four whole numbers of at most `LARGEST` either way for each feature.

    Raises `ValueError` for a larger one.
    """
    head = json.dumps({"labels": LABELS, "moves": [list(row) for row in moves], **note}, sort_keys=True).encode()
    words = table_of(dict.fromkeys(lexicon, b""), _WORD_BITS)
    learnt = table_of({f: bytes(weight + LARGEST for weight in row) for f, row in features.items()}, _BITS)
    body = head + words + learnt
    sizes = (len(head), len(words), len(learnt), zlib.crc32(body))
    return FORMAT + b"".join(size.to_bytes(4, "little") for size in sizes) + body


def plain(data: bytes) -> str:
    """All text that the file of weights holds, a word or feature a line: for checking that nobody's name is in it."""
    weights = unpacked(data)
    return "\n".join((*weights.lexicon, *weights.features))


def unpacked(data: bytes) -> Weights:
    """The weights in `data`. Raises `WeightsError`."""
    if not data.startswith(FORMAT) or len(data) < _HEAD:
        raise WeightsError("the weights for names are of another version")
    head, words, learnt, checked = numbers("I", data[len(FORMAT) : _HEAD])
    body = memoryview(data)[_HEAD:]
    if len(body) != head + words + learnt or zlib.crc32(body) != checked:
        raise WeightsError("the weights for names are damaged")
    try:
        said = json.loads(bytes(body[:head]))
        lexicon = Table(body[head : head + words], _WORD_BITS, 0)
        features = Table(body[head + words :], _BITS, 4)
    except ValueError as e:
        raise WeightsError("the weights for names are damaged") from e
    if said["labels"] != LABELS:
        raise WeightsError("the weights for names do not fit this program")
    return Weights(features, tuple(tuple(row) for row in said["moves"]), lexicon)

"""The trained scorer: a linear model over words and hand-made features, read from `difficulty.json` on first use.

The file holds numbers by hash bucket and by feature, no text of any prompt; docs/weights.md says what it was learnt from.
Without it, or with one of another version, messages are judged by hand-made rules and `Loaded.notice` says so.
"""

from __future__ import annotations

import base64
import binascii
import json
from array import array
from bisect import bisect_right
from functools import cache
from math import isfinite, log, sqrt
from pathlib import Path
from typing import Any

from hybridchat.routing.features import BUCKETS, NAMES, VERSION, Scan, buckets, dense
from hybridchat.value import value

FORMAT = 1
SHIPPED = Path(__file__).with_name("difficulty.json")
CUT = 3.0
"""Standard deviations at which a feature is cut: nothing was learnt of prompts that far out."""
TAIL = 0.01
"""Share of the scale kept at either end for prompts beyond all that were learnt from."""
COLUMNS = (*NAMES, "rules")
"""The features the weights are for: those read off the message, and what the hand-made rules make of it."""
HAND_MADE = "difficulty is judged by hand-made rules"
TF = [0.0, *(1 + log(n) for n in range(1, 241))]
"""Weight of a word by how often it occurs."""


@value
class Weights:
    """`words` and `idf` by hash bucket; `mean`, `inverse` (of the deviation) and `dense` by feature.

    `quantiles` are the scores of the prompts learnt from, at evenly spaced shares from 0 to 1.
    """

    words: list[float]
    idf: list[float]
    mean: list[float]
    inverse: list[float]
    dense: list[float]
    quantiles: list[float]


@value
class Loaded:
    """The weights, or none and the sentence that says why."""

    weights: Weights | None
    notice: str = ""


class Unusable(ValueError):
    """Weights that cannot be used; the message says why, in words for people."""


@cache
def shipped() -> Loaded:
    """The program's own weights, read once, at first use (about 2 ms)."""
    return load(SHIPPED)


def load(path: Path) -> Loaded:
    """The weights of the file at `path`; never raises: what cannot be read is a notice."""
    try:
        return Loaded(parse(json.loads(path.read_bytes())))
    except OSError:
        return Loaded(None, f"{path.name} cannot be read: {HAND_MADE}")
    except Unusable as error:
        return Loaded(None, f"{path.name} {error}: {HAND_MADE}")
    except (ValueError, RecursionError):
        return Loaded(None, f"{path.name} is broken: {HAND_MADE}")


def parse(document: Any) -> Weights:
    """The weights of a document as training wrote it. Raises `Unusable`."""
    if not isinstance(document, dict):
        raise Unusable("is broken")
    if document.get("format") != FORMAT or document.get("features_version") != VERSION:
        raise Unusable("is of another version")
    try:
        features = document["features"]
        if tuple(features) != COLUMNS:
            raise Unusable("is of another version")
        mean, deviation, coefficient = (list(map(float, column)) for column in zip(*features.values(), strict=True))
        weights = Weights(
            words=_unpacked(document["words"], "b", float(document["word_unit"])),
            idf=_unpacked(document["idf"], "B", float(document["idf_unit"])),
            mean=mean,
            inverse=[1 / d for d in deviation],
            dense=coefficient,
            quantiles=list(map(float, document["quantiles"])),
        )
    except (KeyError, TypeError, AttributeError, ValueError, ZeroDivisionError, OverflowError) as error:
        if isinstance(error, Unusable):
            raise
        raise Unusable("is broken") from error
    _check(weights)
    return weights


def _unpacked(text: str, kind: str, unit: float) -> list[float]:
    numbers = array(kind)
    try:
        numbers.frombytes(base64.b64decode(text, validate=True))
    except binascii.Error as error:
        raise Unusable("is broken") from error
    if len(numbers) != BUCKETS:
        raise Unusable("is broken")
    return [unit * n for n in numbers]


def _check(weights: Weights) -> None:
    units = [max(map(abs, weights.words)), max(weights.idf)]
    if not all(map(isfinite, [*units, *weights.mean, *weights.inverse, *weights.dense, *weights.quantiles])):
        raise Unusable("is broken")
    if len(weights.quantiles) < 2 or weights.quantiles != sorted(weights.quantiles):
        raise Unusable("is broken")


def columns(found: Scan, rules: float) -> list[float]:
    """The features of `COLUMNS`; `rules` is the score of the hand-made rules."""
    return [*dense(found), rules]


def raw_score(weights: Weights, found: Scan, rules: float) -> float:
    """The linear score, on no scale in particular; higher needs the abler model."""
    words, idf = weights.words, weights.idf
    total = square = 0.0
    for bucket, count in buckets(found.tokens).items():
        value = TF[count] * idf[bucket]
        total += value * words[bucket]
        square += value * value
    score = total / sqrt(square) if square else 0.0
    for x, mean, inverse, weight in zip(columns(found, rules), weights.mean, weights.inverse, weights.dense, strict=True):
        z = (x - mean) * inverse
        score += weight * (z if -CUT < z < CUT else CUT if z > 0 else -CUT)
    return score


def share_below(weights: Weights, score: float) -> float:
    """The share of the prompts learnt from that score lower, 0..1; strictly rising, also beyond all of them."""
    knots = weights.quantiles
    at = bisect_right(knots, score)
    if at == 0:
        return TAIL / (1 + knots[0] - score)
    if at == len(knots):
        return 1 - TAIL / (1 + score - knots[-1])
    inside = at - 1 + (score - knots[at - 1]) / (knots[at] - knots[at - 1])
    return TAIL + (1 - 2 * TAIL) * inside / (len(knots) - 1)

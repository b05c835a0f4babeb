"""Learns the weights of `hybridchat/routing/difficulty.json`: `python -m training.difficulty TRAIN.jsonl.gz [--out FILE]`.

A line of the data is `{"id", "domain", "prompt", "pairs": {pair: [weak, strong]}}`: how well a weak and a strong model did on
the prompt, 0..1. The same data give the same bytes. The recipe, chosen by leaving domains and subjects out of the train split:

- Two ridge regressions; a domain weighs its number of prompts ^ 0.5. Questions with options are read with and without them.
- Words: hashed, sublinear tf-idf, unit length; target: 0.35 of what the strong model gains, 0.65 of how much the weak one fails,
  less half of its mean in the domain: what is hard within a kind of question, and half of which kind is.
- Features: standardised within domains, cut at 3; target: how much the weak one fails, within domains only. So strong a penalty
  that each feature counts nearly by its own correlation: with five domains, what features say together does not carry over.
- The score: features + 0.75 words + 0.5 length + 0.25 rules, each first scaled to a standard deviation of 1. Length is half the
  logarithm of all words, half of those before the options, if any; rules is the program's hand-made score.
- Shipped as int8 (words) and short decimals (the rest), with the quantiles of the score over the training prompts.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from hybridchat.routing.features import VERSION, scan
from hybridchat.routing.handmade import opinion
from hybridchat.routing.weights import COLUMNS, FORMAT, Weights, parse, raw_score
from training.ridge import Floats, Ints, Mask, solve_dense, solve_sparse
from training.table import DOMAIN_POWER, Table, inverse_frequency, read, tabled, tf_idf

OUT = Path(__file__).parent.parent / "hybridchat" / "routing" / "difficulty.json"
GAIN_IN_WORDS = 0.35
"""Share of the gain, beside the failures, in what the words learn."""
DOMAIN_IN_WORDS = 0.5
"""Share of its domain's mean that is taken from what the words learn."""
WORD_ALPHA, DENSE_ALPHA = 10.0, 10_000.0
WORD_SHARE = 0.75
FIXED_SHARES = {"words": 0.25, "stem": 0.25, "rules": 0.25}
"""Added to what is learnt: what should count for kinds of messages that the data do not hold."""
NARROWEST = 0.05
"""Smallest standard deviation a feature is divided by."""
CUT = 3.0
KNOTS = 41


def train(table: Table, mask: Mask | None = None) -> dict[str, Any]:
    """Weights learnt from the rows of `mask`, as the JSON that is shipped, all but its quantiles."""
    mask = np.ones(len(table.weak), dtype=bool) if mask is None else mask
    groups, weights = table.groups(mask), table.weights(mask)
    features, fails = table.features[mask], 1 - table.weak[mask]

    mean, deviation, b = _by_hand(features, fails, weights, groups)
    cut = np.clip((features - mean) / deviation, -CUT, CUT)
    b = b / _spread(cut @ b, weights)
    for name, share in FIXED_SHARES.items():
        at = COLUMNS.index(name)
        b[at] += share * deviation[at] / _spread(features[:, at], weights)

    idf = inverse_frequency(table, mask)
    words = tf_idf(table, idf).rows(mask)
    target = GAIN_IN_WORDS * table.gain[mask] + (1 - GAIN_IN_WORDS) * fails
    target = (1 - DOMAIN_IN_WORDS) * target + DOMAIN_IN_WORDS * _without_means(target[:, None], groups)[:, 0]
    w = solve_sparse(words, target, weights, WORD_ALPHA)
    w = w * WORD_SHARE / _spread(words.times(w), weights)
    return _packed(mean, deviation, b, w, idf)


def _by_hand(features: Floats, fails: Floats, weights: Floats, groups: Ints) -> tuple[Floats, Floats, Floats]:
    """Mean, deviation within domains, and coefficient of each feature."""
    mean = np.average(features, axis=0, weights=weights)
    inside = _without_means(features, groups)
    deviation = np.maximum(np.sqrt(np.average(inside**2, axis=0, weights=weights)), NARROWEST)
    cut = np.clip((features - mean) / deviation, -CUT, CUT)
    b = solve_dense(_without_means(cut, groups), _without_means(fails[:, None], groups)[:, 0], weights, DENSE_ALPHA)
    return mean, deviation, b


def _without_means(values: Floats, groups: Ints) -> Floats:
    means = np.stack([values[groups == n].mean(axis=0) for n in range(int(groups.max()) + 1)])
    out: Floats = values - means[groups]
    return out


def _spread(values: Floats, weights: Floats) -> float:
    """The weighted standard deviation."""
    return float(np.sqrt(np.average((values - np.average(values, weights=weights)) ** 2, weights=weights)))


def _packed(mean: Floats, deviation: Floats, b: Floats, w: Floats, idf: Floats) -> dict[str, Any]:
    """Shortened so far that the last bits of a sum, which differ between machines, cannot show."""
    w_unit, idf_unit = float(np.abs(w).max() / 127), float(idf.max() / 255)
    return {
        "format": FORMAT,
        "features_version": VERSION,
        "features": {name: [float(f"{x:.4g}") for x in three] for name, *three in zip(COLUMNS, mean, deviation, b, strict=True)},
        "word_unit": float(f"{w_unit:.5g}"),
        "words": base64.b64encode(np.rint(w / w_unit).astype(np.int8).tobytes()).decode(),
        "idf_unit": float(f"{idf_unit:.5g}"),
        "idf": base64.b64encode(np.rint(idf / idf_unit).astype(np.uint8).tobytes()).decode(),
        "quantiles": [float(n) for n in range(KNOTS)],
    }


def quantiles(weights: Weights, records: list[dict[str, Any]]) -> list[float]:
    """The score below which 0, 2.5, ... 100 percent of the prompts lie, each domain weighing its size ^ 0.5."""
    scans = [scan(record["prompt"]) for record in records]
    scores = np.array([raw_score(weights, found, opinion(found).score) for found in scans])
    _, groups = np.unique([record["domain"] for record in records], return_inverse=True)
    share = np.bincount(groups)[groups].astype(np.float64) ** -DOMAIN_POWER
    order = np.argsort(scores, kind="stable")
    below = (np.cumsum(share[order]) - share[order] / 2) / share.sum()
    return [float(f"{x:.4g}") for x in np.interp(np.linspace(0, 1, KNOTS), below, scores[order])]


def fit(records: list[dict[str, Any]]) -> dict[str, Any]:
    """The whole of `difficulty.json` but the hash of the data."""
    domains = sorted({record["domain"] for record in records})
    document = train(tabled(records, domains))
    document["quantiles"] = quantiles(parse(document), records)
    return document


def text_of(document: dict[str, Any]) -> str:
    """The document with one key a line, so that a change can be read."""
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in document.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m training.difficulty", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="train.jsonl.gz")
    parser.add_argument("--out", type=Path, default=OUT)
    said = parser.parse_args()
    document = fit(read(said.data))
    document["data_sha256"] = hashlib.sha256(said.data.read_bytes()).hexdigest()
    text = text_of(document)
    said.out.write_text(text, encoding="utf-8", newline="\n")
    sys.stdout.write(f"{said.out}: {len(text):,} bytes, sha256 {hashlib.sha256(text.encode()).hexdigest()}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

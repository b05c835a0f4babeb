"""Learns the weights of `hybridchat/routing/difficulty.json`: `python -m training.difficulty TRAIN.jsonl.gz [--out FILE]`.

A line of the data is `{"id", "domain", "prompt", "pairs": {pair: [weak, strong]}}`: how well a weak and a strong model did on
the prompt, 0..1. The same data give the same bytes. The recipe, chosen by leaving one domain out of the public data at a time:

- Two ridge regressions; a domain weighs its number of prompts ^ 0.5.
- Words: hashed, sublinear tf-idf, unit length; target: half of what the strong model gains, half of how much the weak one fails,
  less three quarters of its mean in the domain: mostly what is hard *within* a kind of question, and a little which kind is.
- Features: standardised within domains, cut at 3; target: how much the weak one fails, within domains only. So strong a penalty
  that each feature counts nearly by its own correlation: with five domains, what features say together does not carry over.
- The score: features + 0.75 words + 0.5 length + 0.5 rules, each first scaled to a standard deviation of 1. Length is half the
  logarithm of all words, half of those before the options, if any; rules is the program's hand-made score.
- Shipped as int8 (words) and short decimals (the rest), with the quantiles of the score over the training prompts.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hybridchat.routing.features import BUCKETS, VERSION, buckets, scan
from hybridchat.routing.handmade import opinion
from hybridchat.routing.weights import COLUMNS, FORMAT, Weights, columns, parse, raw_score
from training.ridge import Floats, Ints, Mask, Sparse, solve_dense, solve_sparse

OUT = Path(__file__).parent.parent / "hybridchat" / "routing" / "difficulty.json"
PAIRS = {"mmlu": "routellm"}
"""The pair of models that teaches, by domain; else `local`, averaged over several small models."""
SECOND_PAIR = 0.3
"""Weight of RouteLLM's pair where a domain has both: one more small model's failures, one more vote."""
GAIN_IN_WORDS = 0.5
"""Share of the gain, beside the failures, in what the words learn."""
DOMAIN_IN_WORDS = 0.75
"""Share of its domain's mean that is taken from what the words learn."""
WORD_ALPHA, DENSE_ALPHA = 10.0, 10_000.0
WORD_SHARE = 0.75
FIXED_SHARES = {"words": 0.25, "stem": 0.25, "rules": 0.5}
"""Added to what is learnt: what should count for kinds of messages that the data do not hold."""
DOMAIN_POWER = 0.5
NARROWEST = 0.05
"""Smallest standard deviation a feature is divided by."""
CUT = 3.0
KNOTS = 41


@dataclass(frozen=True)
class Table:
    """The prompts as numbers: features, words, how the weak and the strong model did, and the domain's number of each."""

    features: Floats
    row: Ints
    column: Ints
    count: Floats
    weak: Floats
    strong: Floats
    domain: Ints

    @property
    def gain(self) -> Floats:
        return self.strong - self.weak


def read(path: Path) -> list[dict[str, Any]]:
    """The records of a `.jsonl` or `.jsonl.gz` file."""
    data = path.read_bytes()
    text = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    return [json.loads(line) for line in text.decode("utf-8").split("\n") if line.strip()]


def tabled(records: list[dict[str, Any]], domains: list[str]) -> Table:
    """The records as numbers, read by the very code that reads a message in the program."""
    scans = [scan(record["prompt"]) for record in records]
    words = [sorted(buckets(found.tokens).items()) for found in scans]
    outcomes = np.array([_outcome(record) for record in records])
    return Table(
        features=np.array([columns(found, opinion(found).score) for found in scans]),
        row=np.repeat(np.arange(len(words)), [len(w) for w in words]),
        column=np.array([bucket for w in words for bucket, _ in w], dtype=np.int64),
        count=np.array([count for w in words for _, count in w], dtype=np.float64),
        weak=outcomes[:, 0],
        strong=outcomes[:, 1],
        domain=np.array([domains.index(record["domain"]) for record in records]),
    )


def _outcome(record: dict[str, Any]) -> Floats:
    pairs = record["pairs"]
    first = np.array(pairs[PAIRS.get(record["domain"], "local")], dtype=np.float64)
    if "local" in pairs and "routellm" in pairs:
        return (1 - SECOND_PAIR) * first + SECOND_PAIR * np.array(pairs["routellm"], dtype=np.float64)
    return first


def train(table: Table, mask: Mask | None = None) -> dict[str, Any]:
    """Weights learnt from the rows of `mask`, as the JSON that is shipped, all but its quantiles."""
    mask = np.ones(len(table.weak), dtype=bool) if mask is None else mask
    _, groups = np.unique(table.domain[mask], return_inverse=True)
    sizes = np.bincount(groups)[groups].astype(np.float64)
    weights = sizes**-DOMAIN_POWER
    weights *= len(weights) / weights.sum()
    fails = 1 - table.weak[mask]

    mean, deviation, b = _by_hand(table.features[mask], fails, weights, groups)
    cut = np.clip((table.features[mask] - mean) / deviation, -CUT, CUT)
    b = b / np.std(cut @ b)
    for name, share in FIXED_SHARES.items():
        at = COLUMNS.index(name)
        b[at] += share * deviation[at] / np.std(table.features[mask, at])

    idf = _idf(table, mask)
    words = _tf_idf(table, idf).rows(mask)
    target = GAIN_IN_WORDS * table.gain[mask] + (1 - GAIN_IN_WORDS) * fails
    target = (1 - DOMAIN_IN_WORDS) * target + DOMAIN_IN_WORDS * _without_means(target[:, None], groups)[:, 0]
    w = solve_sparse(words, target, weights, WORD_ALPHA)
    w = w * WORD_SHARE / np.std(words.times(w))
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


def _idf(table: Table, mask: Mask) -> Floats:
    seen = np.bincount(table.column[mask[table.row]], minlength=BUCKETS)
    out: Floats = np.log((1 + mask.sum()) / (1 + seen)) + 1
    return out


def _tf_idf(table: Table, idf: Floats) -> Sparse:
    value = (1 + np.log(table.count)) * idf[table.column]
    norm = np.sqrt(np.bincount(table.row, value**2, len(table.weak)))
    return Sparse(table.row, table.column, value / np.maximum(norm, 1e-12)[table.row], (len(table.weak), BUCKETS))


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

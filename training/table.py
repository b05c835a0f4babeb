"""The data as numbers: what the trainer learns from, and how much each prompt counts."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hybridchat.routing.features import BUCKETS, OPTION, buckets, scan
from hybridchat.routing.handmade import opinion
from hybridchat.routing.weights import columns
from training.ridge import Floats, Ints, Mask, Sparse

PAIRS = {"mmlu": "routellm"}
"""The pair of models that teaches, by domain; else `local`, averaged over several small models."""
SECOND_PAIR = 0.3
"""Weight of RouteLLM's pair where a domain has both: one more small model's failures, one more vote."""
DOMAIN_POWER = 0.5
"""A domain weighs its number of prompts to this power."""


@dataclass(frozen=True)
class Table:
    """The prompts as numbers: features, words, how the weak and the strong model did, and the domain's number of each.

    A question with options has two rows, whole and bare: nobody's message ends in options, but most of the data do.
    `bare` says which, `share` what part of its prompt a row is.
    """

    features: Floats
    row: Ints
    column: Ints
    count: Floats
    weak: Floats
    strong: Floats
    domain: Ints
    bare: Mask
    share: Floats

    @property
    def gain(self) -> Floats:
        return self.strong - self.weak

    def weights(self, mask: Mask) -> Floats:
        """What each row of `mask` counts, 1 on average."""
        domain, share = self.domain[mask], self.share[mask]
        out: Floats = share * np.bincount(domain, share)[domain] ** -DOMAIN_POWER
        out *= len(out) / out.sum()
        return out

    def groups(self, mask: Mask) -> Ints:
        """The group of each row of `mask`: its domain, whole and bare apart, numbered without gaps."""
        out: Ints = np.unique(2 * self.domain[mask] + self.bare[mask], return_inverse=True)[1]
        return out


def read(path: Path) -> list[dict[str, Any]]:
    """The records of a `.jsonl` or `.jsonl.gz` file."""
    data = path.read_bytes()
    text = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    return [json.loads(line) for line in text.decode("utf-8").split("\n") if line.strip()]


def tabled(records: list[dict[str, Any]], domains: list[str]) -> Table:
    """The records as numbers, read by the very code that reads a message in the program."""
    rows = [(record, text, cut, share) for record in records for text, cut, share in _forms(record["prompt"])]
    scans = [scan(text) for _, text, _, _ in rows]
    words = [sorted(buckets(found.tokens).items()) for found in scans]
    outcomes = np.array([_outcome(record) for record, _, _, _ in rows])
    return Table(
        features=np.array([columns(found, opinion(found).score) for found in scans]),
        row=np.repeat(np.arange(len(words)), [len(w) for w in words]),
        column=np.array([bucket for w in words for bucket, _ in w], dtype=np.int64),
        count=np.array([count for w in words for _, count in w], dtype=np.float64),
        weak=outcomes[:, 0],
        strong=outcomes[:, 1],
        domain=np.array([domains.index(record["domain"]) for record, _, _, _ in rows]),
        bare=np.array([cut for _, _, cut, _ in rows]),
        share=np.array([share for _, _, _, share in rows]),
    )


def _forms(prompt: str) -> list[tuple[str, bool, float]]:
    """The prompt, and the same without its options if it has any: text, whether it is bare, its share."""
    options = list(OPTION.finditer(prompt))
    if len(options) < 2 or not prompt[: options[0].start()].strip():
        return [(prompt, False, 1.0)]
    return [(prompt, False, 0.5), (prompt[: options[0].start()], True, 0.5)]


def _outcome(record: dict[str, Any]) -> Floats:
    pairs = record["pairs"]
    first = np.array(pairs[PAIRS.get(record["domain"], "local")], dtype=np.float64)
    if "local" in pairs and "routellm" in pairs:
        return (1 - SECOND_PAIR) * first + SECOND_PAIR * np.array(pairs["routellm"], dtype=np.float64)
    return first


def inverse_frequency(table: Table, mask: Mask) -> Floats:
    """How rare each bucket is among the rows of `mask`, as a logarithm."""
    seen = np.bincount(table.column[mask[table.row]], minlength=BUCKETS)
    out: Floats = np.log((1 + mask.sum()) / (1 + seen)) + 1
    return out


def tf_idf(table: Table, idf: Floats) -> Sparse:
    """Each row's words, the rare ones more, of length 1."""
    value = (1 + np.log(table.count)) * idf[table.column]
    norm = np.sqrt(np.bincount(table.row, value**2, len(table.weak)))
    return Sparse(table.row, table.column, value / np.maximum(norm, 1e-12)[table.row], (len(table.weak), BUCKETS))

"""Compares recipes for the difficulty score on what was left out of training: `python -m training.compare TRAIN.jsonl.gz`.

What counts is how a recipe does on kinds of messages that it never saw, and the public data hold exams only. So it is asked three
times, on the train split alone: one domain left out (`domain`); one area of knowledge left out of MMLU and of MMLU-Pro (`area`);
the same areas, their questions without the options (`bare`), as somebody would type them. Figures are APGR, as in
`tests/benchmarks/bench_routing.py`, means over what was left out, each weighing what the strong model gains there: where that is
next to nothing, as with MMLU's maths, the share of it is mostly noise.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hybridchat.routing.weights import COLUMNS, parse
from training.difficulty import CUT, NARROWEST, train
from training.ridge import Floats, Ints, Mask, Sparse, solve_sparse
from training.table import Table, inverse_frequency, read, tabled, tf_idf

AREAS = {
    "law": ("law", "jurisprudence"),
    "life": ("biology", "anatomy", "medic", "nutrition", "virology", "genetics", "clinical", "aging", "sexual"),
    "computing": ("computer", "machine_learning", "security"),
    "numbers": ("math", "algebra", "statistics", "physics", "chemistry", "engineering", "astronomy"),
    "past and thought": ("history", "philosophy", "religion", "moral", "logic", "ethics"),
    "society": ("econom", "psych", "sociol", "gov", "geograph", "business", "market", "manag", "account", "foreign", "relations"),
}
"""Areas by parts of a subject's name; what fits none is an area too."""
PRO = (
    (1000, "business"),
    (2031, "law"),
    (2810, "psychology"),
    (3520, "biology"),
    (4670, "chemistry"),
    (5060, "history"),
    (5990, "other"),
    (6800, "medicine"),
    (7660, "economics"),
    (9010, "math"),
    (10320, "physics"),
    (10740, "computer"),
    (11250, "philosophy"),
    (sys.maxsize, "engineering"),
)
"""MMLU-Pro's numbers run by subject: each one's first number beyond it, read off the questions."""
FEWEST = 150
"""Questions below which what was left out says nothing."""
Scores = Callable[[Table], Floats]


def area(record: dict[str, Any]) -> str:
    domain, _, rest = record["id"].partition("/")
    subject = rest if domain == "mmlu" else next(name for end, name in PRO if int(rest) < end)
    return next((name for name, parts in AREAS.items() if any(part in subject for part in parts)), "other")


def apgr(score: Floats, gain: Floats) -> float:
    """Area under the share of the gain that is won, best-scored first; ties count as their expectation."""
    order = np.argsort(-score, kind="stable")
    ends = np.flatnonzero(np.r_[np.diff(score[order]) != 0, True])
    share, won = np.r_[0, (ends + 1) / len(score)], np.r_[0, np.cumsum(gain[order])[ends]] / gain.sum()
    return float(np.sum((won[1:] + won[:-1]) / 2 * np.diff(share)))


def ours(table: Table, mask: Mask) -> Scores:
    """The recipe of `training.difficulty`, as shipped."""
    weights = parse(train(table, mask))
    mean, inverse, b = (np.array(column) for column in (weights.mean, weights.inverse, weights.dense))
    words, idf = np.array(weights.words), np.array(weights.idf)
    return lambda t: tf_idf(t, idf).times(words) + np.clip((t.features - mean) * inverse, -CUT, CUT) @ b


def plain(table: Table, mask: Mask, alpha: float = 30.0) -> Scores:
    """The usual way: one ridge over words and features; half gain, half failures, less half of the domain's mean."""
    mask = mask & ~table.bare
    weights, groups = table.weights(mask), table.groups(mask)
    target = (table.gain[mask] + 1 - table.weak[mask]) / 2
    means = np.bincount(groups, target) / np.bincount(groups)
    mean = np.average(table.features[mask], axis=0, weights=weights)
    deviation = np.sqrt(np.average((table.features[mask] - mean) ** 2, axis=0, weights=weights))

    def scaled(t: Table) -> Floats:
        out: Floats = np.clip((t.features - mean) / np.maximum(deviation, NARROWEST), -CUT, CUT)
        return out

    idf = inverse_frequency(table, mask)
    both = _beside(tf_idf(table, idf).rows(mask), scaled(table)[mask])
    found = solve_sparse(both, target - means[groups] / 2, weights, alpha, tolerance=1e-6)
    split = len(found) - table.features.shape[1]
    return lambda t: tf_idf(t, idf).times(found[:split]) + scaled(t) @ found[split:]


def _beside(words: Sparse, features: Floats) -> Sparse:
    rows, wide = features.shape
    return Sparse(
        np.r_[words.row, np.repeat(np.arange(rows), wide)],
        np.r_[words.column, np.tile(np.arange(wide) + words.shape[1], rows)],
        np.r_[words.value, features.ravel()],
        (rows, words.shape[1] + wide),
    )


def by_length(_table: Table, _mask: Mask) -> Scores:
    return lambda t: t.features[:, COLUMNS.index("words")]


@dataclass(frozen=True)
class Left:
    """What is left out, the rows that are judged, and under which name."""

    out: Mask
    judged: Mask
    name: str


def left_out(table: Table, areas: Ints, exams: Mask) -> Iterator[Left]:
    for n in range(int(table.domain.max()) + 1):
        yield Left(table.domain == n, (table.domain == n) & ~table.bare, "domain")
    for n in range(int(areas.max()) + 1):
        out = exams & (areas == n)
        for domain in np.unique(table.domain[exams]):
            for name, rows in (("area", ~table.bare), ("bare", table.bare)):
                judged = out & rows & (table.domain == domain)
                if judged.sum() >= FEWEST:
                    yield Left(out, judged, name)


def compared(records: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Mean APGR by recipe and by what was left out."""
    domains = sorted({record["domain"] for record in records})
    table = tabled(records, domains)
    of_exam = [record["domain"].startswith("mmlu") for record in records]
    names = [area(record) if exam else "" for record, exam in zip(records, of_exam, strict=True)]
    # a record has one row or two, the second one bare
    record_of = np.cumsum(~table.bare) - 1
    areas = np.unique(names, return_inverse=True)[1][record_of].astype(np.int64)
    cases = list(left_out(table, areas, np.array(of_exam)[record_of]))
    found: dict[str, dict[str, float]] = {}
    for title, recipe in (("length", by_length), ("plain ridge", plain), ("ours", ours)):
        known: dict[bytes, Floats] = {}
        values: dict[str, list[tuple[float, float]]] = {}
        for case in cases:
            key = case.out.tobytes()
            if key not in known:
                known[key] = recipe(table, ~case.out)(table)
            gain = table.gain[case.judged]
            values.setdefault(case.name, []).append((apgr(known[key][case.judged], gain), float(gain.mean())))
        found[title] = {name: _mean(all_of) for name, all_of in values.items()}
    return found


def _mean(weighted: list[tuple[float, float]]) -> float:
    return sum(value * weight for value, weight in weighted) / sum(weight for _, weight in weighted)


def main() -> int:
    for title, values in compared(read(Path(sys.argv[1]))).items():
        sys.stdout.write(f"{title:12} " + " ".join(f"{name} {value:.3f}" for name, value in values.items()) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""What routing by difficulty wins over chance, on recorded outcomes: `python -m tests.benchmarks.bench_frontier`.

BENCH_DATA names a folder with `routing/public/dev.jsonl.gz` (docs/weights.md says where the outcomes come from): for every
question how well a small model did, and a strong one. They are replayed as always local, always cloud, and auto: the questions
that rank hardest go to the cloud. The straight line between the first two is what sending the same share by lot would give.
Each kind of question weighs the same. *All kinds mixed* takes the hardest of all questions and so also counts knowing which
kind is hard; *within each kind* takes the same share of every kind. Intervals are 95 % bootstrap over prompts within kinds.

The public data holds no answers, so what is judged after the local answer cannot be replayed on it. Files
`routing/**/answers*.jsonl[.gz]` with lines `{"id", "prompt", "answer", "right"}` (and `logprobs`, `second`, `strong`, if known)
are replayed as local first with second looks; `strong` is looked up by `id` where it is not said.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hybridchat.routing.confidence import confidence
from hybridchat.routing.difficulty import difficulty, ranking
from hybridchat.routing.strategies import strategy
from tests.benchmarks.figures import Figure, table

SHARES = (0.1, 0.2, 0.3, 0.5)
BOOT, QUICK_BOOT = 1000, 200
SEED = 1
PAIR = {"mmlu": "routellm"}
"""Which recorded pair counts where there are several; else the one called `local`."""
HOW = (
    "no data: make bench BENCH_DATA=DIR, where DIR/routing/public/dev.jsonl.gz holds the recorded outcomes "
    "(docs/weights.md says where they come from)"
)
NO_ANSWERS = "not replayed: the data holds outcomes but no answers (DIR/routing/answers.jsonl would be read)"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question; `weak` and `strong` are how well either side did, 0 to 1."""

    kind: str
    weak: float
    strong: float
    score: float
    """By this it is ranked; the highest go to the cloud first."""
    peer: float
    """The same of the simplest ranking: words of the prompt."""
    sent: bool
    """Where the shipped policy with `cloud = "auto"` would send it by itself."""
    offered: bool
    """Where a local answer comes with the question whether to ask the cloud."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A share sent to the cloud, the quality won there, and that of the straight line."""

    share: float
    quality: float
    line: float

    @property
    def gain(self) -> float:
        return self.quality - self.line


Weights = Sequence[float]
Measure = Callable[[Weights], Spot]


def read(path: Path) -> list[dict[str, Any]]:
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def outcome(record: Mapping[str, Any]) -> tuple[float, float]:
    """How well the small and the strong model did. Raises `KeyError` and `ValueError` for a record of another form."""
    pairs = record["pairs"]
    weak, strong = pairs.get(PAIR.get(record["domain"], "local")) or next(iter(pairs.values()))
    return float(weak), float(strong)


def questions(records: Iterable[Mapping[str, Any]]) -> list[Asked]:
    policy, found = strategy("local-first"), []
    for record in records:
        text, (weak, strong) = record["prompt"], outcome(record)
        hard = difficulty(text).score
        found.append(
            Asked(
                kind=record["domain"],
                weak=weak,
                strong=strong,
                score=ranking(text),
                peer=float(len(text.split())),
                sent=hard >= policy.difficulty_cloud,
                offered=hard >= policy.difficulty_offer,
            )
        )
    return found


def answered(lines: Iterable[Mapping[str, Any]], strong: Mapping[str, tuple[str, float]]) -> list[Asked]:
    """Local answers, ranked by how doubtful they look; those whose strong outcome nobody knows are left out."""
    found = []
    for line in lines:
        kind, known = strong.get(line["id"], (str(line.get("domain", "")), line.get("strong")))
        if known is None:
            continue
        judged = confidence(line["prompt"], line["answer"], logprobs=line.get("logprobs"), second=line.get("second"))
        words = float(len(line["prompt"].split()))
        found.append(
            Asked(kind, float(line["right"]), float(known), -judged.score, words, sent=judged.doubtful, offered=judged.doubtful)
        )
    return found


def even(asked: Sequence[Asked], counts: Sequence[int]) -> list[float]:
    """What each question weighs, so that all kinds weigh the same; together 1."""
    total: dict[str, int] = {}
    for one, count in zip(asked, counts, strict=True):
        total[one.kind] = total.get(one.kind, 0) + count
    return [count / total[one.kind] / len(total) for one, count in zip(asked, counts, strict=True)]


def groups(asked: Sequence[Asked], by: Callable[[Asked], float], only: str | None = None) -> list[list[int]]:
    """Places of the questions, hardest first, those of one score together: within it, chance decides."""
    found: dict[float, list[int]] = {}
    for place, one in enumerate(asked):
        if only is None or one.kind == only:
            found.setdefault(by(one), []).append(place)
    return [found[score] for score in sorted(found, reverse=True)]


def ends(asked: Sequence[Asked], weights: Weights) -> tuple[float, float]:
    """Quality always local and always in the cloud."""
    return (
        sum(w * one.weak for one, w in zip(asked, weights, strict=True)),
        sum(w * one.strong for one, w in zip(asked, weights, strict=True)),
    )


def top(asked: Sequence[Asked], ranked: Sequence[list[int]], share: float) -> Measure:
    """The first `share` of the ranked weight goes to the cloud; the gain is over the questions in `ranked` alone."""

    def measure(weights: Weights) -> Spot:
        whole = sum(weights[place] for group in ranked for place in group)
        left, won, total = share * whole, 0.0, 0.0
        for group in ranked:
            weight = sum(weights[place] for place in group)
            gain = sum(weights[place] * (asked[place].strong - asked[place].weak) for place in group)
            total += gain
            if left > 0 and weight > 0:
                part = min(1.0, left / weight)
                won += part * gain
                left -= weight
        local = sum(weights[place] * asked[place].weak for group in ranked for place in group)
        return Spot(share, local + won, local + share * total)

    return measure


def together(parts: Sequence[Measure]) -> Measure:
    """The sum over kinds, whose weights add up to 1."""

    def measure(weights: Weights) -> Spot:
        spots = [part(weights) for part in parts]
        return Spot(spots[0].share, sum(s.quality for s in spots), sum(s.line for s in spots))

    return measure


def chosen(asked: Sequence[Asked], goes: Callable[[Asked], bool]) -> Measure:
    """Those for which `goes` holds go to the cloud."""

    def measure(weights: Weights) -> Spot:
        local, cloud = ends(asked, weights)
        share = sum(w for one, w in zip(asked, weights, strict=True) if goes(one))
        won = sum(w * (one.strong - one.weak) for one, w in zip(asked, weights, strict=True) if goes(one))
        return Spot(share, local + won, local + share * (cloud - local))

    return measure


def intervals(asked: Sequence[Asked], measures: Sequence[Measure], boot: int) -> list[tuple[float, float]]:
    """The middle 95 % of each one's gain when the questions of every kind are drawn anew."""
    dice = random.Random(SEED)
    kinds = [[place for place, one in enumerate(asked) if one.kind == kind] for kind in sorted({one.kind for one in asked})]
    drawn: list[list[float]] = [[] for _ in measures]
    for _ in range(boot):
        counts = [0] * len(asked)
        for places in kinds:
            for place in dice.choices(places, k=len(places)):
                counts[place] += 1
        weights = even(asked, counts)
        for gains, measure in zip(drawn, measures, strict=True):
            gains.append(measure(weights).gain)
    cut = round(0.025 * boot)
    return [(sorted(gains)[cut], sorted(gains)[-1 - cut]) for gains in drawn]


def frontier(title: str, asked: Sequence[Asked], boot: int, *, policies: Mapping[str, Callable[[Asked], bool]]) -> list[Figure]:
    """Both ends, the curve at `SHARES` and the shipped thresholds, each against the line; `met` where the interval is above 0."""
    kinds = sorted({one.kind for one in asked})
    mixed, words = groups(asked, lambda one: one.score), groups(asked, lambda one: one.peer)
    named: list[tuple[str, Measure, Measure | None]] = [
        (f"{title}, {share:.0%} cloud, all kinds mixed", top(asked, mixed, share), top(asked, words, share)) for share in SHARES
    ]
    for share in SHARES if len(kinds) > 1 else ():
        ours, theirs = (
            together([top(asked, groups(asked, by, kind), share) for kind in kinds])
            for by in (lambda one: one.score, lambda one: one.peer)
        )
        named.append((f"{title}, {share:.0%} cloud, within each kind", ours, theirs))
    named += [(name, chosen(asked, goes), None) for name, goes in policies.items()]
    weights = even(asked, [1] * len(asked))
    spans = intervals(asked, [measure for _, measure, _ in named], boot)
    return [
        _figure(name, measure(weights), span, peer(weights) if peer else None, len(asked))
        for (name, measure, peer), span in zip(named, spans, strict=True)
    ]


def _figure(name: str, spot: Spot, span: tuple[float, float], peer: Spot | None, n: int) -> Figure:
    low, high = span
    words = "" if peer is None else f", by length {peer.quality:.3f}"
    share = f" at {spot.share:.1%} cloud" if peer is None else ""
    return Figure(
        name,
        f"quality {spot.quality:.3f}{share}: {spot.gain:+.3f} [{low:+.3f}, {high:+.3f}] over the line",
        f"line {spot.line:.3f}{words}",
        goal="above the line",
        met=low > 0,
        n=n,
    )


def replayed(where: Path, boot: int) -> list[Figure]:
    """Every row the data give. Raises `OSError`, `ValueError`, `KeyError`, `TypeError` for data of another form."""
    records = read(where / "public" / "dev.jsonl.gz")
    asked = questions(records)
    local, cloud = ends(asked, even(asked, [1] * len(asked)))
    policy, n = strategy("local-first"), len(asked)
    policies: dict[str, Callable[[Asked], bool]] = {
        f'cloud = "auto", difficulty from {policy.difficulty_cloud}; asks nothing': lambda one: one.sent,
        f'cloud = "ask", every offer (from {policy.difficulty_offer}) taken; asks each': lambda one: one.offered,
    }
    found = [
        Figure("always local", f"quality {local:.3f} at 0 % cloud, nothing asked", n=n),
        Figure("always cloud", f"quality {cloud:.3f} at 100 % cloud", n=n),
        *frontier("auto", asked, boot, policies=policies),
    ]
    lines = [line for path in sorted(where.glob("**/answers*.jsonl*")) for line in read(path)]
    judged = answered(lines, {r["id"]: (r["domain"], outcome(r)[1]) for r in records})
    if not judged:
        return [*found, Figure("local first with second looks", NO_ANSWERS, n=0)]
    looks: dict[str, Callable[[Asked], bool]] = {"second look at every doubtful answer": lambda one: one.sent}
    return [*found, *frontier("second looks", judged, boot, policies=looks)]


def figures(*, quick: bool) -> list[Figure]:
    """The rows; what is wrong with the data is a row too."""
    said = os.environ.get("BENCH_DATA")
    where = Path(said) / "routing" if said else None
    if where is None or not (where / "public" / "dev.jsonl.gz").is_file():
        return [Figure("frontier", HOW, n=0)]
    try:
        return replayed(where, QUICK_BOOT if quick else BOOT)
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        return [Figure("frontier", f"the data cannot be read ({type(error).__name__}: {error})", n=0)]


def main() -> int:
    print(table("frontier", figures(quick=False)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How well the difficulty score routes, on recorded answers of real models: `python -m tests.benchmarks.bench_routing`.

BENCH_DATA names a folder with `routing/public/{train,dev}.jsonl.gz` and `routing/evaluate.py`; docs/weights.md says where the
data come from. BENCH_LITELLM names a Python that has litellm, whose router is then measured beside. Two questions: the shipped
weights on the public dev split, and weights learnt anew without a domain, on that domain. APGR is the area under the share of the
quality gap that is won, over the share of messages sent to the strong model (RouteLLM, arXiv 2406.18665); 0.5 is chance. saved95
is the share kept local at 95 % of the strong model's quality. Intervals are 95 % bootstrap over prompts, differences are paired.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hybridchat.routing.features import scan
from hybridchat.routing.handmade import opinion
from hybridchat.routing.weights import parse, raw_score, shipped
from tests.benchmarks.figures import Figure

BOOT, QUICK_BOOT = 1000, 200
SEED_WORDS = ("analyze", "compare", "explain", "discuss", "evaluate", "synthesize", "recommend", "critique")
HOW = (
    "no data: set BENCH_DATA to a folder with routing/public/train.jsonl.gz, routing/public/dev.jsonl.gz and routing/evaluate.py "
    "(docs/weights.md says where the outcomes come from), and install numpy"
)
LITELLM = Path(__file__).parent / "peers" / "litellm_router.py"
HOW_LITELLM = "LiteLLM's router: not measured; set BENCH_LITELLM to a Python of its own that has litellm"
Record = Mapping[str, Any]
Scores = dict[str, float]
Measured = tuple[dict[str, Any], dict[str, Any]]
"""Figures by domain or mean, and the bootstrap draws behind them."""


def by_length(prompt: str) -> float:
    return float(len(prompt.split()))


def by_performance_rule(prompt: str) -> float:
    """The documents' performance strategy: more than 20 words, or one of eight words."""
    return float(len(prompt.split()) > 20 or any(word in prompt.lower() for word in SEED_WORDS))


def by_cost_rule(prompt: str) -> float:
    """The documents' cost strategy: more than 25 words."""
    return float(len(prompt.split()) > 25)


def by_rules(prompt: str) -> float:
    return opinion(scan(prompt)).score


Peers = Mapping[str, Callable[[str], float]]
PEERS: Peers = {
    "prompt length": by_length,
    "seeds, performance": by_performance_rule,
    "seeds, cost": by_cost_rule,
    "our hand-made rules": by_rules,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One mean over domains; each figure with the ends of its interval."""

    name: str
    apgr: tuple[float, float, float]
    saved95: tuple[float, float, float]
    n: int


class Bench:
    """The data, and the evaluator that comes with them."""

    def __init__(self, folder: Path, boot: int) -> None:
        self.evaluator = _module(folder / "evaluate.py")
        self.train: list[Record] = self.evaluator.read_jsonl(str(folder / "public" / "train.jsonl.gz"))
        self.dev: list[Record] = self.evaluator.read_jsonl(str(folder / "public" / "dev.jsonl.gz"))
        self.boot = boot

    def measured(self, records: list[Record], scores: Scores) -> Measured:
        tasks: dict[tuple[str, str], list[Any]] = {}
        for record in records:
            for pair, (weak, strong) in record["pairs"].items():
                if self.evaluator.is_primary((record["domain"], pair)):
                    tasks.setdefault((record["domain"], pair), []).append((record["id"], weak, strong))
        found: Measured = self.evaluator.evaluate(tasks, scores, self.boot)
        return found

    def compared(self, title: str, records: list[Record], ours: Scores, peers: Peers = PEERS) -> list[Row]:
        """Our row, each domain's, the peers', and the differences."""
        result, draws = self.measured(records, ours)
        rows = [self._row(f"{title}: {name.partition('/')[0]}", result[name]) for name in result if "/" in name]
        rows.append(self._row(f"{title}: mean of domains", result["macro in-domain"]))
        rows.append(self._row(f"{title}: domains pooled", result["mixed in-domain"]))
        for name, score in peers.items():
            peer = self.measured(records, {r["id"]: score(r["prompt"]) for r in records})
            rows.append(self._row(f"{title}: {name}", peer[0]["macro in-domain"]))
            # the evaluator calls all of these domains in-domain; what they are here, the title says
            for what, of in (("", "macro in-domain"), (", pooled", "mixed in-domain")):
                rows.append(self._difference(f"{title}: ours less {name}{what}", (result, draws), peer, of))
        return rows

    @staticmethod
    def _row(name: str, result: Mapping[str, Any]) -> Row:
        return Row(name, result["apgr"], result["saved95"], result["n"])

    def _difference(self, name: str, ours: Measured, theirs: Measured, of: str) -> Row:
        apgr, saved95 = (
            (ours[0][of][k][0] - theirs[0][of][k][0], *self.evaluator.ci(ours[1][of][k] - theirs[1][of][k]))
            for k in ("apgr", "saved95")
        )
        return Row(name, apgr, saved95, ours[0][of]["n"])

    def left_out(self, families: list[list[str]]) -> Scores:
        """Scores of each family's prompts by weights learnt from the train split of all other domains."""
        import numpy as np  # for training only, as the evaluator

        from training.difficulty import train
        from training.table import tabled

        domains = sorted({record["domain"] for record in self.train})
        table = tabled([dict(r) for r in self.train], domains)
        scores: Scores = {}
        for family in families:
            out = [domains.index(name) for name in family]
            weights = parse(train(table, ~np.isin(table.domain, out)))
            for record in (*self.train, *self.dev):
                if record["domain"] in family:
                    found = scan(record["prompt"])
                    scores[record["id"]] = raw_score(weights, found, opinion(found).score)
        return scores


def _module(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("routing_evaluate", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def folder() -> Path | None:
    """Where the data are, if BENCH_DATA says so and numpy is there to read them with."""
    said = os.environ.get("BENCH_DATA")
    path = Path(said) / "routing" if said else None
    whole = path is not None and (path / "evaluate.py").exists() and (path / "public" / "train.jsonl.gz").exists()
    return path if whole and importlib.util.find_spec("numpy") is not None else None


def litellm_peers(records: list[Record]) -> Peers:
    """LiteLLM's local routers over these prompts; none unless BENCH_LITELLM says where they are.

    Raises `subprocess.CalledProcessError` if that Python has no such router.
    """
    python = os.environ.get("BENCH_LITELLM")
    if not python:
        return {}
    prompts = [record["prompt"] for record in records]
    ran = subprocess.run([python, str(LITELLM)], input=json.dumps(prompts), capture_output=True, text=True, check=True)
    found = json.loads(ran.stdout)
    return {
        f"LiteLLM {found['version']}, {way}": dict(zip(prompts, found[way], strict=True)).__getitem__
        for way in ("rules", "tables")
    }


def rows(where: Path, boot: int = BOOT) -> list[Row]:
    bench = Bench(where, boot)
    weights = shipped().weights
    if weights is None:
        raise RuntimeError(shipped().notice)
    ours = {}
    for record in bench.dev:
        found = scan(record["prompt"])
        ours[record["id"]] = raw_score(weights, found, opinion(found).score)
    both = [*bench.train, *bench.dev]
    single = [[name] for name in sorted({record["domain"] for record in bench.train})]
    return [
        *bench.compared("dev", bench.dev, ours, {**PEERS, **litellm_peers(bench.dev)}),
        *bench.compared("one domain left out", both, bench.left_out(single), {**PEERS, **litellm_peers(both)}),
    ]


def said(triple: tuple[float, float, float], *, percent: bool, signed: bool) -> str:
    scale, form = (100, ".1f") if percent else (1, ".3f")
    sign = "+" if signed else ""
    value, low, high = (format(scale * x, sign + form) for x in triple)
    return f"{value} [{low},{high}]"


def figures(*, quick: bool) -> list[Figure]:
    where = folder()
    if where is None:
        return [Figure("routing quality", HOW, n=0)]
    missing = [] if os.environ.get("BENCH_LITELLM") else [Figure("LiteLLM's router", HOW_LITELLM, n=0)]
    return missing + [
        Figure(
            row.name,
            said(row.apgr, percent=False, signed=" less " in row.name),
            f"saved95 {said(row.saved95, percent=True, signed=' less ' in row.name)}",
            n=row.n,
        )
        for row in rows(where, QUICK_BOOT if quick else BOOT)
    ]


def main() -> int:
    """Prints APGR and the share kept local at 95 % of the strong model's quality, with intervals."""
    where = folder()
    if where is None:
        print(HOW)
        return 0
    print(f"{'':60}{'APGR [95 %]':>26}{'saved95, percent [95 %]':>30}{'n':>8}")
    for row in rows(where):
        signed = " less " in row.name
        apgr, saved = said(row.apgr, percent=False, signed=signed), said(row.saved95, percent=True, signed=signed)
        print(f"{row.name:60}{apgr:>26}{saved:>30}{row.n:8}")
    if not os.environ.get("BENCH_LITELLM"):
        print(HOW_LITELLM)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How often what is left readable raises a question, and what a user who looks at it still lets leave.

`python -m tests.benchmarks asking`. BENCH_DATA names a folder with `privacy/public/pupa_prompts.jsonl.gz` and
`neg_prompts.jsonl.gz`. The prompts are the turns of conversations of ten, in random orders, all to the cloud with `always in
this conversation` said at the first one.

Questions: turns after the first of a conversation at which the second list holds something doubtful that was not seen there
yet. Not clean: prompts with at least one thing that must be hidden and is not, whole, of those that hold any: as found; after
a user who, wherever the card or a question shows the list, hides what belongs to such a thing; and after one who looks at
every list. A possessive after a hidden name is no part of it; the note says what comes out when it is.

The shipped names were learnt from these prompts, which flatters what is found in them: docs/privacy.md has the figures of
halves that the weights had not seen.
"""

from __future__ import annotations

import gzip
import json
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hybridchat.facts import Finding
from hybridchat.privacy.leftover import Left, leftovers, suspects
from hybridchat.privacy.scan import Terms, scan
from hybridchat.privacy.subject import public, subject
from tests.benchmarks.figures import Figure

HOW = "no data: set BENCH_DATA to a folder with privacy/public/pupa_prompts.jsonl.gz"
TURNS = 10
"""Of a conversation."""
ORDERS = 20
"""Random orders of the prompts, for the mean."""
QUICK = 6
"""With --quick every so-manieth prompt."""
FILES = ("pupa_prompts", "neg_prompts")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt as it would be shown: `doubtful` raises a question. `missed` counts must-hide items left readable: as found, and

    after every listed word that belongs to one is hidden (`strict`: with possessives). `holds` says whether there is any at all.
    """

    doubtful: frozenset[str]
    holds: bool
    missed: int
    cleared: int
    strict: int
    about: bool


def folder() -> Path | None:
    said = os.environ.get("BENCH_DATA")
    path = Path(said) / "privacy" / "public" if said else None
    return path if path is not None and (path / f"{FILES[0]}.jsonl.gz").exists() else None


def records(path: Path) -> list[dict[str, Any]]:
    texts = (gzip.decompress((path / f"{name}.jsonl.gz").read_bytes()).decode() for name in FILES)
    return [json.loads(line) for text in texts for line in text.split("\n") if line.strip()]


def missed(record: Mapping[str, Any], findings: Sequence[Finding], *, strict: bool = False) -> list[str]:
    """Values that must be hidden (tier 1) and are not, whole; with `strict` a possessive belongs to its name."""
    text = record["text"]
    covered = bytearray(len(text))
    for finding in findings:
        covered[finding.start : finding.end] = b"\1" * (finding.end - finding.start)
    spans = [(start, end) for start, end, _, tier in record["spans"] if tier == 1]
    if not strict:
        spans = [(a, b - 2 if text[b - 2 : b] in {"'s", "’s"} else b) for a, b in spans]
    return [text[a:b] for a, b in spans if any(text[i].isalnum() and not covered[i] for i in range(a, b))]


def looked(record: Mapping[str, Any]) -> Prompt:
    text = record["text"]
    findings = scan(text)
    left: tuple[Left, ...] = leftovers(text, findings, suspects(text))
    bad = missed(record, findings)
    hide = tuple(item.text for item in left if any(item.text in value or value in item.text for value in bad))
    after = scan(text, Terms(always=hide)) if hide else findings
    cleared, strict = missed(record, after), missed(record, after, strict=True)
    said = [f for f in subject(text, findings) if text[f.start : f.end] not in public(text, findings)]
    doubtful = frozenset(item.text for item in left if item.doubtful)
    return Prompt(doubtful, any(s[3] == 1 for s in record["spans"]), len(bad), len(cleared), len(strict), bool(said))


def asked(prompts: Sequence[Prompt]) -> list[tuple[Prompt, bool, bool]]:
    """(prompt, first of its conversation, raises a question) of prompts in the order they are sent."""
    out: list[tuple[Prompt, bool, bool]] = []
    seen: set[str] = set()
    for at, prompt in enumerate(prompts):
        first = at % TURNS == 0
        if first:
            seen = set()
        out.append((prompt, first, not first and not prompt.doubtful <= seen))
        seen |= prompt.doubtful
    return out


def _share(part: float, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _figures(prompts: list[Prompt]) -> Iterator[Figure]:
    holding = sum(p.holds for p in prompts)
    questions = shown = 0
    for seed in range(ORDERS):
        random.Random(seed).shuffle(prompts)
        rows = asked(prompts)
        questions += sum(question for _, _, question in rows)
        shown += sum(bool(p.cleared if first or question else p.missed) for p, first, question in rows if p.holds)
    rate = questions / (ORDERS * len(prompts)) * 10
    yield Figure(
        "questions by what is left readable",
        f"{rate:.2f} in 10 cloud turns",
        f"{_share(sum(bool(p.doubtful) for p in prompts), len(prompts)):.1f} % of prompts hold something doubtful",
        goal="<= 1",
        met=rate <= 1,
        n=len(prompts),
    )
    found, every, strict = (
        _share(sum(bool(n) for n in counts), holding)
        for counts in zip(*((p.missed, p.cleared, p.strict) for p in prompts), strict=True)
    )
    some = _share(shown / ORDERS, holding)
    yield Figure("not clean: as found", f"{found:.1f} %", "names learnt from these prompts", n=holding)
    yield Figure(
        "not clean: lists cleared where a card or question shows them", f"{some:.1f} %", goal="<= 5", met=some <= 5, n=holding
    )
    note = f"{strict:.1f} % with possessives"
    yield Figure("not clean: every list cleared", f"{every:.1f} %", note, goal="<= 5", met=every <= 5, n=holding)
    about = _share(sum(p.about for p in prompts), len(prompts))
    yield Figure(
        "questions about what is hidden", f"{about:.1f} %", "each is warned of", goal="<= 3", met=about <= 3, n=len(prompts)
    )


def figures(*, quick: bool) -> list[Figure]:
    where = folder()
    if where is None:
        return [Figure("asking", HOW, n=0)]
    return list(_figures([looked(record) for record in records(where)[:: QUICK if quick else 1]]))

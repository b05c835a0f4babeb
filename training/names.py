"""Learns the weights of the name tagger: `python -m training.names PUBLIC [--out FILE]`.

PUBLIC is a folder of `<dataset>.jsonl.gz` files, a line `{"id", "ds", "text", "spans": [[start, end, type, tier]]}` (Python
string indices; tier 1 must be hidden, 2 should). The same data give the same bytes. The recipe, chosen by cross-fitting:

- A linear chain over the features of `hybridchat/privacy/tagger_atoms.py`, five labels; learnt twice with python-crfsuite, by
  L-BFGS and by the averaged perceptron, whose weights are added up: together they leak less at the same cost than either.
- Prompts count twice. Every text with names is read once more with other names in it (`names_augment.py`), some of them in no
  list, and part of the prompts and posts in small letters, so that names are known by what stands around them.
- A feature must be seen in three documents; a word may be one when it stands in five, and in no name, address or number that must
  be hidden in any of them: what is shipped holds none, which is checked before the file is written.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pycrfsuite

from hybridchat.privacy.tagger_atoms import feature_lists
from hybridchat.privacy.tagger_weights import LABELS, LARGEST, UNIT, packed, plain
from training.names_augment import augmented
from training.names_data import DATASETS, Kinds, Record, digest, labels_of, lexicon_of, must_hide, read, tokens_for

OUT = Path(__file__).parent.parent / "hybridchat" / "privacy" / "names_weights.bin"
METHODS: dict[str, tuple[float, dict[str, float | bool]]] = {
    "lbfgs": (0.5, {"c1": 0.1, "c2": 0.05, "max_iterations": 40, "feature.possible_transitions": True}),
    "ap": (0.015, {"max_iterations": 8, "feature.possible_transitions": True}),
}
"""How much each way of learning counts, and its parameters: likelihood, and the averaged perceptron with its larger numbers."""
FEW = 3
"""Documents a feature must be seen in."""
SMALLEST = 2
"""Weights that round to less, in 1/20, for all labels are not shipped."""

_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r"[234][<>]([^\W\d_]{2,4})")

Learnt = tuple[dict[str, tuple[int, ...]], list[list[int]]]


def learnt(records: Sequence[Record], lexicon: frozenset[str]) -> Learnt:
    """Four weights over O for each feature, and the weights of the moves between labels, in 1/20."""
    kinds = Kinds(lexicon)
    seen: Counter[str] = Counter()
    pool: dict[str, str] = {}
    rows: list[tuple[list[list[str]], str, int]] = []
    for index, record in enumerate(augmented(records)):
        tokens = tokens_for(record, kinds)
        if not len(tokens):
            continue
        features = [[pool.setdefault(f, f) for f in row] for row in feature_lists(tokens)]
        seen.update({f for row in features for f in row})
        rows.append((features, labels_of(record, tokens), 1 if index >= len(records) else DATASETS.get(record["ds"], 1)))
    weights: Counter[tuple[str, str]] = Counter()
    moves: Counter[tuple[str, str]] = Counter()
    for method, (share, parameters) in METHODS.items():
        trainer = pycrfsuite.Trainer(method, verbose=False)
        for features, labels, times in rows:
            sequence = pycrfsuite.ItemSequence([[f for f in row if seen[f] >= FEW] for row in features])
            for _ in range(times):
                trainer.append(sequence, list(labels))
        trainer.set_params(parameters)
        told = _trained(trainer)
        for key, weight in told.state_features.items():
            weights[key] += share * weight
        for key, weight in told.transitions.items():
            moves[key] += share * weight
    return _rounded(weights), [[round(moves[a, b] * UNIT) for b in LABELS] for a in LABELS]


def _trained(trainer: pycrfsuite.Trainer) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "names.crfsuite")
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        tagger.open(path)
        told = tagger.info()
        tagger.close()
    return told


def _rounded(weights: Mapping[tuple[str, str], float]) -> dict[str, tuple[int, ...]]:
    out: dict[str, tuple[int, ...]] = {}
    for feature in {feature for feature, _ in weights}:
        outside = weights.get((feature, "O"), 0.0)
        row = tuple(max(-LARGEST, min(LARGEST, round((weights.get((feature, x), 0.0) - outside) * UNIT))) for x in LABELS[1:])
        if any(abs(w) >= SMALLEST for w in row):
            out[feature] = row
    return out


def told_secrets(data: bytes, records: Sequence[Record]) -> list[str]:
    """What must be hidden in the records and can be read out of the weights, as words: must be empty.

    Beginnings and endings of words, of two to four letters, are features too and tell nobody's name.
    """
    wholes, _ = must_hide(records)
    readable = plain(data)
    words = set(_WORD.findall(readable)) - set(_PART.findall(readable))
    tells = {value for value in wholes if value in words or (" " in value and value in readable)}
    return sorted(value for value in tells if sum(c.isalpha() for c in value) >= 3)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m training.names", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="the folder of public data")
    parser.add_argument("--out", type=Path, default=OUT)
    said = parser.parse_args()
    records = read(said.data)
    lexicon = lexicon_of(records)
    features, moves = learnt(records, lexicon)
    data = packed(features, moves, sorted(lexicon), {"data_sha256": digest(said.data)})
    if told := told_secrets(data, records):
        sys.stderr.write(f"the weights would tell what must be hidden: {told}\n")
        said.out.with_suffix(".refused").write_bytes(data)
        return 1
    said.out.write_bytes(data)
    sys.stdout.write(f"{said.out}: {len(features):,} features, {len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

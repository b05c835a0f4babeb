"""What the name tagger learns from: labelled texts as tokens, and the words it may know by heart."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from hybridchat.privacy.gazetteer import shipped
from hybridchat.privacy.names_words import CLASS_OF
from hybridchat.privacy.tagger_features import TOKEN, Kind, Tokens, kind_of, tokens_of
from hybridchat.privacy.words import fold

Record = dict[str, Any]

DATASETS = {
    **dict.fromkeys(("pupa_prompts", "neg_prompts", "neg_mtbench"), 2),
    **dict.fromkeys(("wnut17", "wikigold", "tab_echr", "echr_fr", "pl_pii", "synth_v2"), 1),
    **dict.fromkeys(("ambient_adversarial", "ambient_ambiguous", "ambient_contextual"), 1),
    **dict.fromkeys(("neg_docs", "neg_code", "neg_gitlog", "neg_humaneval", "neg_secretlike", "neg_lock", "cred_neg"), 1),
}
"""Files that are read, and how often each text counts: prompts are what people send."""
THINNED = {"cred_neg": 3}
"""Files of which every n-th record is read."""
LABEL_OF = {
    **dict.fromkeys(("ORG", "LOCATION", "ORG_OR_PLACE"), "X"),
    **dict.fromkeys(("ID", "PHONE", "IBAN", "CREDIT_CARD", "IP"), "N"),
    "PERSON": "P",
    "ADDRESS": "A",
}
DOCUMENTS = 5
"""A word may be a feature itself when it stands in so many documents, and is no part of what must be hidden in any."""


def read(folder: Path, names: Iterable[str] = DATASETS) -> list[Record]:
    """The records of the named files."""
    out: list[Record] = []
    for name in names:
        text = gzip.decompress((folder / f"{name}.jsonl.gz").read_bytes()).decode("utf-8")
        records = [json.loads(line) for line in text.split("\n") if line.strip()]
        out.extend(records[:: THINNED.get(name, 1)])
    return out


def digest(folder: Path) -> str:
    """One sha256 over the files that are read."""
    out = hashlib.sha256()
    for name in sorted(DATASETS):
        out.update((folder / f"{name}.jsonl.gz").read_bytes())
    return out.hexdigest()


class Kinds:
    """Kinds of words, each worked out once."""

    def __init__(self, lexicon: frozenset[str]) -> None:
        self._lexicon, self._look = lexicon, shipped().look
        self._known: dict[str, Kind] = {}

    def __call__(self, token: str) -> Kind:
        found = self._known.get(token)
        if found is None:
            found = self._known[token] = kind_of(token, self._look, self._lexicon)
        return found


def must_hide(records: Iterable[Record]) -> tuple[set[str], set[str]]:
    """(Whole values, words of them) that must be hidden in any record, folded."""
    wholes: set[str] = set()
    parts: set[str] = set()
    for record in records:
        for start, end, _, tier in record["spans"]:
            if tier == 1:
                value = record["text"][start:end]
                wholes.add(fold(value))
                parts.update(fold(word) for word in TOKEN.findall(value))
    return wholes, parts


def lexicon_of(records: Sequence[Record]) -> frozenset[str]:
    """Folded words that may be features themselves."""
    seen = Counter(word for record in records for word in {fold(w) for w in TOKEN.findall(record["text"]) if w[0].isalpha()})
    wholes, parts = must_hide(records)
    look = shipped().look

    def tells_nobody(word: str) -> bool:
        if word in parts:
            return word in CLASS_OF and word not in wholes
        # names that are run together, as in a handle
        return bool(look(word)) or not any(len(part) >= 5 and part in word for part in parts)

    return frozenset(word for word, n in seen.items() if n >= DOCUMENTS and tells_nobody(word))


def labels_of(record: Record, tokens: Tokens) -> str:
    """One label for each token; where spans overlap, what must be hidden first holds."""
    text = record["text"]
    marks = ["O"] * len(text)
    for start, end, kind, tier in sorted(record["spans"], key=lambda s: -s[3]):
        label = LABEL_OF.get(kind)
        value = text[start:end]
        path = kind == "ORG_OR_PLACE" and (("/" in value and " " not in value) or "@" in value or "_" in value)
        if tier < 3 and label and not path:
            marks[start:end] = label * (end - start)
    return "".join(marks[start] for start in tokens.starts)


def tokens_for(record: Record, kinds: Kinds) -> Tokens:
    return tokens_of(record["text"], kinds)

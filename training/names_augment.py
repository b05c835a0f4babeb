"""More texts to learn from: the same ones with other people's names in them, and in other cases."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from hybridchat.privacy.names_words import CLASS_OF
from hybridchat.privacy.tagger_features import TOKEN
from hybridchat.privacy.words import fold

Record = dict[str, Any]


class Chance:
    """Numbers that look random and are the same on every machine."""

    def __init__(self, seed: str) -> None:
        self._seed, self._count = seed, 0

    def random(self) -> float:
        """At least 0, less than 1."""
        self._count += 1
        return int.from_bytes(hashlib.sha256(f"{self._seed} {self._count}".encode()).digest()[:6], "little") / 2**48

    def below(self, n: int) -> int:
        return int(self.random() * n)


class Names:
    """Words of names in some records, to be put in the place of others; a third are blends, so that no list knows them."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._chance = Chance("names")
        words: dict[str, set[str]] = {"P": set(), "X": set()}
        for record in records:
            for start, end, kind, tier in record["spans"]:
                label = "P" if kind == "PERSON" else "X" if tier == 2 and kind in {"LOCATION", "ORG", "ORG_OR_PLACE"} else ""
                if label:
                    words[label].update(w for w in TOKEN.findall(record["text"][start:end]) if _usual(w))
        self._words = {label: sorted(found) for label, found in words.items()}

    def another(self, label: str) -> str:
        pool, chance = self._words[label], self._chance
        one = pool[chance.below(len(pool))]
        if chance.random() < 0.35:
            other = pool[chance.below(len(pool))]
            cut = 2 + chance.below(max(1, len(one) - 3))
            one = (one[:cut] + other[max(2, len(other) // 2) :].lower())[:14]
        return one

    def swapped(self, record: Record, share: float = 1.0) -> Record:
        """The record with other words in its names, the same for the same; `share` of the distinct words are changed."""
        text, chance = record["text"], self._chance
        given: dict[str, str] = {}
        parts: list[str] = []
        spans: list[list[Any]] = []
        at = 0
        shift = 0
        for start, end, kind, tier in sorted(record["spans"]):
            if start < at:
                continue
            parts.append(text[at:start])
            value = text[start:end]
            if kind == "PERSON" or (kind == "LOCATION" and " " not in value):
                label = "P" if kind == "PERSON" else "X"
                value = self._other(value, label, given, share if chance.random() < 0.9 else 0.0)
            parts.append(value)
            spans.append([start + shift, start + shift + len(value), kind, tier])
            shift += len(value) - (end - start)
            at = end
        parts.append(text[at:])
        return {**record, "text": "".join(parts), "spans": spans}

    def _other(self, value: str, label: str, given: dict[str, str], share: float) -> str:
        out: list[str] = []
        at = 0
        for match in TOKEN.finditer(value):
            word = match[0]
            out.append(value[at : match.start()])
            at = match.end()
            if not _usual(word):
                out.append(word)
                continue
            new = given.get(fold(word))
            if new is None:
                new = self.another(label) if self._chance.random() < share else word
                given[fold(word)] = new
            out.append(new.upper() if word.isupper() else new.lower() if word.islower() else new)
        out.append(value[at:])
        return "".join(out)


def _usual(word: str) -> bool:
    """A word of a name that may be another: not a title, not an initial."""
    return len(word) >= 3 and word[0].isupper() and word.isalpha() and fold(word) not in CLASS_OF


def recased(record: Record, *, upper: bool) -> Record:
    """The record in capitals or small letters, where that changes no index."""
    text = record["text"].upper() if upper else record["text"].lower()
    return {**record, "text": text} if len(text) == len(record["text"]) else record


def augmented(records: Sequence[Record]) -> list[Record]:
    """The records and their variants: every text with names again with others, part of the prompts and posts in small letters."""
    names = Names(records)
    chance = Chance("names")
    out = list(records)
    for record in records:
        named = any(kind in {"PERSON", "LOCATION"} for _, _, kind, _ in record["spans"])
        if named:
            out.append(names.swapped(record))
        if record["ds"] in {"pupa_prompts", "wnut17", "synth_v2", "neg_prompts", "wikigold"} and (draw := chance.random()) < 0.2:
            out.append(recased(names.swapped(record) if named else record, upper=draw < 0.05))
    return out

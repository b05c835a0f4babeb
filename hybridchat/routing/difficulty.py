"""How hard the conversation looks: a transparent sum of features that can be said in words.

Weights and word lists are chosen by us, not measured; they speak English, other languages are judged by length and structure
only. Reasons never hold a word of the message. Which model the score sends a message to is the policy's business.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hybridchat.facts import Difficulty
from hybridchat.routing import lexicons as lex

MODERATE, COMPLEX = 0.3, 0.6
DECAY = 0.8
"""Share of a conversation's difficulty that one easier message leaves."""
PER_REPEAT = 0.2
"""Asking the same again, or for another answer, says that the last one fell short."""
EDGE = 2000
"""Characters read from either end of a long message."""
SHORT = 6
"""Words of the longest message that can be a mere continuation."""

WORD = re.compile(r"[a-z]+(?:\+\+)?|\d+(?:[.,]\d+)*")
CODE_MARKS = (
    "```",
    "\nTraceback",
    "\ndef ",
    "\nclass ",
    "\nimport ",
    "\nfrom ",
    "\n#include",
    "\nfunc ",
    "\nfn ",
    "\nconst ",
    "\nlet ",
    "\nSELECT ",
    ";\n",
    "{\n",
    "):\n",
    "() {",
    "=> ",
)
"""Looked for as they stand, the text taken to begin with a new line: one regular expression would cost five times as much."""
PART = re.compile(r"\n[ \t]*(?:[-*•]|\(?[a-zA-Z0-9]{1,2}[.)]) ")
"""A line that begins like an item of a list."""

BIAS = 0.04
WEIGHTS = {
    "length": 0.3,
    "numbers": 0.22,
    "constraints": 0.26,
    "reasoning": 0.26,
    "maths": 0.22,
    "formulas": 0.16,
    "code": 0.26,
    "expert": 0.18,
    "parts": 0.16,
    "easy": -0.15,
}
SAID = 0.07
"""A feature that adds less is no reason worth telling."""


NOT_ENGLISH = "judged by length and structure only"


class _Scan(NamedTuple):
    """One message's features, each 0..1, and how to say the counted ones."""

    features: dict[str, float]
    words: list[str]
    length: float
    constraints: int
    english: bool


def difficulty(text: str, previous: Difficulty | None = None, repeats: int = 0) -> Difficulty:
    """Difficulty of the conversation after `text`: its own, or what is left of `previous`, whichever is more.

    A short continuation ("ok do it") is as hard as what it continues. `repeats` counts how often the same was asked again.
    Reads the first and last 2,000 characters.
    """
    scan = _scan(text)
    score, reasons = _own(scan)
    if previous is not None:
        if _continues(scan):
            if score < previous.score:
                score, reasons = previous.score, previous.reasons
        elif score < DECAY * previous.score:
            score, reasons = DECAY * previous.score, ("earlier messages", *_without(previous.reasons))
    if repeats > 0:
        score, reasons = min(1.0, score + PER_REPEAT * repeats), ("asked again", *reasons)
    score = round(score, 4)
    label = "simple" if score < MODERATE else "moderate" if score < COMPLEX else "complex"
    return Difficulty(score, label, reasons)


def _without(reasons: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(r for r in reasons if r not in {"earlier messages", "asked again"})


def _own(scan: _Scan) -> tuple[float, tuple[str, ...]]:
    total, told = BIAS, []
    for name, value in scan.features.items():
        points = WEIGHTS[name] * value
        total += points
        if points >= SAID and (name != "constraints" or scan.constraints > 1):
            told.append((points, _reason(name, scan)))
    told.sort(key=lambda pair: -pair[0])
    reasons = [reason for _, reason in told[:4]]
    if not scan.english:
        reasons.append(NOT_ENGLISH)
    return min(1.0, max(0.0, total)), tuple(reasons)


def _reason(name: str, scan: _Scan) -> str:
    if name == "constraints":
        return f"{scan.constraints} constraints"
    return {"length": "long", "parts": "several parts", "expert": "expert knowledge"}.get(name, name)


def _scan(text: str) -> _Scan:
    seen = text if len(text) <= 2 * EDGE else f"{text[:EDGE]}\n{text[-EDGE:]}"
    tokens = WORD.findall(seen.lower())
    words = [t for t in tokens if t[0] > "9"]
    number_count = len(tokens) - len(words)
    letters = sum(map(len, words))
    length = _words_in(text, seen, len(tokens), letters)
    features = {
        "length": min(1.0, length / (length + 200.0) * 1.5),
        "numbers": min(1.0, number_count / 6),
        "formulas": min(1.0, (seen.count("\\") + seen.count("$") + seen.count("=") + seen.count("^")) / 6),
        "parts": min(1.0, (len(PART.findall(seen)) + max(0, seen.count("?") - 1)) / 4),
    }
    opened = f"\n{seen}"
    marked = any(mark in opened for mark in CODE_MARKS)
    constraints = 0
    kinds = set(words)
    english = _english(words, kinds, seen, letters)
    if english:
        hits = {name: len(kinds & words_of) for name, words_of in LEXICONS.items()}
        constraints = hits["constraints"]
        features["constraints"] = min(1.0, constraints / 5)
        features["reasoning"] = min(1.0, hits["reasoning"] / 2)
        features["maths"] = min(1.0, hits["maths"] / 4)
        features["expert"] = min(1.0, hits["expert"] / 4)
        features["easy"] = 1.0 if hits["easy"] and length <= 12 else 0.0
        features["code"] = 1.0 if marked else min(1.0, hits["code"] / 4)
    else:
        features["code"] = 1.0 if marked else 0.0
        features["length"] = min(1.0, 2 * features["length"])  # the words say nothing here, so their number says more
    return _Scan(features, words, length, constraints, english)


LEXICONS = {
    "constraints": lex.CONSTRAINTS,
    "reasoning": lex.REASONING,
    "maths": lex.MATHS,
    "expert": lex.EXPERT,
    "easy": lex.EASY,
    "code": lex.CODE,
}


def _words_in(text: str, seen: str, tokens: int, letters: int) -> float:
    """Words of the whole message: scaled up from what was read; scripts without spaces count two characters as a word."""
    if not seen.isascii():
        foreign = sum(1 for c in seen if c >= "\u0080" and c.isalpha())
        tokens += foreign // (2 if foreign > letters else 5)
    return tokens * len(text) / len(seen) if seen else 0.0


def _english(words: list[str], kinds: set[str], seen: str, letters: int) -> bool:
    if len(words) >= SHORT and kinds.isdisjoint(lex.COMMON):
        return False
    return seen.isascii() or letters * 2 > len(seen)


def _continues(scan: _Scan) -> bool:
    words = scan.words
    if not words or scan.length > SHORT:
        return False
    kinds = set(words)
    if kinds <= lex.CONTINUING:
        return True
    return words[0] not in lex.ASKING and not kinds.isdisjoint(lex.POINTING)

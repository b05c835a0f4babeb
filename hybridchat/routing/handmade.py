"""How hard a message looks by rules that can be said in words: the reasons, and a score of their own.

Weights and word lists are chosen by us, not measured; they speak English, other languages are judged by length and structure
only. The score is one feature of the trained scorer, and all there is without it. Reasons never hold a word of the message.
"""

from __future__ import annotations

from typing import NamedTuple

from hybridchat.routing import lexicons as lex
from hybridchat.routing.features import Scan

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
MOST_REASONS = 4
SHORT = 6
"""Words of the longest message that can be a mere continuation, and whose language is not asked about."""
WITHOUT_SPACES = 12
"""Characters between two spaces beyond which a script is taken to have none; two characters then count as a word."""
NOT_ENGLISH = "judged by length and structure only"
SPOKEN = {"length": "long", "parts": "several parts", "expert": "expert knowledge"}


class Opinion(NamedTuple):
    """`score` 0..1; `words` of the message, scripts without spaces counted fairly."""

    score: float
    reasons: tuple[str, ...]
    english: bool
    words: float


def opinion(found: Scan) -> Opinion:
    """What the rules say of a message."""
    english, length = _english(found), _length(found)
    features = _structure(found, length)
    if english:
        features |= _vocabulary(found, length)
    else:
        features["length"] = min(1.0, 2 * features["length"])  # the words say nothing here, so their number says more
    total, told = BIAS, []
    for name, value in features.items():
        points = WEIGHTS[name] * value
        total += points
        if points >= SAID and (name != "constraints" or found.hits["constraints"] > 1):
            told.append((points, _reason(name, found)))
    told.sort(key=lambda pair: -pair[0])
    reasons = [reason for _, reason in told[:MOST_REASONS]]
    if not english:
        reasons.append(NOT_ENGLISH)
    return Opinion(min(1.0, max(0.0, total)), tuple(reasons), english, length)


def _reason(name: str, found: Scan) -> str:
    return f"{found.hits['constraints']} constraints" if name == "constraints" else SPOKEN.get(name, name)


def _structure(found: Scan, length: float) -> dict[str, float]:
    count = found.seen.count
    return {
        "length": min(1.0, length / (length + 200.0) * 1.5),
        "numbers": min(1.0, len(found.numbers) / 6),
        "formulas": min(1.0, (count("\\") + count("$") + count("=") + count("^")) / 6),
        "parts": min(1.0, (found.parts + max(0, count("?") - 1)) / 4),
        "code": 1.0 if found.marked else 0.0,
    }


def _vocabulary(found: Scan, length: float) -> dict[str, float]:
    hits = found.hits
    return {
        "constraints": min(1.0, hits["constraints"] / 5),
        "reasoning": min(1.0, hits["reasoning"] / 2),
        "maths": min(1.0, hits["maths"] / 4),
        "expert": min(1.0, hits["expert"] / 4),
        "easy": 1.0 if hits["easy"] and length <= 2 * SHORT else 0.0,
        "code": 1.0 if found.marked else min(1.0, hits["code"] / 4),
    }


def _length(found: Scan) -> float:
    words = found.words
    if words and not found.seen.isascii() and len(found.seen) / found.share > WITHOUT_SPACES * words:
        return len(found.seen) / found.share / 2
    return words


def _english(found: Scan) -> bool:
    if len(found.tokens) - len(found.numbers) >= SHORT and found.kinds.isdisjoint(lex.COMMON):
        return False
    seen = found.seen
    return seen.isascii() or 2 * len([c for c in seen if c < "\x80" and c.isalpha()]) > len(seen)


def continues(found: Scan, words: float) -> bool:
    """The message only points at what came before: "ok do it", "make it shorter"."""
    kinds = found.kinds.difference(found.numbers)
    if not kinds or words > SHORT:
        return False
    if kinds <= lex.CONTINUING:
        return True
    return found.tokens[0] not in lex.ASKING and not kinds.isdisjoint(lex.POINTING)

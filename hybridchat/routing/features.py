"""What a message looks like, in numbers: its words as hash buckets, and some sixty features made by hand.

Standard library only and quick, because it runs while the user types. Nothing here knows what the numbers mean; the trained
weights (`weights.py`) and the hand-made score (`difficulty.py`) do.
"""

from __future__ import annotations

import re
from collections import Counter
from math import log1p
from typing import NamedTuple
from zlib import crc32

from hybridchat.routing import lexicons as lex

VERSION = 1
"""Goes up with every change to what is read or how: weights are good for one version only."""
HEAD_TOKENS, TAIL_TOKENS = 160, 80
"""Tokens read from either end; reading more changed nothing in what the scorer could learn."""
HEAD, TAIL = 1600, 800
"""Characters in which those tokens are looked for."""
COUNTED = 20_000
"""Longest text, in characters, whose words are counted; of a longer one they are estimated from what is read."""
BUCKETS = 8192
LONGEST_NUMBER = 7
"""Digits; longer numbers are told apart no further."""
ZEROS = "0" * LONGEST_NUMBER

TOKEN = re.compile(r"[^\W\d_]+(?:\+\+)?|\d+(?:[.,]\d+)*")
ASCII_TOKEN = re.compile(r"[a-z]+(?:\+\+)?|[0-9]+(?:[.,][0-9]+)*")
"""Finds the same in ASCII text, in half the time."""
SENTENCE = re.compile(r"[.!?]\s")
OPTION = re.compile(r"\n[ \t]*\(?[A-Ja-j][.)] ")
PART = re.compile(r"\n[ \t]*(?:[-*•]|\(?[a-zA-Z0-9]{1,2}[.)]) ")
"""A line that begins like an item of a list."""
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

BY_WORD = {
    word: tuple(n for n, words in lex.LEXICONS.items() if word in words) for word in frozenset().union(*lex.LEXICONS.values())
}
KNOWN = frozenset(BY_WORD)
OPENINGS = {word: n for n, words in enumerate(lex.OPENINGS.values()) for word in words}

NAMES = (
    "words",
    "stem",
    "characters",
    "lines",
    "sentences",
    "sentence_length",
    "longest_sentence",
    "word_length",
    "variety",
    "long_words",
    "short_words",
    "letters_alone",
    "people",
    "numbers",
    "figures",
    "number_share",
    "largest",
    "decimals",
    "options",
    "parts",
    "percent",
    "money_signs",
    "questions",
    "blanks",
    "braces",
    "latex",
    "operators",
    "quotes",
    "parentheses",
    "commas",
    "code_marks",
    "foreign",
    *(f"lexicon_{name}" for name in lex.LEXICONS),
    *(f"opening_{name}" for name in lex.OPENINGS),
)
"""The features of `dense()`, in its order."""


class Scan(NamedTuple):
    """One message, read once. Counts are of what was read, except `words`."""

    seen: str
    tokens: list[str]
    kinds: set[str]
    numbers: list[str]
    words: float
    """Of the whole message."""
    share: float
    """How much of the message was read, 0..1."""
    hits: dict[str, int]
    """Distinct words of each lexicon."""
    marked: bool
    """It holds code."""
    parts: int


def scan(text: str) -> Scan:
    """Reads the first 160 and the last 80 tokens of `text`."""
    seen = text if len(text) <= HEAD + TAIL else f"{text[:HEAD]}\n{text[-TAIL:]}"
    tokens: list[str] = (ASCII_TOKEN if seen.isascii() else TOKEN).findall(seen.lower())
    if len(tokens) > HEAD_TOKENS + TAIL_TOKENS:
        tokens = tokens[:HEAD_TOKENS] + tokens[-TAIL_TOKENS:]
    kinds = set(tokens)
    hits = dict.fromkeys(lex.LEXICONS, 0)
    for word in kinds & KNOWN:
        for name in BY_WORD[word]:
            hits[name] += 1
    opened = f"\n{seen}"
    return Scan(
        seen=seen,
        tokens=tokens,
        kinds=kinds,
        numbers=[t for t in tokens if t[0] <= "9"],
        words=float(len(text.split())) if len(text) <= COUNTED else len(seen.split()) * len(text) / len(seen),
        share=len(seen) / len(text) if text else 1.0,
        hits=hits,
        marked=any(mark in opened for mark in CODE_MARKS),
        parts=len(PART.findall(opened)),
    )


def buckets(tokens: list[str]) -> dict[int, int]:
    """Hash bucket -> how often. A number counts by its length only, so no figure is learnt by heart."""
    found: dict[int, int] = {}
    for token, count in Counter(tokens).items():
        word = token if token[0] > "9" else ZEROS[: len(token)]
        bucket = crc32(word.encode()) % BUCKETS
        found[bucket] = found.get(bucket, 0) + count
    return found


def dense(found: Scan) -> list[float]:
    """The features of `NAMES`: logarithms of counts, and shares."""
    opening = [0.0] * len(lex.OPENINGS)
    if found.tokens and (at := OPENINGS.get(found.tokens[0])) is not None:
        opening[at] = 1.0
    return [*_lengths(found), *_figures(found), *_signs(found), *map(log1p, found.hits.values()), *opening]


def _lengths(found: Scan) -> tuple[float, ...]:
    seen, many = found.seen, max(1, len(found.tokens))
    option = OPTION.search(seen)
    stem = float(len(seen[: option.start()].split())) if option else found.words
    sentences = SENTENCE.split(seen)
    lengths = [len(t) for t in found.tokens if t[0] > "9"]
    return (
        log1p(found.words),
        log1p(stem),
        log1p(len(seen) / found.share),
        log1p(seen.count("\n")),
        log1p(len(sentences)),
        log1p(many / len(sentences)),
        log1p(max(map(len, sentences))),
        sum(lengths) / max(1, len(lengths)),
        len(found.kinds) / many,
        len([n for n in lengths if n > 8]) / many,
        len([n for n in lengths if n < 4]) / many,
        log1p(lengths.count(1)),
        log1p(len([t for t in found.tokens if t in lex.PRONOUNS])),
    )


def _figures(found: Scan) -> tuple[float, ...]:
    numbers = found.numbers
    return (
        log1p(len(numbers)),
        log1p(len(numbers) + found.hits["figures"]),
        len(numbers) / max(1, len(found.tokens)),
        float(min(LONGEST_NUMBER, max(map(len, numbers)))) if numbers else 0.0,
        log1p(len([n for n in numbers if "." in n])),
        log1p(len(OPTION.findall(found.seen))),
        log1p(found.parts),
    )


def _signs(found: Scan) -> tuple[float, ...]:
    seen, count = found.seen, found.seen.count
    return (
        log1p(count("%")),
        log1p(count("$")),
        log1p(count("?")),
        log1p(count("__")),
        log1p(count("{") + count("[") + count(";")),
        log1p(count("\\")),
        log1p(count("=") + count("+") + count("*") + count("/") + count("^") + count("<") + count(">")),
        log1p(count('"') + count("'")),
        log1p(count("(")),
        log1p(count(",")),
        1.0 if found.marked else 0.0,
        0.0 if seen.isascii() else len([c for c in seen if c > "\x7f"]) / len(seen),
    )

"""What kind of thing a message asks for: a coarse word for rules and for what is remembered of overrides. Pure."""

from __future__ import annotations

import re
from typing import Literal, get_args

from hybridchat.routing.features import Scan, scan

Kind = Literal["code", "sql", "math", "translation", "writing", "other"]
KINDS: tuple[Kind, ...] = get_args(Kind)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SQL_WORDS = _words("sql mysql postgres postgresql sqlite mariadb plpgsql")
SQL = re.compile(
    r"\b(?:SELECT\s.{1,400}?\sFROM|INSERT\s+INTO|DELETE\s+FROM|(?:CREATE|ALTER|DROP)\s+TABLE|LEFT\s+JOIN)\b"
    r"|\bselect\s+(?:\*|[\w., ]{1,200}?)\s+from\s+\w+\s*(?:;|where\b|join\b|group\s+by\b|order\s+by\b|limit\b)",
    re.DOTALL,
)
"""Lower-case `select … from` is English too: it counts only with a clause or a semicolon behind it."""
CODE_WORDS = _words("""bash c++ css docker haskell html java javascript json kotlin kubernetes python regex rust script
    segfault traceback typescript unittest yaml""")
"""Words that hardly occur where no code is meant; of the lexicon's other code words two are needed."""
TRANSLATION = _words("translate translated translation traduce traduis übersetze übersetz traduci tradurre vertaal")
SUM = re.compile(r"\d\s*[+*/^=×÷]\s*\d|\\(?:frac|int|sum|sqrt)\b|\b[xyn]\s*(?:\^|²|=)\s*\d")
WRITING = _words("compose draft edit paraphrase polish proofread rephrase reword rewrite shorten summarise summarize")


def kind_of(text: str) -> Kind:
    """The kind of `text`, from its first 160 and last 80 words; `other` when none of the marks is there."""
    found = scan(text)
    if found.kinds & SQL_WORDS or SQL.search(found.seen):
        return "sql"
    if found.marked or found.kinds & CODE_WORDS or found.hits["code"] >= 2:
        return "code"
    if found.kinds & TRANSLATION:
        return "translation"
    if _math(found):
        return "math"
    if found.kinds & WRITING or (found.hits["creative"] and found.tokens[0] in {"write", "make", "create", "suggest"}):
        return "writing"
    return "other"


def _math(found: Scan) -> bool:
    if SUM.search(found.seen):
        return True
    return found.hits["maths"] >= 2 or bool(found.hits["maths"] and found.numbers)

"""Text found in a conversation, whatever its case and accents. Pure; shared by the screen and plain mode."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from hybridchat.render.offline import GO_ON
from hybridchat.render.text import one_line

LOOKED_AT = 1_000
"""Characters of each text that a search of what was typed looks at."""
AROUND = 60
"""Characters of text on either side of a hit that a line shows."""


@lru_cache(maxsize=4096)
def _letter(c: str) -> str:
    plain = unicodedata.normalize("NFKD", c)[0].lower()
    return plain if len(plain) == 1 else c


def flat(text: str) -> str:
    """The text without case and accents, character for character: its places are those of the text."""
    return text.lower() if text.isascii() else "".join(map(_letter, text))


def places(text: str, wanted: str) -> list[int]:
    """Where `wanted`, which is `flat` already, begins in `text`; hits do not overlap."""
    found: list[int] = []
    if not wanted:
        return found
    plain, at = flat(text), -1
    while (at := plain.find(wanted, at + 1 if at < 0 else at + len(wanted))) >= 0:
        found.append(at)
    return found


def newest_first(texts: Iterable[str], wanted: str) -> list[tuple[int, int]]:
    """Every hit as the index of its text and its number within it, the last one first."""
    plain = flat(wanted.strip())
    return [(index, nth) for index, text in enumerate(texts) for nth in range(len(places(text, plain)))][::-1]


def remembered(texts: Sequence[str], wanted: str, limit: int = 50) -> list[str]:
    """At most `limit` of `texts`: those that hold every word of `wanted`, then those that hold its letters in order."""
    terms = flat(wanted).split()
    loose = re.compile(".*?".join(map(re.escape, "".join(terms))))
    whole: list[str] = []
    rest: list[str] = []
    for text in texts:
        if text == GO_ON:  # what /continue asks was not typed
            continue
        plain = flat(text[:LOOKED_AT])
        if all(term in plain for term in terms):
            whole.append(text)
            if len(whole) == limit:
                break
        elif len(rest) < limit and loose.search(plain.replace("\n", " ")):
            rest.append(text)
    return [*whole, *rest][:limit]


def around(text: str, at: int, length: int) -> str:
    """One line of `text` with the hit at `at` in it."""
    start, end = max(0, at - AROUND), at + length + AROUND
    said = one_line(text[start:end], 2 * AROUND + length)
    return f"{'…' if start else ''}{said}{'…' if end < len(text) and not said.endswith('…') else ''}"

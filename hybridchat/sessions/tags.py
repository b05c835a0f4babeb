"""Words that conversations are called by: how they are written, and what of a search speaks of them. Pure."""

from __future__ import annotations

import re

from hybridchat.value import value

LONGEST = 32
"""Letters of a tag; the rest is cut off."""
_OTHER = re.compile(r"[^\w-]+")


def names(said: str) -> tuple[str, ...]:
    """The tags in `#Work, trip-2026`, in small letters and without the sign: work and trip-2026, each once, in the order said."""
    found = (_OTHER.sub("", word.lstrip("#").casefold())[:LONGEST] for word in re.split(r"[\s,]+", said))
    return tuple(dict.fromkeys(name for name in found if name.strip("_-")))


@value
class Wanted:
    """What somebody looks for in the list: conversations with every one of `tags`, that hold every word of `words`."""

    words: str = ""
    tags: tuple[str, ...] = ()


def wanted(said: str) -> Wanted:
    """`#work backup plan` -> the words `backup plan` in what is tagged work. A sign alone, still being typed, wants nothing."""
    parts = said.split()
    tagged = " ".join(part for part in parts if part.startswith("#"))
    return Wanted(" ".join(part for part in parts if not part.startswith("#")), names(tagged))

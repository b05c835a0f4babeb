"""Where what is looked for stands on the screen, also where the window broke it in two. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from rich.style import Style
from textual.strip import Strip

from hybridchat.render.finding import places
from hybridchat.tui.strips import Written, marked

HIT = Style(underline=True, bold=True)
HERE = Style(reverse=True, bold=True)

Hits = dict[int, list[tuple[int, int, int]]]
"""Row of a block -> the hits in it: from and to which character, and the number of the hit within the block."""


def hits(strips: Sequence[Written], wanted: str, head: int) -> Hits:
    """Every hit of `wanted`, which is `flat` already, in the rows of a block but its first `head` ones."""
    text = ""
    origins: list[tuple[int, int]] = []
    for row, strip in enumerate(strips[head:], head):
        shown = strip.text.rstrip()
        lead = strip.lead if strip.joint != "\n" else 0
        text += strip.joint + shown[lead:]
        origins += [(row, -1)] * len(strip.joint)
        origins += [(row, at) for at in range(lead, len(shown))]
    found: Hits = {}
    for nth, at in enumerate(places(text, wanted)):
        seen = (origin for origin in origins[at : at + len(wanted)] if origin[1] >= 0)
        for row, those in groupby(seen, key=itemgetter(0)):
            columns = [column for _, column in those]
            found.setdefault(row, []).append((columns[0], columns[-1] + 1, nth))
    return found


def place(found: Hits, nth: int) -> tuple[int, int]:
    """The row in which the hit numbered `nth` begins, and its number: of those there are the nearest, else the first row."""
    last = max((n for those in found.values() for _, _, n in those), default=0)
    here = min(nth, last)
    return next((row for row, those in found.items() if any(n == here for _, _, n in those)), 0), here


def lit(strip: Strip, found: Sequence[tuple[int, int, int]], here: int | None) -> Strip:
    """The strip with its hits marked; the one numbered `here` stands out."""
    for start, end, nth in found:
        strip = marked(strip, (start, end), HERE if nth == here else HIT)
    return strip

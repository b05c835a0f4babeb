"""What the public lists alone say of a word that is capitalised, whatever was learnt."""

from __future__ import annotations

from hybridchat.privacy.gazetteer import DICTIONARY, FIRST, FREQUENCY, LAST, PLACE
from hybridchat.privacy.tagger_features import Kind

_VOTES = {"first": 100, "known": 80, "double": 60, "last": 60, "rare": 40, "pair": 50}
"""In 1/20, for P: what lists say of a capitalised word. Training texts leave many common first names unmarked."""


def vote(kind: Kind) -> int:
    """What the lists alone say, whatever was learnt: for a word that is a name in them and hardly anything else."""
    if kind.shape not in {"C", "X"} or kind.code[1:2] not in _LISTED:
        return 0
    first, last, place = kind.flags >> FIRST & 3, kind.flags >> LAST & 3, kind.flags >> PLACE & 3
    plain, often = kind.flags >> DICTIONARY & 1, kind.flags >> FREQUENCY & 7
    if first == 3 and place < 3 and not plain:
        return _VOTES["first"]
    if first == 2 and place < 2 and not plain and often < 5:
        return _VOTES["known"]
    if first == 3 and plain and often < 6:
        return _VOTES["double"]
    if last == 3 and not plain and place < 2:
        return _VOTES["last"]
    if not plain and often < 3 and not place and (first == 1 or last or kind.shape == "C"):
        return _VOTES["rare"]
    return 0


_LISTED = frozenset("FLPfu")


def paired(kind: Kind, after: Kind) -> int:
    """What the lists say of two capitalised words in a row: a first name, and what may be a last name."""
    if (
        not (kind.capital and after.capital)
        or kind.flags >> FIRST & 3 < 2
        or after.shape not in _WORDS
        or kind.shape not in _WORDS
    ):
        return 0
    if after.code[1:2] not in _LISTED or kind.code[1:2] not in _LISTED:
        return 0
    plain = kind.flags >> DICTIONARY & 1
    second = after.flags >> DICTIONARY & 1
    last = after.flags >> LAST & 3
    if (second and (plain or last < 2)) or (after.flags >> FREQUENCY & 7 >= 5 and last < 2):
        return 0
    return _VOTES["pair"]


_WORDS = frozenset("CX")

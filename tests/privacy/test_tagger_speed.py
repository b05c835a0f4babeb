"""What is written for speed in the tagger gives what the plain way of writing it gives."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from hybridchat.privacy.tagger_features import _OPENS, _SOFT, Kind, _looked_over, kind_of


def openings(found: list[Kind]) -> list[bool]:
    out, first = [], True
    for kind in found:
        out.append(first)
        if kind.shape == "N" or (len(kind.shape) == 1 and kind.shape in _OPENS):
            first = True
        elif not (first and kind.shape in _SOFT):
            first = False
    return out


@given(st.lists(st.sampled_from([*"Ab.\n\"'(*,4é東", "Ana", "ANA", "ana", "McO", "_", "ß", "-", "I"]), max_size=30))
def test_one_look_over_the_tokens_tells_what_three_would(words: list[str]) -> None:
    found = [kind_of(word, lambda _: 0) for word in words]
    first = openings(found)
    opens, seen, inside = _looked_over(found)
    assert opens == first
    assert seen == {k.folded for k in found if k.shape == "x"}
    assert inside == Counter(k.folded for k, f in zip(found, first, strict=True) if k.capital and not f)

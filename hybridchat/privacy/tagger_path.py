"""The likeliest labels of a chain of tokens, by the scores of each and of the moves between labels."""

from __future__ import annotations

from collections.abc import Sequence

from hybridchat.privacy.tagger_weights import LABELS


def best_path(chain: Sequence[tuple[int, int, int, int]], moves: tuple[tuple[int, ...], ...]) -> list[str]:
    """The likeliest labels of tokens that stand between two that are O.

    Of the moves from one name straight to another only those between P and X are tried, which is nearly all there are.
    """
    (oo, op, ox, oa, on), (po, pp, px, _, _), (xo, xp, xx, _, _), (ao, _, _, aa, _), (no, _, _, _, nn) = moves
    o, p, x, a, n = 0, _NEVER, _NEVER, _NEVER, _NEVER
    backs: list[tuple[int, int, int, int, int]] = []
    for at_p, at_x, at_a, at_n in chain:
        # of equal ways the first one here is taken; written out, for `max` takes twice as long
        to_o, from_o = o + oo, 0
        if (way := p + po) > to_o:
            to_o, from_o = way, 1
        if (way := x + xo) > to_o:
            to_o, from_o = way, 2
        if (way := a + ao) > to_o:
            to_o, from_o = way, 3
        if (way := n + no) > to_o:
            to_o, from_o = way, 4
        to_p, from_p = o + op, 0
        if (way := p + pp) > to_p:
            to_p, from_p = way, 1
        if (way := x + xp) > to_p:
            to_p, from_p = way, 2
        to_x, from_x = o + ox, 0
        if (way := x + xx) > to_x:
            to_x, from_x = way, 2
        if (way := p + px) > to_x:
            to_x, from_x = way, 1
        to_a, from_a = (o + oa, 0) if o + oa >= a + aa else (a + aa, 3)
        to_n, from_n = (o + on, 0) if o + on >= n + nn else (n + nn, 4)
        backs.append((from_o, from_p, from_x, from_a, from_n))
        o, p, x, a, n = to_o, to_p + at_p, to_x + at_x, to_a + at_a, to_n + at_n
    last = (o + oo, p + po, x + xo, a + ao, n + no)
    at = last.index(max(last))
    path: list[str] = []
    for back in reversed(backs):
        path.append(LABELS[at])
        at = back[at]
    path.reverse()
    return path


_NEVER = -1_000_000

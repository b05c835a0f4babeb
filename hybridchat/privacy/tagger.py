"""The trained tagger: which tokens of a text name somebody, something or some place. A linear chain, in the standard library.

A token's score for each label is a sum over its features. Nearly all features belong to a single word, so their sums are kept per
distinct word (`tagger_sums.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from hybridchat.privacy.gazetteer import Gazetteer, shipped
from hybridchat.privacy.names_ready import WEIGHTS
from hybridchat.privacy.tagger_features import EDGE, Kind, Tokens
from hybridchat.privacy.tagger_path import best_path
from hybridchat.privacy.tagger_sums import LANE, MASK, MIDDLE, MIDDLES, Codes, Kinds, Places, Vectors, Words
from hybridchat.privacy.tagger_votes import paired
from hybridchat.privacy.tagger_weights import Weights, unpacked

_HOPELESS = 100
"""How far below O (1/20) a token is given up, and ends a chain: of 2,000 labels one is lost."""
_NEARLY = sum(_HOPELESS << (LANE * i) for i in range(4))
_TOPS = MIDDLES
"""The bit that a lane has when its score is not negative."""
_COLD = -56
"""Scores (1/20) at which a small word by itself is given up before its neighbours are looked at: as few are lost."""
_SEED = -30
"""A chain without any score above this (1/20) is O throughout: no move between labels is worth more."""


@cache
def shipped_tagger() -> Tagger:
    """The tagger that comes with the program: 5 ms on first use. Raises `WeightsError`, `GazetteerError` or `OSError`."""
    return Tagger(unpacked(WEIGHTS.read_bytes()), shipped())


class Tagger:
    """Tags tokens. Safe to share between threads: its memories are only ever filled with the same answers."""

    def __init__(self, weights: Weights, gazetteer: Gazetteer) -> None:
        self.weights, self.lists = weights, gazetteer
        self.look = gazetteer.look
        self._vectors = Vectors(weights)
        self._words = Words(weights, self.look, self._vectors)
        self.kind: Callable[[str], Kind] = Kinds(self._words).__getitem__
        """What is known of a word."""
        self._codes, self._places = Codes(self._vectors), Places(self._vectors)
        self._edge = self._words.of(EDGE)
        self._ways = tuple(weights.moves[0][to] + weights.moves[to][0] for to in range(5))

    def scores(self, tokens: Tokens, bias: tuple[int, int, int, int]) -> list[tuple[int, int, int, int] | None]:
        """For each token its scores for P, X, A and N over O, `bias` added (1/20); `None` where none has any hope."""
        edge, places = self._edge, self._places
        sums = [edge, edge, *map(self._words.__getitem__, [k.text for k in tokens.kinds]), edge, edge]
        codes = [one.code for one in sums]
        rows = list(map(self._codes.__getitem__, zip(codes, codes[1:], codes[2:], strict=False)))
        added = sum(b << (LANE * i) for i, b in enumerate(bias)) + MIDDLES
        cold = _COLD - max(bias)
        out: list[tuple[int, int, int, int] | None] = []
        before2, before, own, after = sums[:4]
        for after2, place, glue, ending, around, beginning in zip(
            sums[4:], tokens.places, tokens.glues, rows[:-2], rows[1:-1], rows[2:], strict=True
        ):
            if own.best < cold or (own.sign and before.small and after.small):
                out.append(None)
            else:
                code = own.code
                total = (
                    added + own.own + before.before + after.after + before2.before2 + after2.after2
                    + around[0] + ending[1] + beginning[2] + places[place, glue, code]
                    + before.words[code] + after.words_after[code]
                )  # fmt: skip
                if not own.capital and not (total + _NEARLY) & _TOPS:
                    # no lane reaches its middle: all four are hopeless
                    out.append(None)
                    before2, before, own, after = before, own, after, after2
                    continue
                p = (total & MASK) - MIDDLE
                x = (total >> LANE & MASK) - MIDDLE
                a = (total >> 2 * LANE & MASK) - MIDDLE
                n = (total >> 3 * LANE & MASK) - MIDDLE
                if own.capital:
                    p += paired(own.kind, after.kind) or paired(before.kind, own.kind)
                out.append(None if p < -_HOPELESS and x < -_HOPELESS and a < -_HOPELESS and n < -_HOPELESS else (p, x, a, n))
            before2, before, own, after = before, own, after, after2
        return out

    def labels(self, tokens: Tokens, bias: tuple[int, int, int, int]) -> str:
        """One letter of `LABELS` for each token: the likeliest sequence."""
        return self.decoded(self.scores(tokens, bias))

    def decoded(self, scores: Sequence[tuple[int, int, int, int] | None], less: tuple[int, int] = (0, 0)) -> str:
        """The likeliest labels for `scores`, of which `less` is taken from those for P and X (1/20)."""
        out = ["O"] * len(scores)
        p, x = less
        seed_p, seed_x = _SEED + p, _SEED + x
        at = 0
        while at < len(scores):
            if scores[at] is None:
                at += 1
                continue
            end = at
            hope = False
            while end < len(scores) and (one := scores[end]) is not None:
                hope = hope or one[0] > seed_p or one[1] > seed_x or one[2] > _SEED or one[3] > _SEED
                end += 1
            if hope and end - at == 1:
                out[at] = self._alone(scores[at], less)
            elif hope:
                chain = [(a - p, b - x, c, d) for a, b, c, d in filter(None, scores[at:end])]
                out[at:end] = best_path(chain, self.weights.moves)
            at = end
        return "".join(out)

    def _alone(self, scores: tuple[int, int, int, int] | None, less: tuple[int, int]) -> str:
        """The likeliest label of a token between two that are O, as `best_path` finds it."""
        assert scores is not None
        outside, person, other, address, number = self._ways
        p, x, a, n = scores
        best, label = outside, "O"
        if (way := person + p - less[0]) > best:
            best, label = way, "P"
        if (way := other + x - less[1]) > best:
            best, label = way, "X"
        if (way := address + a) > best:
            best, label = way, "A"
        return "N" if number + n > best else label

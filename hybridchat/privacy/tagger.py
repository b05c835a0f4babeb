"""The trained tagger: which tokens of a text name somebody, something or some place. A linear chain, in the standard library.

A token's score for each label is a sum over its features. Nearly all features belong to a single word, so their sums are kept per
distinct word; the four scores travel as lanes of one integer, which makes a sum of vectors a sum of integers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from hybridchat.privacy.gazetteer import Gazetteer, shipped
from hybridchat.privacy.names_ready import WEIGHTS
from hybridchat.privacy.tagger_features import EDGE, Kind, Look, Tokens, code_atoms, far_atoms, kind_of, near_atoms, place_atoms
from hybridchat.privacy.tagger_votes import paired, vote
from hybridchat.privacy.tagger_weights import LABELS, Weights, unpacked

_LANE = 20
_MASK = (1 << _LANE) - 1
_MIDDLE = 1 << (_LANE - 1)
_MIDDLES = sum(_MIDDLE << (_LANE * i) for i in range(4))
_HOPELESS = 100
"""How far below O (1/20) a token is given up, and ends a chain: of 2,000 labels one is lost."""
_NEARLY = sum(_HOPELESS << (_LANE * i) for i in range(4))
_TOPS = _MIDDLES
"""The bit that a lane has when its score is not negative."""
_COLD = -56
"""Scores (1/20) at which a small word by itself is given up before its neighbours are looked at: as few are lost."""
_SEED = -30
"""A chain without any score above this (1/20) is O throughout: no move between labels is worth more."""
_REMEMBERED = 50_000
"""Distinct words, and pairs of them, whose sums are kept."""


@cache
def shipped_tagger() -> Tagger:
    """The tagger that comes with the program: 0.1 s on first use. Raises `WeightsError`, `GazetteerError` or `OSError`."""
    return Tagger(unpacked(WEIGHTS.read_bytes()), shipped())


def lanes(total: int) -> tuple[int, int, int, int]:
    """The four scores in an integer that `_MIDDLES` was added to."""
    return (
        (total & _MASK) - _MIDDLE,
        (total >> _LANE & _MASK) - _MIDDLE,
        (total >> 2 * _LANE & _MASK) - _MIDDLE,
        (total >> 3 * _LANE & _MASK) - _MIDDLE,
    )


class _Sums:
    """What is known of one word, and its sums as the word itself (`own`) and as a neighbour on either side."""

    __slots__ = (
        "after",
        "after2",
        "before",
        "before2",
        "best",
        "capital",
        "code",
        "kind",
        "own",
        "sign",
        "small",
        "words",
        "words_after",
    )  # fmt: skip

    def __init__(self, kind: Kind, vector: _Vectors) -> None:
        self.kind, self.code, self.capital = kind, kind.code, kind.capital
        near, far = near_atoms(kind), far_atoms(kind)
        self.own = sum(vector["0" + a] for a in kind.atoms) + vote(kind)
        self.best = max(lanes(self.own + _MIDDLES)) if kind.shape == "x" else 0
        self.sign = not kind.placed
        self.small = self.sign or kind.shape == "x"
        self.before = sum(vector["-" + a] for a in near)
        self.after = sum(vector["+" + a] for a in near)
        self.before2 = sum(vector["<" + a] for a in far)
        self.after2 = sum(vector[">" + a] for a in far)
        self.words = _Beside(vector, f"m{kind.word}|", "") if kind.word else _NOTHING
        self.words_after = _Beside(vector, "n", f"|{kind.word}") if kind.word else _NOTHING


class _Beside(dict[str, int]):
    """What a word adds to a neighbour of each code."""

    def __init__(self, vector: _Vectors | None, start: str, end: str) -> None:
        super().__init__()
        self._vector, self._start, self._end = vector, start, end

    def __missing__(self, code: str) -> int:
        out = self[code] = self._vector[f"{self._start}{code}{self._end}"] if self._vector is not None else 0
        return out


_NOTHING = _Beside(None, "", "")


class _Vectors(dict[str, int]):
    """Features to their four weights as lanes of one integer; 0 for one that was never learnt."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self._index = weights.index
        n, table = len(weights.index), memoryview(weights.table).cast("b")
        self._p, self._x, self._a, self._n = (table[n * lane : n * (lane + 1)] for lane in range(4))

    def __missing__(self, feature: str) -> int:
        at = self._index.get(feature)
        out = 0
        if at is not None:
            out = self._p[at] + (self._x[at] << _LANE) + (self._a[at] << 2 * _LANE) + (self._n[at] << 3 * _LANE)
        if len(self) > _REMEMBERED:
            self.clear()
        self[feature] = out
        return out


class _Codes(dict[tuple[str, str, str, str], int]):
    """The sums of the features of three codes in a row: about a word (c), before it (d) and after it (e)."""

    def __init__(self, vectors: _Vectors) -> None:
        super().__init__()
        self._vectors = vectors

    def __missing__(self, key: tuple[str, str, str, str]) -> int:
        if len(self) > _REMEMBERED:
            self.clear()
        name, a, b, c = key
        atoms = code_atoms(a, b, c) if name == "c" else (f"{name}{a}|{b}|{c}",)
        out = self[key] = sum(self._vectors[atom] for atom in atoms)
        return out


class _Places(dict[tuple[str, str, str], int]):
    """The sums of the features of a place, what touches it, and a code."""

    def __init__(self, vectors: _Vectors) -> None:
        super().__init__()
        self._vectors = vectors

    def __missing__(self, key: tuple[str, str, str]) -> int:
        if len(self) > _REMEMBERED:
            self.clear()
        place, glue, code = key
        out = self[key] = sum(self._vectors[atom] for atom in place_atoms(place, glue, code))
        return out


class _Words(dict[str, _Sums]):
    """What is known of each word, and its sums."""

    def __init__(self, weights: Weights, look: Look, vectors: _Vectors) -> None:
        super().__init__()
        self._lexicon, self._look, self._vectors = weights.lexicon, look, vectors

    def __missing__(self, token: str) -> _Sums:
        if len(self) > _REMEMBERED:
            self.clear()
        out = self[token] = _Sums(kind_of(token, self._look, self._lexicon), self._vectors)
        return out


class _Kinds(dict[str, Kind]):
    """What is known of each word, by itself: asked for with every token, so without a function between."""

    def __init__(self, words: _Words) -> None:
        super().__init__()
        self._words = words

    def __missing__(self, token: str) -> Kind:
        if len(self) > _REMEMBERED:
            self.clear()
        out = self[token] = self._words[token].kind
        return out


class Tagger:
    """Tags tokens. Safe to share between threads: its memories are only ever filled with the same answers."""

    def __init__(self, weights: Weights, gazetteer: Gazetteer) -> None:
        self.weights = weights
        self.look = gazetteer.look
        self._vectors = _Vectors(weights)
        self._words = _Words(weights, self.look, self._vectors)
        self.kind: Callable[[str], Kind] = _Kinds(self._words).__getitem__
        """What is known of a word."""
        self._codes, self._places = _Codes(self._vectors), _Places(self._vectors)
        self._edge = _Sums(EDGE, self._vectors)

    def scores(self, tokens: Tokens, bias: tuple[int, int, int, int]) -> list[tuple[int, int, int, int] | None]:
        """For each token its scores for P, X, A and N over O, `bias` added (1/20); `None` where none has any hope."""
        edge, places, codes = self._edge, self._places, self._codes
        sums = [edge, edge, *map(self._words.__getitem__, [k.text for k in tokens.kinds]), edge, edge]
        added = sum(b << (_LANE * i) for i, b in enumerate(bias)) + _MIDDLES
        cold = _COLD - max(bias)
        out: list[tuple[int, int, int, int] | None] = []
        before2, before, own, after = sums[:4]
        for after2, place, glue in zip(sums[4:], tokens.places, tokens.glues, strict=True):
            if own.best < cold or (own.sign and before.small and after.small):
                out.append(None)
            else:
                code = own.code
                total = (
                    added + own.own + before.before + after.after + before2.before2 + after2.after2
                    + codes["c", before.code, code, after.code] + codes["d", before2.code, before.code, code]
                    + codes["e", code, after.code, after2.code] + places[place, glue, code]
                    + before.words[code] + after.words_after[code]
                )  # fmt: skip
                if not own.capital and not (total + _NEARLY) & _TOPS:
                    # no lane reaches its middle: all four are hopeless
                    out.append(None)
                    before2, before, own, after = before, own, after, after2
                    continue
                p = (total & _MASK) - _MIDDLE
                x = (total >> _LANE & _MASK) - _MIDDLE
                a = (total >> 2 * _LANE & _MASK) - _MIDDLE
                n = (total >> 3 * _LANE & _MASK) - _MIDDLE
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
            if hope:
                chain = [(a - p, b - x, c, d) for a, b, c, d in filter(None, scores[at:end])]
                out[at:end] = best_path(chain, self.weights.moves)
            at = end
        return "".join(out)


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

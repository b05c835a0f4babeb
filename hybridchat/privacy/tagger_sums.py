"""What a word, three codes in a row, and a place add to scores: sums of weights, each worked out when it is first met.

The four scores of a token travel as lanes of one integer, which makes a sum of vectors a sum of integers. Nearly all features
belong to a single word, most of those to its class, which it shares with thousands.
"""

from __future__ import annotations

from hybridchat.privacy.tagger_atoms import (
    class_atoms,
    class_of,
    code_atoms,
    letter_atoms,
    near_class_atoms,
    near_letter_atoms,
    outer_code_atoms,
    place_atoms,
)
from hybridchat.privacy.tagger_features import Kind, Look, kind_of
from hybridchat.privacy.tagger_votes import vote
from hybridchat.privacy.tagger_weights import LARGEST, Weights

LANE = 20
MASK = (1 << LANE) - 1
MIDDLE = 1 << (LANE - 1)
MIDDLES = sum(MIDDLE << (LANE * i) for i in range(4))
_ADDED = sum(LARGEST << (LANE * i) for i in range(4))
_REMEMBERED = 32_000
"""Distinct words, and rows of codes, whose sums are kept: some 30 MB at most, after long pastes."""


def lanes(total: int) -> tuple[int, int, int, int]:
    """The four scores in an integer that `MIDDLES` was added to."""
    return (
        (total & MASK) - MIDDLE,
        (total >> LANE & MASK) - MIDDLE,
        (total >> 2 * LANE & MASK) - MIDDLE,
        (total >> 3 * LANE & MASK) - MIDDLE,
    )


class Sums:
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

    def __init__(self, kind: Kind, classes: _Classes, vector: Vectors) -> None:
        self.kind, self.code, self.capital = kind, kind.code, kind.capital
        self.own, self.before, self.after, self.before2, self.after2 = classes.of(kind)
        for atom in letter_atoms(kind):
            self.own += vector["0" + atom]
        for atom in near_letter_atoms(kind):
            self.before += vector["-" + atom]
            self.after += vector["+" + atom]
        word = kind.word
        if word:
            self.before2 += vector["<" + word]
            self.after2 += vector[">" + word]
        self.best = max(lanes(self.own + MIDDLES)) if kind.shape == "x" else 0
        self.sign = not kind.placed
        self.small = self.sign or kind.shape == "x"
        self.words = _Beside(vector, f"m{word}|", "") if word else _NOTHING
        self.words_after = _Beside(vector, "n", f"|{word}") if word else _NOTHING


class _Classes(dict[tuple[str, str, str, int, int], tuple[int, int, int, int, int]]):
    """What the class of a word adds to its sums: most of its features, and the same for thousands of words."""

    def __init__(self, vector: Vectors) -> None:
        super().__init__()
        self._vector = vector

    def of(self, kind: Kind) -> tuple[int, int, int, int, int]:
        """As the word itself, and as the neighbour before, after, two before and two after."""
        key, vector = class_of(kind), self._vector
        found = self.get(key)
        if found is None:
            near, far = near_class_atoms(kind), f"k={kind.code}"
            found = self[key] = (
                sum(vector["0" + a] for a in class_atoms(kind)) + vote(kind),
                sum(vector["-" + a] for a in near),
                sum(vector["+" + a] for a in near),
                vector["<" + far],
                vector[">" + far],
            )
        return found


class _Beside(dict[str, int]):
    """What a word adds to a neighbour of each code."""

    __slots__ = ("_end", "_start", "_vector")

    def __init__(self, vector: Vectors | None, start: str, end: str) -> None:
        super().__init__()
        self._vector, self._start, self._end = vector, start, end

    def __missing__(self, code: str) -> int:
        out = self[code] = self._vector.read(f"{self._start}{code}{self._end}") if self._vector is not None else 0
        return out


_NOTHING = _Beside(None, "", "")


class Vectors(dict[str, int]):
    """Features to their four weights as lanes of one integer; 0 for one that was never learnt."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self._look = weights.features.look

    def __missing__(self, feature: str) -> int:
        if len(self) > _REMEMBERED:
            self.clear()
        out = self[feature] = self.read(feature)
        return out

    def read(self, feature: str) -> int:
        """The same without remembering it."""
        found = self._look(feature)
        if found is None:
            return 0
        p, x, a, n = found
        return p + (x << LANE) + (a << 2 * LANE) + (n << 3 * LANE) - _ADDED


class Codes(dict[tuple[str, str, str], tuple[int, int, int]]):
    """What three codes in a row add to the scores of the second of them, of the third and of the first."""

    def __init__(self, vectors: Vectors) -> None:
        super().__init__()
        self._vectors = vectors

    def __missing__(self, key: tuple[str, str, str]) -> tuple[int, int, int]:
        if len(self) > _REMEMBERED:
            self.clear()
        vectors = self._vectors
        left, right, all_three = code_atoms(*key)
        first, third = outer_code_atoms(*key)
        about = vectors[left] + vectors[right] + vectors.read(all_three)
        out = self[key] = about, vectors.read(third), vectors.read(first)
        return out


class Places(dict[tuple[str, str, str], int]):
    """The sums of the features of a place, what touches it, and a code."""

    def __init__(self, vectors: Vectors) -> None:
        super().__init__()
        self._vectors = vectors

    def __missing__(self, key: tuple[str, str, str]) -> int:
        if len(self) > _REMEMBERED:
            self.clear()
        place, glue, code = key
        at, beside, touched = place_atoms(place, glue, code)
        vectors = self._vectors
        out = self[key] = vectors[at] + vectors[beside] + vectors[touched]
        return out


class Words(dict[str, Sums]):
    """What is known of each word, and its sums."""

    def __init__(self, weights: Weights, look: Look, vectors: Vectors) -> None:
        super().__init__()
        self._lexicon, self._look, self._vectors, self._classes = weights.lexicon, look, vectors, _Classes(vectors)

    def __missing__(self, token: str) -> Sums:
        if len(self) > _REMEMBERED:
            self.clear()
        out = self[token] = self.of(kind_of(token, self._look, self._lexicon))
        return out

    def of(self, kind: Kind) -> Sums:
        """The sums of a kind."""
        return Sums(kind, self._classes, self._vectors)


class Kinds(dict[str, Kind]):
    """What is known of each word, by itself: asked for with every token, so without a function between."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words

    def __missing__(self, token: str) -> Kind:
        if len(self) > _REMEMBERED:
            self.clear()
        out = self[token] = self._words[token].kind
        return out

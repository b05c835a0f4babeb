"""The trained tagger: which tokens of a text name somebody, something or some place. A linear chain, in the standard library.

A token's score for each label is a sum over its features. Nearly all features belong to a single word, so their sums are kept per
distinct word; the four scores travel as lanes of one integer, which makes a sum of vectors a sum of integers.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from functools import cache

from hybridchat.privacy.gazetteer import DICTIONARY, FIRST, FREQUENCY, LAST, PLACE, Gazetteer, shipped
from hybridchat.privacy.names_ready import WEIGHTS
from hybridchat.privacy.tagger_features import EDGE, Kind, Token, far_atoms, kind_of, local_atoms, near_atoms
from hybridchat.value import value

FORMAT = b"HCTAG1\n"
LABELS = "OPXAN"
"""Outside, person, organisation or place, address, number of a person or case."""
UNIT = 20.0
"""Weights are stored as whole numbers of 1/20."""
_LANE = 20
_MASK = (1 << _LANE) - 1
_MIDDLE = 1 << (_LANE - 1)
_MIDDLES = sum(_MIDDLE << (_LANE * i) for i in range(4))
_HOPELESS = 100
"""Twentieths below O at which a token is not worth a place in the chain."""
_REMEMBERED = 50_000
"""Distinct words, and pairs of them, whose sums are kept."""


class WeightsError(ValueError):
    """The weights cannot be used; the message says why."""


@value
class Weights:
    """`index` of each feature; four signed bytes of each in `table`, relative to O; `moves[from][to]` between labels; in 1/20."""

    index: dict[str, int]
    table: bytes
    moves: tuple[tuple[int, ...], ...]
    lexicon: frozenset[str]


def packed(
    features: Mapping[str, Sequence[int]], moves: Sequence[Sequence[int]], lexicon: Sequence[str], note: dict[str, str]
) -> bytes:
    """The file that holds the weights: four whole numbers of -127..127 for each feature."""
    keys = sorted(features)
    head = json.dumps({"labels": LABELS, "moves": [list(row) for row in moves], **note}, sort_keys=True)
    planes = b"".join(bytes(features[k][i] & 255 for k in keys) for i in range(4))
    body = "\n".join((head, " ".join(sorted(lexicon)), str(len(keys)), *keys, "")).encode()
    return FORMAT + len(body).to_bytes(4, "little") + zlib.compress(body + planes, 9)


def plain(data: bytes) -> str:
    """All text that the file of weights holds: for checking that nobody's name is in it."""
    size = int.from_bytes(data[len(FORMAT) : len(FORMAT) + 4], "little")
    return zlib.decompress(data[len(FORMAT) + 4 :])[:size].decode()


def unpacked(data: bytes) -> Weights:
    """The weights in `data`. Raises `WeightsError`."""
    if not data.startswith(FORMAT):
        raise WeightsError("the weights for names are of another version")
    try:
        size = int.from_bytes(data[len(FORMAT) : len(FORMAT) + 4], "little")
        raw = zlib.decompress(data[len(FORMAT) + 4 :])
        head, lexicon, count, *keys = raw[:size].decode().split("\n")
        said, n = json.loads(head), int(count)
    except (zlib.error, ValueError) as e:
        raise WeightsError("the weights for names are damaged") from e
    if said["labels"] != LABELS or len(keys) != n + 1 or len(raw) != size + 4 * n:
        raise WeightsError("the weights for names do not fit this program")
    moves = tuple(tuple(row) for row in said["moves"])
    return Weights(dict(zip(keys, range(n), strict=False)), raw[size:], moves, frozenset(lexicon.split(" ")))


@cache
def shipped_tagger() -> Tagger:
    """The tagger that comes with the program: 0.1 s on first use. Raises `WeightsError`, `GazetteerError` or `OSError`."""
    return Tagger(unpacked(WEIGHTS.read_bytes()), shipped())


class _Sums:
    """What is known of one word, and its sums as the word itself (`own`) and as a neighbour on either side."""

    __slots__ = ("after", "after2", "before", "before2", "kind", "own")

    def __init__(self, kind: Kind, vector: _Vectors) -> None:
        self.kind = kind
        near, far = near_atoms(kind), far_atoms(kind)
        self.own = sum(vector["0" + a] for a in kind.atoms) + vote(kind)
        self.before = sum(vector["-" + a] for a in near)
        self.after = sum(vector["+" + a] for a in near)
        self.before2 = sum(vector["<" + a] for a in far)
        self.after2 = sum(vector[">" + a] for a in far)


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
    """What the lists say of two capitalised words in a row: a first name, and what may be a last name, whatever else each may mean."""
    if not (kind.capital and after.capital) or kind.flags >> FIRST & 3 < 2 or after.shape not in _WORDS or kind.shape not in _WORDS:
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


class _Vectors(dict[str, int]):
    """Features to their four weights as lanes of one integer; 0 for one that was never learnt."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self._weights = weights
        self._n = len(weights.index)

    def __missing__(self, feature: str) -> int:
        at = self._weights.index.get(feature)
        out = 0
        if at is not None:
            table, n = self._weights.table, self._n
            for lane in range(4):
                byte = table[lane * n + at]
                out += (byte - 256 if byte > 127 else byte) << (_LANE * lane)
        if len(self) > _REMEMBERED:
            self.clear()
        self[feature] = out
        return out


class Tagger:
    """Tags tokens. Safe to share between threads: its memories are only ever filled with the same answers."""

    def __init__(self, weights: Weights, gazetteer: Gazetteer) -> None:
        self.weights = weights
        self.look = gazetteer.look
        self._vectors = _Vectors(weights)
        self._words: dict[str, _Sums] = {}
        self._edge = _Sums(EDGE, self._vectors)

    def kind(self, token: str) -> Kind:
        """What is known of a word."""
        return self._sums(token).kind

    def _sums(self, token: str) -> _Sums:
        found = self._words.get(token)
        if found is None:
            if len(self._words) > _REMEMBERED:
                self._words.clear()
            found = self._words[token] = _Sums(kind_of(token, self.look, self.weights.lexicon), self._vectors)
        return found

    def scores(self, tokens: Sequence[Token], bias: tuple[int, int, int, int]) -> list[tuple[int, int, int, int] | None]:
        """For each token its scores for P, X, A and N over O, `bias` added (1/20); `None` where none has any hope."""
        edge, vectors = self._edge, self._vectors
        sums = [edge, edge, *(self._sums(t.kind.text) for t in tokens), edge, edge]
        added = sum(b << (_LANE * i) for i, b in enumerate(bias)) + _MIDDLES
        out: list[tuple[int, int, int, int] | None] = []
        for i, token in enumerate(tokens):
            before2, before, own, after, after2 = sums[i : i + 5]
            total = own.own + before.before + after.after + before2.before2 + after2.after2 + added
            for atom in local_atoms(token, before2.kind, before.kind, after.kind, after2.kind):
                total += vectors[atom]
            kind, given = own.kind, 0
            if kind.capital:
                given = paired(kind, after.kind) or paired(before.kind, kind)
            p, x = (total & _MASK) - _MIDDLE + given, (total >> _LANE & _MASK) - _MIDDLE
            a, n = (total >> 2 * _LANE & _MASK) - _MIDDLE, (total >> 3 * _LANE & _MASK) - _MIDDLE
            out.append(None if p < -_HOPELESS and x < -_HOPELESS and a < -_HOPELESS and n < -_HOPELESS else (p, x, a, n))
        return out

    def labels(self, tokens: Sequence[Token], bias: tuple[int, int, int, int]) -> str:
        """One letter of `LABELS` for each token: the likeliest sequence."""
        scores = self.scores(tokens, bias)
        out = ["O"] * len(scores)
        at = 0
        while at < len(scores):
            if scores[at] is None:
                at += 1
                continue
            end = at
            chain: list[tuple[int, int, int, int]] = []
            while end < len(scores) and (one := scores[end]) is not None:
                chain.append(one)
                end += 1
            out[at:end] = best_path(chain, self.weights.moves)
            at = end
        return "".join(out)


def best_path(chain: Sequence[tuple[int, int, int, int]], moves: tuple[tuple[int, ...], ...]) -> list[str]:
    """The likeliest labels of tokens that stand between two that are O."""
    totals = list(moves[0])
    backs: list[list[int]] = []
    columns = list(zip(*moves, strict=True))
    for i, one in enumerate(chain):
        if i:
            new, back = [], []
            for column in columns:
                sums = [t + m for t, m in zip(totals, column, strict=True)]
                best = max(sums)
                new.append(best)
                back.append(sums.index(best))
            totals = new
            backs.append(back)
        for label, score in enumerate(one, 1):
            totals[label] += score
    sums = [t + m for t, m in zip(totals, columns[0], strict=True)]
    at = sums.index(max(sums))
    path = [at]
    for back in reversed(backs):
        at = back[at]
        path.append(at)
    return [LABELS[i] for i in reversed(path)]

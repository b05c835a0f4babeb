"""The parts of the name tagger, without what it learnt."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridchat.privacy import gazetteer, tagger_votes, tagger_weights
from hybridchat.privacy.gazetteer import FIRST, LAST, Gazetteer
from hybridchat.privacy.tagger import Tagger
from hybridchat.privacy.tagger_atoms import feature_lists
from hybridchat.privacy.tagger_features import kind_of, shape_of, tokens_of
from hybridchat.privacy.tagger_path import best_path
from hybridchat.privacy.tagger_weights import LABELS


def made(words: dict[str, int]) -> Gazetteer:
    return gazetteer.unpacked(gazetteer.packed({gazetteer.key(word): flags for word, flags in words.items()}))


LISTS = made({"ana": 3 << FIRST, "ruiz": 2 << LAST, "smith": 3 << LAST | 1 << FIRST})


def nothing(_: str) -> int:
    return 0


def test_lists_give_back_what_was_put_in() -> None:
    words = {f"word{n}": n & 0x3FFF for n in range(5000)}
    lists = made(words)
    assert all(lists.look(word) == flags for word, flags in words.items())
    assert not any(lists.look(f"other{n}") for n in range(500))


def test_flags_too_rare_for_a_byte_are_kept() -> None:
    words = {f"word{n}": 1 + n % 900 for n in range(3000)}
    lists = made(words)
    assert len(lists.rare) > 0
    assert all(lists.look(word) == flags for word, flags in words.items())


def damaged(data: bytes) -> list[bytes]:
    """Cut short, of another version, nothing but its head, and with one bit turned."""
    turned = bytearray(data)
    turned[len(data) // 2] ^= 1
    return [b"", data[:20], data[:-9], b"HCXXX1" + data[6:], data + b"more", bytes(turned)]


@pytest.mark.parametrize("how", range(6))
def test_damaged_lists_are_told_apart(how: int) -> None:
    with pytest.raises(gazetteer.GazetteerError):
        gazetteer.unpacked(damaged(gazetteer.packed({1: 1, 2: 2}))[how])


@pytest.mark.parametrize("how", range(6))
def test_damaged_weights_are_told_apart(how: int) -> None:
    data = tagger_weights.packed({"k=x": (1, 2, 3, 4)}, [[0] * 5] * 5, ["word"], {})
    with pytest.raises(tagger_weights.WeightsError):
        tagger_weights.unpacked(damaged(data)[how])


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.text(max_size=8), st.tuples(*[st.integers(-126, 126)] * 4), max_size=40), st.text(max_size=8))
def test_weights_give_back_what_was_learnt_and_nothing_else(learnt: dict[str, tuple[int, int, int, int]], other: str) -> None:
    """Every feature keeps its weights; one that was not learnt has none, also where a part of it was."""
    features = {name.encode("utf-8", "replace").decode(): row for name, row in learnt.items()}
    weights = tagger_weights.unpacked(tagger_weights.packed(features, [[0] * 5] * 5, list(features), {"note": "x"}))
    assert {name: weights.of(name) for name in weights.features} == features
    assert set(weights.lexicon) == set(features)
    assert weights.of(other) == features.get(other, (0, 0, 0, 0))
    assert all((name + other in weights.lexicon) == (name + other in features) for name in features)


def test_a_weight_that_no_byte_can_hold_is_refused() -> None:
    for weight in (-127, 128):
        with pytest.raises(ValueError, match=r"k=x|bytes must be"):
            tagger_weights.packed({"k=x": (weight, 0, 0, 0)}, [[0] * 5] * 5, [], {})


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=80))
def test_tokens_are_exact_spans_in_order(text: str) -> None:
    tokens = tokens_of(text, lambda word: kind_of(word, nothing))
    spans = list(zip(tokens.starts, tokens.ends, strict=True))
    assert all(start < end for start, end in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    covered = "".join(text[start:end] for start, end in spans)
    assert [c for c in text if c.isalnum()] == [c for c in covered if c.isalnum()]


def test_shapes() -> None:
    assert [shape_of(w) for w in ("Ana", "ANA", "ana", "A", "McKay", "漢", "2024", ".", "\n")] == [*"CXxImo", "d4", ".", "N"]


def small_tagger() -> Tagger:
    weights = {"0f=300C": (60, 0, 0, 0), "0l=200C": (20, 0, 0, 0), "-k=CT": (50, 0, 0, 0), "0sh=x3": (-70, -70, -70, -70)}
    moves = [[0, -20, -20, -40, -40], [-10, 30, -40, -40, -40], [-10, -40, 30, -40, -40], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]]
    return Tagger(tagger_weights.unpacked(tagger_weights.packed(weights, moves, ["from"], {})), LISTS)


def test_the_tagger_adds_up_the_features_that_training_sees() -> None:
    """Scores of the fast way equal the sums over the feature lists that were learnt from."""
    made_tagger = small_tagger()
    text = "Mr Ruiz met ANA and Ana Ruiz, then J. Smith left.\nBye"
    tokens = tokens_of(text, made_tagger.kind)
    weights = made_tagger.weights
    given = [tagger_votes.paired(a, b) for a, b in pairwise(tokens.kinds)]
    paired = [one or other for one, other in zip([*given, 0], [0, *given], strict=True)]
    assert any(paired)
    scores = made_tagger.scores(tokens, (1000, 0, 0, 0))
    for kind, features, score, pair in zip(tokens.kinds, feature_lists(tokens), scores, paired, strict=True):
        if score is None:
            assert not kind.placed, "only signs among small words are given up with this bias"
            continue
        person, *others = (sum(lane) for lane in zip(*map(weights.of, features), strict=True))
        assert score[1:] == tuple(others)
        assert score[0] == 1000 + person + tagger_votes.vote(kind) + pair


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.tuples(*[st.integers(-60, 60)] * 4), min_size=1, max_size=4),
    st.lists(st.integers(-50, 50), min_size=25, max_size=25),
)
def test_the_path_is_the_best_of_all(chain: list[tuple[int, int, int, int]], numbers: list[int]) -> None:
    """Of all paths that move between names only from P to X and back."""
    moves = tuple(tuple(numbers[5 * i : 5 * i + 5]) for i in range(5))

    def allowed(path: tuple[int, ...]) -> bool:
        return all(a == b or 0 in (a, b) or {a, b} == {1, 2} for a, b in pairwise(path))

    def total(path: tuple[int, ...]) -> int:
        return sum(moves[a][b] for a, b in pairwise([0, *path, 0])) + sum(
            (0, *scores)[label] for label, scores in zip(path, chain, strict=True)
        )

    best = max(total(path) for path in product(range(5), repeat=len(chain)) if allowed(path))
    found = tuple(LABELS.index(letter) for letter in best_path(chain, moves))
    assert allowed(found)
    assert total(found) == best


def test_a_word_is_looked_up_without_its_ending() -> None:
    """Polish cases and the Danish genitive: the name inside is known."""
    places = made({"krakow": 3 << gazetteer.PLACE, "warszawa": 3 << gazetteer.PLACE, "jensen": 3 << LAST})
    for word in ("Krakowa", "Krakowie", "Warszawie", "Warszawę", "Jensens"):
        assert "s" in kind_of(word, places.look).gaz, word

"""What is written for speed in the tagger gives what the plain way of writing it gives."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from hybridchat.privacy.tagger import shipped_tagger
from hybridchat.privacy.tagger_atoms import feature_lists
from hybridchat.privacy.tagger_features import _OPENS, _SOFT, Kind, Tokens, _looked_over, kind_of, tokens_of
from hybridchat.privacy.tagger_path import best_path
from hybridchat.privacy.tagger_votes import paired, vote


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


def plainly(tokens: Tokens) -> list[tuple[int, ...]]:
    """Scores as training sees them: the features of each token as strings, added up one by one, and the lists' votes."""
    weights, kinds, out = shipped_tagger().weights, tokens.kinds, list[tuple[int, ...]]()
    for i, features in enumerate(feature_lists(tokens)):
        person, *others = (sum(lane) for lane in zip(*map(weights.of, features), strict=True))
        after = paired(kinds[i], kinds[i + 1]) if i + 1 < len(kinds) else 0
        before = paired(kinds[i - 1], kinds[i]) if i else 0
        out.append((person + vote(kinds[i]) + (after or before), *others))
    return out


WORDS = [
    *("Dear", "Ana", "ANA", "Ruiz", "de", "la", "Kowalskiej", "McKay", "Berlin", "the", "bank", "Bank", "of", "Siemens", "April"),
    *(
        "and",
        "is",
        "at",
        "street",
        "Street",
        "12",
        "2024",
        "O'Neill",
        "jean-luc",
        "snake_case",
        "x=y()",
        "Dr.",
        "Inc.",
        "éà",
        "東京",
    ),
    *("qwzrtk", "Qwzrtk", "QWZRTK", "unheardoffly", "\n", ".", ",", "(", ")", "-", '"', "@ana", "#1", "I", "http://a.example/b"),
]


@settings(deadline=None, max_examples=120)
@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=9), max_size=30), st.sampled_from([" ", "", "  ", ". ", "\n"]))
def test_scores_are_the_sums_that_training_sees(words: list[str], glue: str) -> None:
    """With the weights and lists that are shipped, for words in every list and in none."""
    tagger = shipped_tagger()
    tokens = tokens_of(glue.join(words), tagger.kind)
    for found, wanted in zip(tagger.scores(tokens, (0, 0, 0, 0)), plainly(tokens), strict=True):
        assert found is None or found == wanted
    kept = tagger.scores(tokens, (1000, 0, 0, 0))
    assert all(one is not None or not kind.placed for one, kind in zip(kept, tokens.kinds, strict=True))


@given(st.tuples(*[st.integers(-120, 150)] * 4), st.tuples(*[st.integers(0, 60)] * 2))
def test_a_token_alone_gets_the_label_of_a_path_of_one(scores: tuple[int, int, int, int], less: tuple[int, int]) -> None:
    tagger = shipped_tagger()
    lowered = (scores[0] - less[0], scores[1] - less[1], *scores[2:])
    path = "".join(best_path([lowered], tagger.weights.moves))
    hope = any(score > -30 for score in lowered)
    assert tagger.decoded([None, scores, None], less) == f"O{path if hope else 'O'}O"


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=9), max_size=20))
def test_what_was_seen_before_changes_no_score(words: list[str]) -> None:
    """A tagger that has met ten thousand words scores as one that has met none."""
    tagger = shipped_tagger()
    fresh = type(tagger)(tagger.weights, tagger.lists)
    text = " ".join(words)
    bias = (50, 40, 0, 0)
    assert fresh.scores(tokens_of(text, fresh.kind), bias) == tagger.scores(tokens_of(text, tagger.kind), bias)

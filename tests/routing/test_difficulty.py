"""Difficulty: what looks easy, what may be hard, and how a conversation keeps it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.facts import Difficulty
from hybridchat.routing.difficulty import COMPLEX, DECAY, MODERATE, difficulty

HARD = difficulty(
    "Write a Python function that merges two sorted lists without extra memory; it must run in O(n), and explain why it is "
    "correct. Include at least 3 tests."
)

TANK = (
    "A tank holds 120 litres. Pipe A fills 12 litres per minute, pipe B drains 7, and after 9 minutes pipe C adds 3. "
    "Calculate the time until the total is 100, then the average of each rate over 5, 10 and 15 minutes."
)


@pytest.mark.parametrize(
    "text",
    ["", "hi", "thanks!", "What is the capital of France?", "translate good morning to Spanish", "who wrote Hamlet?", "🙂", "ok"],
)
def test_small_talk_and_look_ups_are_simple(text: str) -> None:
    assert difficulty(text).label == "simple"


@pytest.mark.parametrize(
    ("text", "label", "reason"),
    [
        ("Why does this regex backtrack?", "moderate", "code"),
        ("Prove that the square root of 2 is irrational.", "moderate", "reasoning"),
        ("Fix this:\n```python\nfor i in range(10): print(i\n```", "moderate", "code"),
        (
            TANK,
            "complex",
            "numbers",
        ),
        (
            "Design a plan to move a 3 TB Postgres database with at most 5 minutes without it, compare 3 ways, justify one.",
            "complex",
            "reasoning",
        ),
        (
            "Write a poem that must rhyme, without adjectives, exactly 8 lines, each at most 6 words, every season in order.",
            "moderate",
            "constraints",
        ),
    ],
)
def test_hard_messages_say_why(text: str, label: str, reason: str) -> None:
    found = difficulty(text)
    assert found.label == label
    assert any(reason in said for said in found.reasons), found


def test_whole_words_only() -> None:
    assert difficulty("tell me about explainers").score == difficulty("tell me about entertainers").score
    assert difficulty("explain it to me").score > difficulty("mention it to me").score


@pytest.mark.parametrize("text", ["ok do it", "commit it", "yes please", "make it shorter", "go ahead", "again"])
def test_short_continuations_are_as_hard_as_what_they_continue(text: str) -> None:
    assert HARD.label == "complex"
    assert difficulty(text, HARD) == HARD


@pytest.mark.parametrize("text", ["who wrote Hamlet?", "What time is it?", "hello there my old friend from school"])
def test_a_new_easy_question_lets_the_difficulty_fade(text: str) -> None:
    level, seen = HARD, []
    for _ in range(4):
        level = difficulty(text, level)
        seen.append(level.score)
    assert seen == pytest.approx([HARD.score * DECAY**n for n in (1, 2, 3, 4)], abs=1e-3)
    assert level.reasons[0] == "earlier messages"
    assert level.reasons.count("earlier messages") == 1
    assert level.label != "complex"


def test_a_harder_message_counts_by_itself() -> None:
    assert difficulty("Why does this regex backtrack?", Difficulty(0.1)) == difficulty("Why does this regex backtrack?")


def test_asking_again_says_that_the_answer_fell_short() -> None:
    once, twice = (difficulty("What is the capital of France?", repeats=n) for n in (1, 2))
    assert 0 < once.score < twice.score
    assert "asked again" in once.reasons
    assert difficulty("x", HARD, repeats=9).score == 1.0


def test_other_languages_are_judged_by_length_and_structure_and_say_so() -> None:
    short, long = difficulty("写一首关于春天的诗"), difficulty("请比较这两种算法的复杂度并证明第一种更快。" * 20)
    assert short.score < long.score
    assert "judged by length and structure only" in long.reasons
    german = difficulty("Schreibe einen kurzen Brief ohne Fehler über unseren gemeinsamen Urlaub")
    assert "judged by length and structure only" in german.reasons


def test_only_the_edges_of_a_long_message_are_read() -> None:
    filler = "The cat sat on the mat. " * 500
    assert difficulty(filler + "Prove this theorem." + filler).score == difficulty(filler + "Greet this visitor." + filler).score
    assert difficulty(filler + "Prove this theorem.").score > difficulty(filler + "Greet this visitor.").score
    assert difficulty("Prove this theorem." + filler).score > difficulty("Greet this visitor." + filler).score


@given(st.text(max_size=300), st.none() | st.floats(0, 1).map(Difficulty), st.integers(0, 5))
def test_any_text_gives_a_score_a_label_and_words_of_our_own(text: str, previous: Difficulty | None, repeats: int) -> None:
    found = difficulty(text, previous, repeats)
    assert 0 <= found.score <= 1
    assert found.label == ("simple" if found.score < MODERATE else "moderate" if found.score < COMPLEX else "complex")
    assert found == difficulty(text, previous, repeats)


def test_reasons_hold_no_word_of_the_message() -> None:
    text = "Analyse zanzibar: compare 3 plans, must not exceed 4, 5, 6, 7 and 8 francs, prove it for Mme Quixote."
    said = " ".join(difficulty(text).reasons).lower()
    assert "zanzibar" not in said
    assert "quixote" not in said
    assert said

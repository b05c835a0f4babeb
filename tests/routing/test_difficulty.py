"""Difficulty: what looks easy, what may be hard, why, and how a conversation keeps it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.facts import Difficulty
from hybridchat.routing.difficulty import COMPLEX, DECAY, MODERATE, cloud_threshold, difficulty, notice, offer_threshold, ranking
from hybridchat.routing.policy import Policy

CURVE = (
    "Let f be continuous on [0,1] with f(0) = f(1) = 0 and f''(x) = -pi^2 f(x) + sin(3 pi x). Determine f(x), prove that the "
    "solution is unique, and compute the integral of f over [0,1] to 4 decimal places."
)
TEAMS = (
    "Schedule 12 teams in a round robin over 11 weeks such that no team plays more than 2 home games in a row, teams 1 and 2 "
    "share a stadium, and team 5 cannot play at home in weeks 3 to 6. Formulate it as an integer program, then give a feasible "
    "schedule as a table."
)
TANK = (
    "A tank holds 120 litres. Pipe A fills 12 litres per minute, pipe B drains 7, and after 9 minutes pipe C adds 3. "
    "Calculate the time until the total is 100, then the average of each rate over 5, 10 and 15 minutes."
)
CACHE = (
    "Implement an LRU cache in Rust that is thread-safe, supports a TTL per entry, must not allocate after construction, exposes "
    "metrics, and has O(1) get and put. Explain the unsafe blocks if there are any, write property-based tests, and compare its "
    "throughput with a sharded mutex design under contention of 1, 4 and 16 threads."
)
MERGE = (
    "Write a Python function that merges two sorted lists without extra memory; it must run in O(n), and explain why it is "
    "correct. Include at least 3 tests."
)
HARD = difficulty(TANK)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hi",
        "hello",
        "thanks!",
        "ok",
        "🙂",
        "What is the capital of France?",
        "translate 'good morning' to Spanish",
        "who wrote Hamlet?",
        "What's 2+2?",
        "How do I boil an egg?",
        "Give me a synonym for happy",
        "Convert 10 km to miles",
        "Write a haiku about autumn",
        "Summarize this in one sentence: The meeting moved to Tuesday because the room was taken.",
    ],
)
def test_small_talk_and_look_ups_are_simple(text: str) -> None:
    assert difficulty(text).label == "simple"
    assert difficulty(text).score < 0.25


@pytest.mark.parametrize(
    ("text", "label", "reason"),
    [
        (TANK, "complex", "numbers"),
        (CACHE, "complex", "code"),
        (CURVE, "complex", "maths"),
        (TEAMS, "complex", "constraints"),
        (MERGE, "complex", "constraints"),
        (
            "Design a plan to move a 3 TB Postgres database with at most 5 minutes without it, compare 3 ways, justify one.",
            "moderate",
            "reasoning",
        ),
    ],
)
def test_long_tasks_of_many_parts_are_hard_and_say_why(text: str, label: str, reason: str) -> None:
    found = difficulty(text)
    assert found.label == label
    assert any(reason in said for said in found.reasons), found


def test_constraints_are_counted() -> None:
    assert (
        "5 constraints"
        in difficulty("Sort it in order, exactly 3 lines, without adjectives, never repeating, each short.").reasons
    )


@pytest.mark.parametrize("text", ["ok do it", "commit it", "yes please", "make it shorter", "go ahead", "again", "try 3 again"])
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
    assert difficulty(TANK, Difficulty(0.1)) == HARD


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
    assert difficulty(filler + "Prove this theorem.") != difficulty(filler + "Greet this visitor.")
    assert difficulty("Prove this theorem." + filler) != difficulty("Greet this visitor." + filler)


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


def test_the_shipped_weights_are_in_use() -> None:
    assert notice() == ""


# -- thresholds --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("billions", "threshold"), [(None, 0.45), (8.0, 0.45), (4.0, 0.37), (1.0, 0.21), (16.0, 0.53), (70.0, 0.70), (0.1, 0.15)]
)
def test_a_smaller_local_model_is_offered_help_earlier(billions: float | None, threshold: float) -> None:
    assert offer_threshold(Policy(), billions) == pytest.approx(threshold, abs=0.005)


def test_the_cloud_threshold_moves_alike() -> None:
    assert cloud_threshold(Policy(), 8.0) == Policy().difficulty_cloud
    assert cloud_threshold(Policy(), 2.0) == pytest.approx(Policy().difficulty_cloud - 0.16)


def test_a_threshold_set_on_ones_own_messages_stays_put() -> None:
    policy = replace(Policy(), difficulty_offer=0.3, difficulty_fixed=True)
    assert offer_threshold(policy, 1.0) == offer_threshold(policy, 70.0) == 0.3


@pytest.mark.parametrize("threshold", [0.0, 1.0])
def test_always_and_never_hold_for_every_size(threshold: float) -> None:
    policy = replace(Policy(), difficulty_offer=threshold)
    assert offer_threshold(policy, 0.5) == offer_threshold(policy, 400.0) == threshold


def test_open_tasks_are_not_easy_although_no_exam_holds_them() -> None:
    task = "Analyze what a move to event sourcing would mean for a payments team, including risks, and recommend a way to start."
    assert difficulty(task).label != "simple"
    assert ranking(task) <= difficulty(task).score

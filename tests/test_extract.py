"""What is kept of a conversation by rules: word for word, in order, within its tokens, and most of what matters."""

from __future__ import annotations

import time

import pytest

from hybridchat.conversation import Message, Role
from hybridchat.earlier import MOST, clipped, digest
from hybridchat.extract import LONGEST, extract
from hybridchat.sessions.summaries import Summary
from hybridchat.tokens import estimate
from tests.benchmarks.bench_facts import BACK, OUT, kept
from tests.benchmarks.fact_scripts import FACTS, SAYS_A, SAYS_B, scripts
from tests.test_package import PAST, turn

U, A = Role.USER, Role.ASSISTANT
TALK = (
    Message(U, "Hello! How are you today? My boat is called Zephyr and it is 11.40 m long."),
    Message(A, "Nice to meet you. There are many ways to think about boats.\n\n```python\ndef hull_speed(lwl_m):\n    pass\n```"),
    Message(U, "Ok. We must never sail after dark, and the mast bends above 25 knots."),
    Message(A, "That makes sense. Some people see it differently, of course."),
)


# -- twenty facts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [BACK, OUT], ids=["to local", "to cloud"])
def test_nothing_is_lost_of_what_fits(way: object) -> None:
    assert kept(scripts(SAYS_B, 2), way, 65_536) == [FACTS, FACTS]  # type: ignore[arg-type]


@pytest.mark.parametrize("window", [4096, 8192])
@pytest.mark.parametrize("says", [SAYS_A, SAYS_B], ids="AB")
def test_by_rules_at_least_fifteen_of_twenty_facts_stay(window: int, says: object) -> None:
    assert min(kept(scripts(says, 5), BACK, window)) >= 15  # type: ignore[arg-type]


def test_a_models_summary_that_keeps_nothing_takes_no_more_than_its_half() -> None:
    idle = Summary("- They talked about how to begin, and about what to look at first.\n" * 40, 36, "ollama:idle")
    assert min(kept(scripts(SAYS_B, 4), BACK, 8192, idle)) >= 15


def test_as_many_stay_when_it_is_redacted_on_its_way_out() -> None:
    assert min(kept(scripts(SAYS_B, 2), OUT, 4096)) >= 15


# -- how it is done ----------------------------------------------------------------------------------------------------


def test_what_matters_comes_first_and_stands_in_its_order_word_for_word() -> None:
    lines = extract(TALK, 45).splitlines()
    assert lines == [
        "My boat is called Zephyr and it is 11.40 m long.",
        "We must never sail after dark, and the mast bends above 25 knots.",
    ]


@pytest.mark.parametrize("tokens", [0, 1, 20, 60, 200, 2000])
def test_it_takes_no_more_than_its_tokens(tokens: int) -> None:
    assert estimate(extract(TALK * 20, tokens)) <= tokens


def test_code_keeps_its_definitions() -> None:
    assert "def hull_speed(lwl_m):" in extract(TALK, 200)


def test_what_is_said_twice_is_kept_once() -> None:
    assert extract(TALK * 5, 1000).count("Zephyr") == 1


@pytest.mark.parametrize(
    "said",
    [
        "El contrato debe firmarse antes del 14 de marzo.",
        "Nous avons décidé de garder le serveur Atlas.",
        "Umowa musi być podpisana do 3 września.",
        "Det skal aldrig koste mere end 4.500 kroner.",
    ],
)
def test_conditions_and_decisions_count_in_other_languages_too(said: str) -> None:
    chatter = "Ça va bien, merci. Todo bien por aquí. Wszystko w porządku. Det går fint."
    assert extract([Message(U, chatter), Message(U, said), Message(U, chatter)], estimate(said) + 6) == said


def test_a_sentence_without_an_end_does_not_take_the_place_of_all_others() -> None:
    endless = Message(A, "and then, with 17 more, " * 4000)
    text = extract([endless, *TALK], 200)
    assert "Zephyr" in text
    assert all(len(line) <= LONGEST + 2 for line in text.splitlines())


@pytest.mark.parametrize(
    "text", ["a" * 5_000_000, "a-" * 2_500_000, "A " * 2_500_000, ". " * 2_500_000, "\n" * 5_000_000, "7," * 2_500_000]
)
def test_a_paste_of_five_megabytes_takes_no_longer_than_a_moment(text: str) -> None:
    start = time.thread_time()
    extract([Message(U, text)], 500)
    assert time.thread_time() - start < 2.0


@pytest.mark.parametrize("odd", ["", " ", "\x00\ud800", "```", "…", "?!", "\u202eabc 12", "1.\n2.\n3."])
def test_odd_text_is_no_trouble(odd: str) -> None:
    assert isinstance(extract([Message(U, odd), Message(A, odd)], 100), str)


# -- with what a model wrote -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tokens", [64, 200, 1000])
def test_both_together_take_no_more_than_their_tokens(tokens: int) -> None:
    written = Summary("- They talked of report 1001 and of Ana Ruiz.\n" * 60, 5, "ollama:writer")
    text, by = digest(PAST, written, tokens)
    assert estimate(text) <= tokens + 4
    assert by == "ollama:writer"


def test_a_summary_is_about_a_page_however_long_the_conversation() -> None:
    text, _ = digest([turn(n, f"Note {n}: must never exceed {n * 13}.", "Noted.") for n in range(2000)], None, MOST)
    assert estimate(text) <= MOST


def test_a_text_is_clipped_at_a_line_and_at_a_word_where_it_has_only_one() -> None:
    assert clipped("one line\nanother line", 4) == "one line"
    assert "word word".startswith(clipped("word " * 500, 20)[:9])
    assert estimate(clipped("word " * 500, 20)) <= 20

"""What stays readable: everything worth a look is listed, and only what may well be somebody's raises a question."""

from __future__ import annotations

import pytest

from hybridchat.facts import Finding
from hybridchat.privacy.leftover import leftovers, suspects


def doubts(text: str) -> list[str]:
    return [left.text for left in leftovers(text, (), suspects(text)) if left.doubtful]


@pytest.mark.parametrize("number", ["7421993", "482 133 77", "AB-7421993", "4821337701"])
def test_a_long_number_raises_a_question(number: str) -> None:
    assert number in doubts(f"there are {number} beans in it")


@pytest.mark.parametrize(
    "said", ["20231105", "2021 2022 2023", "1000000", "3.1415926", "$7421993", "v7421993.2", "1111111", "12345", "7421993px"]
)
def test_dates_amounts_versions_and_round_numbers_raise_none(said: str) -> None:
    assert doubts(f"it says {said} there") == []


@pytest.mark.parametrize(
    "text",
    [
        "Write a Python script for Windows that reads Excel files.",
        "The Tuesday Meeting In March Was About Quality Assurance",
        "What is the difference between TCP and UDP?",
        "Explique la Revolución Industrial en tres frases.",
    ],
)
def test_common_words_products_and_headings_raise_none(text: str) -> None:
    assert doubts(text) == []


def test_a_name_that_was_nearly_hidden_raises_one() -> None:
    text = "ask the wise Lance: exhibited"
    found = (Finding(8, 18, "PERSON", "may be a name", 0.5),)
    assert [left.text for left in leftovers(text, (), found) if left.doubtful] == ["wise Lance"]


def test_nothing_that_is_hidden_is_listed() -> None:
    text = "Marta Kowalska has 7421993 beans"
    hidden = (Finding(0, 14, "PERSON"), Finding(19, 26, "ID"))
    assert leftovers(text, hidden, (Finding(0, 5, "PERSON", "may be a name", 0.5),)) == ()


def test_the_rest_of_a_name_that_is_half_hidden_is_listed_whole() -> None:
    text = "write to Kwon Jang-mi and Ajay N please"
    hidden = (Finding(9, 18, "PERSON"), Finding(26, 30, "PERSON"))
    assert [left.text for left in leftovers(text, hidden)] == ["Kwon Jang-mi", "Ajay N"]


def test_each_is_listed_once_in_the_order_of_the_text() -> None:
    text = "first Gdynia, then 7421993, then Gdynia and 7421993"
    assert [left.text for left in leftovers(text, ())] == ["Gdynia", "7421993"]

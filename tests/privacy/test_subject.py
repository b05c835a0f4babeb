"""Whether a question is about what is hidden, and whether an answer stumbled over it."""

from __future__ import annotations

import pytest

from hybridchat.facts import Finding
from hybridchat.privacy.subject import public, stumbled, subject

NAME = "Ilka Brandvold"


def about(text: str, kind: str = "PERSON") -> tuple[str, ...]:
    start = text.index(NAME)
    return tuple(text[f.start : f.end] for f in subject(text, (Finding(start, start + len(NAME), kind),)))


@pytest.mark.parametrize(
    "question",
    [
        f"Who is {NAME}?",
        f"what was {NAME} known for",
        f"Tell me about {NAME}",
        f"translate the name {NAME} into Japanese",
        f"Please explain who {NAME} was.",
        NAME,
        f"¿Quién es {NAME}?",
        f"Háblame de {NAME}",
        f"Qui est {NAME} ?",
        f"Kim jest {NAME}?",
        f"Gdzie leży {NAME}?",
        f"Hvem er {NAME}?",
        f"Fortæl mig om {NAME}",
    ],
)
def test_a_short_question_with_it_as_its_object_is_about_it(question: str) -> None:
    assert about(question) == (NAME,)


@pytest.mark.parametrize(
    "question",
    [
        f"Write a kind letter to {NAME} about the rent.",
        f"What should I tell my boss {NAME}?",
        f"Summarise: {NAME} said that the roof leaks and the neighbours are away.",
        f"Is it fair that our landlord {NAME} raises the rent?",
        f"Who is {NAME}? " + "She wrote to us last week and wants to see the house. " * 8,
    ],
)
def test_a_question_that_brings_its_own_matter_is_not(question: str) -> None:
    assert about(question) == ()


def test_a_secret_is_never_the_subject() -> None:
    assert about(f"what is {NAME}?", "SECRET") == ()


def test_a_number_that_is_asked_about_is() -> None:
    text = "is 4111 1111 1111 1111 a valid number?"
    assert subject(text, (Finding(3, 22, "CARD"),))


def test_a_country_that_is_asked_about_is_public_and_a_village_is_not() -> None:
    text = "What is the capital of Peru?"
    assert public(text, (Finding(23, 27, "LOCATION"),)) == ("Peru",)
    text = "Where is Grzybowo Dolne?"
    assert public(text, (Finding(9, 23, "LOCATION"),)) == ()


@pytest.mark.parametrize(
    "answer",
    [
        f"I don't know who {NAME} is.",
        f"{NAME} appears to be a placeholder.",
        f"I'm not familiar with {NAME}, sorry.",
        f"It seems that {NAME} has been redacted.",
        f"No sé quién es {NAME}.",
        f"Je ne sais pas qui est {NAME}.",
        f"Nie wiem, kim jest {NAME}.",
        f"Jeg ved ikke, hvem {NAME} er.",
    ],
)
def test_an_answer_that_cannot_tell_stumbles(answer: str) -> None:
    assert stumbled(answer, [NAME, "Ana"]) == (NAME,)


@pytest.mark.parametrize(
    "answer",
    [
        f"{NAME} likes tea. I don't know more about tea.",
        f"Dear {NAME}, thank you for the letter.",
        "I don't know.",
        "",
    ],
)
def test_an_ordinary_answer_does_not(answer: str) -> None:
    assert stumbled(answer, [NAME]) == ()


def test_an_address_does_not_end_a_sentence() -> None:
    assert stumbled("I do not know who ana@example.org is.", ["ana@example.org"]) == ("ana@example.org",)

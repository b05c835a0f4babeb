"""What is about the world and nobody in it stays readable; beside a person it does not."""

from __future__ import annotations

import pytest

from hybridchat.privacy.scan import Terms, scan

READABLE = """
The capital of France is Paris.
What is the capital of France?
Is Paris bigger than Madrid?
Which languages are spoken in Switzerland?
¿Cuál es la capital de Francia?
Hvad er hovedstaden i Danmark?
Quelle est la capitale de l'Espagne ?
The box says 7421993.
Compare the climate of Spain and Italy in July.
Mars and Venus are planets; Jupiter is larger.
In Europe and Asia most people speak more than one language.
Translate this into Polish, Danish and Spanish.
Explain the difference between TCP and UDP.
"""
HIDDEN = [
    ("I live in Seville with my sister.", "Seville"),
    ("Ana Ruiz moved to Lisbon in March.", "Lisbon"),
    ("My doctor works in Madrid, is that far?", "Madrid"),
    ("What should Marta Olmos see in Vienna?", "Vienna"),
    ("Write to Feather Friends, Incorporated about the invoice.", "Feather Friends, Incorporated"),
    ("She works at Solid Rock Healthcare Services.", "Solid Rock Healthcare Services"),
    ("He left the Institute of Materials Chemistry at noon.", "Institute of Materials Chemistry"),
    ("We rent from Brickhaven Holdings Ltd in town.", "Brickhaven Holdings Ltd"),
]


@pytest.mark.parametrize("text", READABLE.strip().splitlines())
def test_a_text_about_the_world_stays_readable(text: str) -> None:
    assert [text[f.start : f.end] for f in scan(text)] == []


@pytest.mark.parametrize(("text", "name"), HIDDEN)
def test_places_and_firms_of_somebody_are_hidden(text: str, name: str) -> None:
    at = text.index(name)
    assert any(f.start <= at and at + len(name) <= f.end for f in scan(text)), scan(text)


def test_level_high_hides_places_in_any_text() -> None:
    assert scan("Is Paris bigger than Madrid?", Terms(level="high"))


def test_an_abbreviation_in_brackets_hides_with_the_name_before_it() -> None:
    text = "The Lakeside Nursing Association (LNA) called Ana Ruiz. Then LNA wrote again."
    hidden = [text[f.start : f.end] for f in scan(text)]
    assert hidden.count("LNA") == 2 or any("(LNA" in value for value in hidden)
    assert not any(f.start <= text.rindex("Then") < f.end for f in scan(text))


@pytest.mark.parametrize(
    "text",
    [
        "newtype Snippet = Snippet (Seq Text)\ninstance Semigroup Snippet where\nrun :: Options -> IO ()\n",
        "pandas.core.frame.DataFrame raised it in fmt.Errorf(x)",
    ],
)
def test_pieces_of_code_are_no_names(text: str) -> None:
    assert [text[f.start : f.end] for f in scan(text)] == []

"""What the route line says of a conversation that stays in the cloud."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hybridchat.facts import Return
from hybridchat.render.staying import cost, staying
from tests.support.scripted import GPT, decided


@pytest.mark.parametrize(
    ("load", "read", "said"),
    [
        (0.0, 12.2, "going back costs about 12 s of reading"),
        (4.0, 3.0, "going back costs about 7 s of loading and reading"),
        (6.0, 0.0, "going back costs about 6 s of loading"),
        (0.2, 0.3, "going back costs nothing"),
        (30.0, 200.0, "going back costs about 3 min 50 s of loading and reading"),
        (0.0, 9.7, "going back costs about 10 s of reading"),
        (3.0, None, "going back means reading it all again"),
    ],
)
def test_the_way_back_is_told_in_seconds_that_were_measured(load: float, read: float | None, said: str) -> None:
    assert cost(Return("ollama:llama3.2", load, read)) == said


def test_the_line_names_the_model_the_price_and_the_key() -> None:
    stays = replace(decided(GPT), back=Return("ollama:llama3.2", 0.0, 12.0))
    assert staying(stays, "f3") == "still gpt-5.4-mini: going back costs about 12 s of reading · f3"
    assert staying(stays) == "still gpt-5.4-mini: going back costs about 12 s of reading"


def test_nothing_is_said_of_a_message_that_does_not_stay() -> None:
    assert staying(decided(GPT), "f3") == ""
    assert staying(replace(decided(GPT), chosen=None, back=Return("ollama:llama3.2", 0.0, 1.0))) == ""

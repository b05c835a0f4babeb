"""The sentences around messages: plain, short, and spelled for any terminal."""

from __future__ import annotations

import pytest

from hybridchat.conversation import Ending
from hybridchat.events import Ended, FellBack, HandedOver
from hybridchat.facts import Locality, Timings, Usage
from hybridchat.render import words


def test_a_local_answer_says_where_how_long_and_how_fast() -> None:
    line = words.head("ollama:llama3.2", Locality.ON_DEVICE, timings=Timings(0.2, 0.8, generate_s=1.5), usage=Usage(9, 63))
    assert line == "llama3.2 · on this machine · 0.8 s · 42 tok/s"


def test_a_cloud_answer_says_what_it_cost() -> None:
    line = words.head("openai:gpt-5.4-mini", Locality.REMOTE, timings=Timings(0.5, 2.1), cost=0.004, hidden=3)
    assert line == "gpt-5.4-mini · cloud · 2.1 s · $0.004 · 3 items hidden"


def test_an_unknown_price_is_said_not_zero() -> None:
    assert words.head("x:y", Locality.REMOTE, timings=Timings(0.5, 2.1)).endswith("price unknown")


def test_the_demo_shows_no_cost() -> None:
    assert words.head("x:y", Locality.REMOTE, timings=Timings(0.5, 2.1), cost=1.0, demo=True).endswith("· no price")


@pytest.mark.parametrize(
    ("dollars", "said"),
    [
        (None, "price unknown"),
        (0.0, "$0"),
        (0.0004, "$0.0004"),
        (0.000_001, "< $0.00001"),
        (0.0042, "$0.004"),
        (0.25, "$0.25"),
        (1234.5, "$1,234.50"),
    ],
)
def test_money(dollars: float | None, said: str) -> None:
    assert words.money(dollars) == said


def handed(**changes: object) -> HandedOver:
    given = {"moved": True, "turns": 6, "hidden": {"EMAIL": 1, "PHONE": 2}, "left": 2, "bytes": 1204, **changes}
    return HandedOver("t", "a", "openai:gpt-5.4-mini", "api.openai.com", given.pop("locality", Locality.REMOTE), **given)  # type: ignore[arg-type]


def test_moving_to_the_cloud_says_what_went() -> None:
    assert words.handed_over(handed()) == [
        "⇡ moved to cloud: 6 turns",
        "▪ 3 hidden · 2 left readable · 1,204 bytes to api.openai.com",
    ]


def test_moving_back_and_trimming_are_said() -> None:
    assert words.handed_over(handed(locality=Locality.ON_DEVICE, turns_left_out=2)) == [
        "⇣ back to local",
        "▪ context trimmed: 2 earlier turns left out",
    ]


def test_each_send_says_what_left_and_staying_on_this_machine_nothing() -> None:
    assert words.handed_over(handed(moved=False)) == ["▪ 3 hidden · 2 left readable · 1,204 bytes to api.openai.com"]
    assert words.handed_over(handed(moved=False, locality=Locality.ON_DEVICE)) == []


def test_a_fallback_names_both_models_and_the_reason() -> None:
    said = words.fell_back(FellBack("t", "a", "ollama:llama3.2", "ollama:qwen3", "connection refused."))
    assert said == "▪ llama3.2 did not answer: connection refused → asking qwen3"


@pytest.mark.parametrize("ending", [e for e in Ending if e is not Ending.COMPLETE])
def test_every_other_ending_has_words(ending: Ending) -> None:
    assert words.ended(Ended("t", "a", ending, text="because")).endswith("because")


def test_a_complete_answer_needs_no_mark() -> None:
    assert words.ended(Ended("t", "a", Ending.COMPLETE)) == ""


def test_ascii_terminals_get_ascii() -> None:
    marks = [*words.handed_over(handed()), *words.ENDINGS.values(), words.head("x:y", Locality.REMOTE, timings=Timings(1, 2))]
    for mark in marks:
        spelled = words.spell(mark, ascii_only=True)
        assert spelled.isascii()
        assert "?" not in spelled
    assert words.spell("→ llama3.2 · ok", ascii_only=True) == "-> llama3.2 - ok"

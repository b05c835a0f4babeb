"""Plain mode gives an answer out by the sentence, in signs that the terminal has, and leaves every choice to a number."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.cli.spoken import BREATH, Spoken
from hybridchat.demo import Demo
from tests.support.chats import environment

if os.name != "posix":
    pytest.skip("needs a POSIX pseudo-terminal", allow_module_level=True)

from tests.cli.talk import Talk

CHOICE = "number, or Enter for none: "


def said(*chunks: str) -> list[str]:
    spoken = Spoken()
    return [piece for chunk in chunks if (piece := spoken.take(chunk))] + ([rest] if (rest := spoken.rest()) else [])


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("It rains. It pours. ", ["It rains.", " It pours.", " "]),
        ("Is it **Paris**? Yes!", ["Is it **Paris**?", " Yes!"]),
        ("He said “no.” Then left.", ["He said “no.”", " Then left."]),
        ("first\nsecond\n", ["first\n", "second\n"]),
        ("1. one e.g. this of 3.5 kg", ["1. one e.g. this of 3.5 kg"]),
        ("雨です。風です。", ["雨です。", "風です。"]),
        ("", []),
    ],
)
def test_what_streams_letter_by_letter_comes_by_the_sentence(text: str, pieces: list[str]) -> None:
    assert said(*text) == pieces


def test_a_text_without_an_end_comes_at_a_space_after_a_long_breath() -> None:
    pieces = said(*("word " * 300))
    assert max(map(len, pieces)) <= BREATH + 1
    assert all(piece.endswith(" ") for piece in pieces)


def test_a_word_without_an_end_comes_too() -> None:
    assert len(said(*("x" * 5000))) > 5


@given(st.lists(st.text(alphabet="ab.!? \n*\"'。1", max_size=9), max_size=40))
def test_nothing_is_lost_or_changed_on_the_way(chunks: list[str]) -> None:
    assert "".join(said(*chunks)) == "".join(chunks)


@pytest.fixture
def env(demo: Demo, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "config.toml").write_text('[pair]\nlocal = "ollama:llama3.2:3b"\ncloud = "openai:gpt-6.1-terra"\n')
    return environment(demo, tmp_path)


@pytest.mark.pty
def test_a_terminal_of_ascii_is_given_nothing_else(demo: Demo, env: dict[str, str]) -> None:
    with Talk("--plain", env=env | {"LC_ALL": "C", "LANG": "C"}) as talk:
        talk.until("\nyou: ")
        # the terminal itself repeats what is typed, so the letters come out of an answer
        talk.line("repeat: caf\N{LATIN SMALL LETTER E WITH ACUTE} \N{RIGHTWARDS ARROW} \N{SNOWMAN}")
        answer = talk.terminal.raw.rpartition(b"local: ")[2]
        assert b"cafe -> ?" in answer
        assert answer.isascii()
        for line in ("/help", "/status", "/why", "/ledger", "/stats", "/budget", "/system", "/find capital", "/copy"):
            told = talk.line(line)
            assert told.isascii(), line
        asked = talk.line("/other", CHOICE)
        assert asked.isascii()
        assert talk.line("3", CHOICE).isascii()
        assert talk.line("5").isascii()


@pytest.mark.pty
def test_the_question_is_asked_in_other_words_in_place_of_consent(demo: Demo, env: dict[str, str]) -> None:
    with Talk("--plain", env=env) as talk:
        talk.until("\nyou: ")
        talk.line("/cloud")
        asked = talk.line("repeat: write to ana@b.example", CHOICE)
        number = next(line.split()[0] for line in asked.splitlines() if line.endswith("ask in other words (e)"))
        talk.line(number, "or Enter to go back: ")
        assert "Ask gpt-6.1-terra" in talk.line("", CHOICE)
        talk.line("e", "or Enter to go back: ")
        talk.line("repeat: write to nobody", CHOICE)
        assert "write to nobody" in talk.line("1")
        assert not [r for r in demo.openai.requests if b"ana@" in r.body or b"EMAIL" in r.body]


@pytest.mark.pty
def test_conversations_are_found_by_their_words_and_opened_by_number(env: dict[str, str]) -> None:
    with Talk("--plain", env=env) as talk:
        talk.until("\nyou: ")
        talk.line("repeat: the harbour of Oran")
        talk.line("/new")
        talk.line("repeat: something else")
        assert "No conversation holds that." in talk.line("/sessions zeppelin")
        found = talk.line("/sessions harbour", CHOICE)
        assert "something else" not in found
        talk.line("1", "\nyou: repeat: the harbour of Oran\n")


@pytest.mark.pty
def test_the_theme_of_the_full_screen_is_a_numbered_choice_too(env: dict[str, str], tmp_path: Path) -> None:
    with Talk("--plain", env=env) as talk:
        talk.until("\nyou: ")
        rows = [line.split() for line in talk.line("/theme", CHOICE).splitlines() if line.startswith("  ")]
        number = next(number for number, name in rows if name == "light")
        assert "opens in light" in talk.line(number)
        assert "There is no theme mauve" in talk.line("/theme mauve")
    assert 'theme = "light"' in (tmp_path / "config.toml").read_text()


@pytest.mark.pty
def test_sentences_come_one_after_the_other_not_letter_by_letter(tmp_path: Path) -> None:
    with Demo(chunks_per_second=60) as slow, Talk("--plain", env=environment(slow, tmp_path)) as talk:
        talk.until("\nyou: ")
        talk.terminal.send("repeat: " + "This is a sentence. " * 8, "enter")
        talk.until("local: ")
        seen = {""}
        while "\n" not in (text := talk.terminal.raw.decode().rpartition("local: ")[2]):
            seen.add(text.rstrip())  # half of a line's end may have come
            talk.terminal.pump(0.2)
        assert len(seen) > 3
        assert all(text.endswith(".") for text in seen if text), seen

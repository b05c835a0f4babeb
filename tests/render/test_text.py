"""Untrusted text cannot steer the terminal, and a growing answer is cut the same however it arrives."""

from __future__ import annotations

import time
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from hybridchat.render.text import Splitter, neutralise, one_line, written

ANY = st.text(st.characters(), max_size=200)
MARKDOWN = st.lists(
    st.sampled_from(
        [
            "word ",
            "\n",
            "\n\n",
            "```\n",
            "```python\n",
            "~~~\n",
            "- item\n",
            "1. one\n",
            "    deep\n",
            "| a | b |\n",
            "|---|---|\n",
            "> q\n",
            "x" * 450,
        ]
    ),
    max_size=80,
).map("".join)


@given(ANY)
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    for clean in (neutralise(text), written(text)):
        assert all(c in "\t\n" or unicodedata.category(c) not in {"Cc", "Cs"} for c in clean)
        assert not set(clean) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@given(ANY)
def test_neutral_text_is_left_alone(text: str) -> None:
    assert neutralise(neutralise(text)) == neutralise(text)
    assert written(neutralise(text)) == neutralise(text)


def test_an_escape_is_seen_not_obeyed() -> None:
    assert neutralise("\x1b[2Jgone\x07\r\nnext\rline") == "␛[2Jgone␇\nnext\nline"
    assert written("\x1b[2Jgone\x07") == "[2Jgone"


def test_cleaning_a_megabyte_of_controls_is_quick() -> None:
    began = time.perf_counter()
    neutralise("\x1b[31mred\u202e" * 120_000)
    assert time.perf_counter() - began < 2


@given(MARKDOWN, st.lists(st.integers(1, 40), min_size=1, max_size=20))
def test_chunks_do_not_depend_on_how_the_text_arrived(text: str, steps: list[int]) -> None:
    once = Splitter()
    whole = once.advance(text)
    grown = Splitter()
    pieces, at, n = [], 0, 0
    while at < len(text):
        at += steps[n % len(steps)]
        n += 1
        pieces += grown.advance(text[:at])
    assert pieces == whole
    assert grown.tail(text) == once.tail(text)


@given(MARKDOWN)
def test_chunks_and_tail_hold_every_character_once(text: str) -> None:
    splitter = Splitter()
    chunks = [*splitter.advance(text), splitter.tail(text)]
    assert "".join(text[c.start : c.end] for c in chunks) == text


def test_a_long_fence_is_cut_into_fences() -> None:
    text = "```python\n" + "x = 1\n" * 2_000
    chunks = Splitter().advance(text)
    assert len(chunks) >= 2
    assert all(c.of(text).startswith("```python\n") and c.of(text).endswith("```") for c in chunks)


def test_one_line_is_short_and_flat() -> None:
    assert one_line("a\n\tb  c", 10) == "a b c"
    assert one_line("x" * 50, 10) == "x" * 9 + "…"

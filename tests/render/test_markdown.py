"""Answers are painted whole, in width, and the same whether they streamed or not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from hybridchat.render.markdown import Painter, lines, plain, prose
from hybridchat.render.palette import Palette
from hybridchat.render.rows import Line
from hybridchat.render.text import neutralise
from tests.render.test_text import MARKDOWN

PALETTE = Palette()
AWKWARD = {
    "a line of 100,000 characters": "a" * 100_000,
    "an unclosed fence": "```python\n" + "x = 1\n" * 3_000,
    "lists nested 50 deep": "".join("  " * n + "- item\n" for n in range(50)),
    "quotes nested 500 deep": ">" * 500 + " text",
    "a malformed table": "| a | b\n|--|--|--|\n| 1 |\n|||||\n" * 50,
    "only brackets": "[" * 12_000,
    "images never closed": "![" * 3_000,
    "stars": "*a " * 5_000,
    "HTML": "<div onclick='x'>" * 800,
    "a table of 3,000 rows": "|a|b|\n|--|--|\n" + "|1|2|\n" * 3_000,
    "wide letters": "漢字かな交じり文" * 500,
    "emoji": "👩‍👩‍👧‍👦🇵🇹 " * 300,
    "right to left": "שלום עולם " * 300,
    "controls": "\x1b[2J\x9b31m\u202e" * 500,
}


def text_of(rows: list[Line]) -> str:
    return "\n".join("".join(s.text for s in row) for row in rows)


def widest(rows: list[Line]) -> int:
    return max((sum(cell_len(s.text) for s in row) for row in rows), default=0)


@pytest.mark.parametrize("name", AWKWARD)
@pytest.mark.parametrize("width", [10, 20, 76])
def test_awkward_answers_neither_crash_nor_take_long_nor_overflow(name: str, width: int) -> None:
    began = time.process_time()
    rows = lines(AWKWARD[name], width, PALETTE)
    assert time.process_time() - began < 3
    assert rows
    assert widest(rows) <= width
    assert "\x1b" not in text_of(rows)


@pytest.mark.parametrize(("deep", "count"), [("lists nested 50 deep", 100), ("quotes nested 500 deep", 2)])
def test_what_is_nested_too_deep_is_shown_as_written_and_the_rest_keeps_its_form(deep: str, count: int) -> None:
    text = f"# Above\n\n{AWKWARD[deep]}\n\nBelow **bold**.\n\n{AWKWARD[deep]}\n\n1. one\n\n```py\nx = 1\n```\n"
    rows = [text_of([row]) for row in lines(text, 600, PALETTE)]
    assert rows[0] == "Above"
    assert "Below bold." in rows
    assert not any("```" in row for row in rows)
    last = AWKWARD[deep].rstrip("\n").split("\n")[-1].strip()
    assert [row.strip() for row in rows].count(last) == count


def test_a_text_made_of_such_lists_takes_no_longer() -> None:
    text = f"{AWKWARD['lists nested 50 deep']}\nword\n\n" * 7
    began = time.process_time()
    rows = lines(text, 200, PALETTE)
    assert time.process_time() - began < 3
    assert text_of(rows).count("- item") == 350
    assert text_of(rows).count("word") == 7


@given(MARKDOWN, st.integers(1, 60))
@settings(max_examples=40, deadline=None)
def test_streamed_and_whole_look_the_same_in_the_end(text: str, step: int) -> None:
    painter = Painter(60, PALETTE)
    clean = neutralise(text)
    for at in range(step, len(clean), max(step, len(clean) // 6 + 1)):
        painter.paint(clean[:at])
    assert painter.finish(clean) == lines(text, 60, PALETTE)


def test_a_long_answer_streamed_equals_the_same_answer_opened_later() -> None:
    text = "".join(f"Paragraph {n} with some words.\n\n- a\n- b\n\n```py\nx = {n}\n```\n\n" for n in range(600))
    assert len(text) > 20_000
    painter = Painter(60, PALETTE)
    for at in range(0, len(text), 3_000):
        painter.paint(text[:at])
    assert painter.finish(text) == lines(text, 60, PALETTE)


def test_settled_lines_never_change_while_the_answer_grows() -> None:
    text = "".join(f"Paragraph {n} has a few words in it, and then some more of them.\n\n" for n in range(60))
    painter = Painter(60, PALETTE)
    before: list[Line] = []
    for at in range(50, len(text), 50):
        rows, stable = painter.paint(text[:at])
        assert rows[: len(before)] == before
        before = rows[:stable]
    assert len(before) > 40


def test_html_is_text_to_be_read() -> None:
    assert "<b>hi</b>" in text_of(lines("say <b>hi</b>\n\n<div>\n\nend", 60, PALETTE))


def test_a_link_shows_where_it_leads() -> None:
    assert "the site (https://e.example/x)" in text_of(lines("see [the site](https://e.example/x)", 60, PALETTE))


def test_a_bare_address_is_not_said_twice() -> None:
    assert text_of(lines("<https://e.example>", 60, PALETTE)).count("e.example") == 1


def test_a_placeholder_is_plain_text() -> None:
    assert "<EMAIL_1>" in text_of(lines("write to <EMAIL_1> now", 60, PALETTE))


def test_code_keeps_every_space_and_blank_line() -> None:
    rows = text_of(lines("```python\ndef f():\n\n    return  1\n```", 40, PALETTE)).split("\n")
    assert [row.rstrip() for row in rows] == [" def f():", "", "     return  1"]


def test_a_list_keeps_its_numbers() -> None:
    assert text_of(lines("7. seven\n8. eight", 40, PALETTE)) == " 7. seven\n 8. eight"


def test_plain_text_is_wrapped_hard_and_prose_between_words() -> None:
    assert text_of(plain("abcdef", 4)) == "abcd\nef"
    assert text_of(prose("several words go here\n  indented", 16)).split("\n")[-1] == "  indented"


def test_cost_of_a_repaint_does_not_grow_with_what_is_settled() -> None:
    rendered: list[int] = []
    painter = Painter(60, PALETTE)
    paragraph = "Some words of an answer that goes on for a while. " * 10 + "\n\n"
    text = ""
    for _ in range(60):
        text += paragraph
        painter.paint(text)
        tail = painter._splitter.tail(text)
        rendered.append(tail.end - tail.start)
    assert max(rendered) <= 2 * len(paragraph)


def test_the_bar_of_a_quote_is_upright() -> None:
    row = lines("> said", 40, PALETTE)[0]
    assert row[0].text == "▌ "
    assert not (row[0].style and row[0].style.italic)
    assert any(s.style and s.style.italic for s in row[1:])

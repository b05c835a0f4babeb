"""Rows know what was written: put together again they say it, however narrow the window was."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from hybridchat.render.code import code_lines
from hybridchat.render.palette import Palette
from hybridchat.render.rows import Line, plain_rows, prose_rows
from hybridchat.render.text import written

PIECES = [
    "a",
    "word ",
    " ",
    "  ",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "漢字",
    "é",
    "👩‍👦",
    "שלום ",
    "x" * 30,
    "\x1b[31m",
    "\x9b",
    "\u202e",
    "\u2028",
]
TEXT = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


def shown(row: Line) -> str:
    return "".join(segment.text for segment in row)


def together(rows: list[Line]) -> str:
    said = [shown(row) if row.said is None else row.said for row in rows]
    return "".join(f"{row.joint}{text}" if nth else text for nth, (row, text) in enumerate(zip(rows, said, strict=True)))


@given(TEXT | st.text(max_size=80), st.integers(3, 40))
def test_rows_put_together_say_what_was_written_less_control_characters(text: str, width: int) -> None:
    for made in (prose_rows, plain_rows):
        assert together(made(text, width)) == written(text)


@given(TEXT, st.integers(3, 40))
def test_no_row_is_wider_than_the_window_or_steers_the_terminal(text: str, width: int) -> None:
    for made in (prose_rows, plain_rows):
        rows = [shown(row) for row in made(text, width)]
        assert all(cell_len(row) <= width for row in rows)
        assert not set("".join(rows)) & set("\x1b\x9b\u202e\t\r\n\u2028")


PARTS = ["def f():", "    x = 1  # long " + "y" * 40, "", "  ", "漢字 = 'é'", "</div>", '"""', "end  ", "\tif x:\t# tabs"]
CODE = st.lists(st.sampled_from(PARTS), max_size=12).map(lambda lines: "\n".join([*lines, "end"]))


@given(CODE, st.integers(6, 40), st.sampled_from(["", "python", "html", "nonsense"]))
def test_rows_of_code_put_together_are_the_code(code: str, width: int, language: str) -> None:
    rows = code_lines(code, language, width, Palette())
    assert together(rows) == code
    assert all(cell_len(shown(row)) == width for row in rows)


@pytest.mark.parametrize(
    "text",
    ["a" * 400_000, "word " * 80_000, "\t" * 50_000, "漢字 " * 40_000, "\x1b[31m" * 40_000, "\n" * 100_000],
    ids=["one word", "words", "tabs", "wide letters", "colours", "line ends"],
)
def test_wrapping_takes_time_in_proportion_to_the_text(text: str) -> None:
    def seconds(part: str) -> float:
        began = time.process_time()
        for made in (prose_rows, plain_rows):
            made(part, 76)
        return time.process_time() - began

    # ten times the text: twenty times the time is noise, a hundred times would be quadratic; what collects garbage
    # in between is at work in one try, not in all of three
    assert any(seconds(text) < 20 * seconds(text[: len(text) // 10]) + 0.2 for _ in range(3))

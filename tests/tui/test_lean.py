"""What is written to the terminal in fewer bytes shows the same."""

from __future__ import annotations

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridchat.tui.lean import Lean

COLOURS = ("31", "97", "38;2;213;216;223", "38;5;120", "39", "42", "103", "48;2;20;22;26", "48;2;28;31;37", "48;5;9")
ATTRIBUTES = ("1", "3", "4", "7", "9")
_styles = st.tuples(
    st.lists(st.sampled_from(ATTRIBUTES), max_size=2, unique=True),
    st.sampled_from(["", *COLOURS[:5]]),
    st.sampled_from(["", *COLOURS[5:]]),
).map(lambda parts: ";".join(filter(None, (*parts[0], *parts[1:]))))
_texts = st.text("ab é─", min_size=1, max_size=4) | st.integers(10, 16).map(lambda cells: " " * cells)
_runs = st.tuples(_styles, _texts).map(lambda run: f"\x1b[{run[0]}m{run[1]}\x1b[0m" if run[0] else run[1])
_moves = st.tuples(st.integers(1, 5), st.integers(1, 18)).map(lambda at: f"\x1b[{at[0]};{at[1]}H")
_others = st.sampled_from(
    ["\r\n", "\x1b[2J", "\x1b[K", "\x1b[?2026h", "\x1b[?2026l", "\x1b[0m", "\x1b[1;31mopen", "\x1b[22m", "\x1b[0;4mnew"]
)


WIDE = 300
"""Cells across, more than any of these lines has: a screen never writes past its edge."""


def shown(data: str, columns: int = WIDE) -> list[list[object]]:
    screen = pyte.Screen(columns, 6)
    pyte.Stream(screen).feed(data)
    return [[screen.buffer[y][x] for x in range(columns)] for y in range(6)]


@settings(deadline=None, max_examples=200)
@given(st.lists(st.lists(_runs | _moves | _others, max_size=8), max_size=2))
def test_the_screen_is_the_same(frames: list[list[str]]) -> None:
    """Letters, colours and attributes, frame after frame, also where one ends in the middle of a style."""
    writer, plain, short = Lean(erases=True), "", ""
    for frame in frames:
        plain += "".join(frame)
        short += writer.shortened("".join(frame))
        assert shown(short + "x") == shown(plain + "x")


def test_a_line_of_code_takes_half_the_bytes() -> None:
    ground = "48;2;28;31;37"
    words = ("if", " x > ", "8", ": y = ", '"some"', "  ", "# why")
    line = "".join(f"\x1b[38;2;{100 + 20 * n};16;22;{ground}m{word}\x1b[0m" for n, word in enumerate(words))
    assert len(Lean().shortened(line)) < 0.65 * len(line)


def test_a_row_that_is_blank_up_to_the_edge_is_the_same_and_shorter() -> None:
    rows = "".join(f"\x1b[{row};1H\x1b[48;2;28;31;37mcode{' ' * 16}\x1b[0m\r\n" for row in (1, 2, 3)) + "\x1b[5;1Hend"
    short = Lean(erases=True).shortened(rows)
    assert shown(short, 20) == shown(rows, 20)
    assert len(short) < 0.7 * len(rows)


def test_blanks_in_a_title_stay_blanks() -> None:
    title = f"\x1b]0;a{' ' * 20}b\x07"
    assert Lean(erases=True).shortened(title) == title


def test_what_no_style_has_stays_as_it_is() -> None:
    for data in ("", "plain", "\x1b[>4;1m", "\x1b]8;;https://a.example\x1b\\link\x1b]8;;\x1b\\", "\x1b[?1049h\x1b[?25l"):
        assert Lean(erases=True).shortened(data) == data

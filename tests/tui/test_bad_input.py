"""Answers that no model should write: each is shown whole and harmless, and costs no more as it grows."""

from __future__ import annotations

import time

import pytest
from textual.geometry import Offset
from textual.selection import Selection

from hybridchat.conversation import Ending
from hybridchat.events import Ended, Said
from hybridchat.render.palette import Palette
from hybridchat.tui.paint import BlockPainter
from hybridchat.tui.strips import selected
from hybridchat.tui.thread import Block, Kind
from tests.support.screen import frame, until
from tests.tui.test_reading import laid_out, taken
from tests.tui.test_transcript import MODEL, begin, stage

BAD = {
    "control sequences": "\x1b[2J\x1b[31mred\x07\x00\x7f " * 800,
    "C1 controls": "\x9b31m\x90q\x9c\x85 " * 800,
    "titles and clipboards": "\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b]8;;https://e.example\x1b\\x\x1b]8;;\x1b\\ " * 300,
    "bidi overrides": "\u202eabc\u202c \u2066def\u2069 \u200f" * 800,
    "entities": "&#27;[2J &#x202e; &#x9b; &#x2067; &#13; " * 400,
    "a line of 100,000 characters": "abcdefghi " * 10_000,
    "a word of 100,000 characters": "a" * 100_000,
    "30,000 wide letters in a line": "漢字" * 15_000,
    "an unclosed fence": "```python\n" + "x = 'text'  # a comment\n" * 1_000,
    "lists nested 50 deep": "".join("  " * n + "- item\n" for n in range(50)) * 4,
    "numbers nested 50 deep": "".join("   " * n + "1. item\n" for n in range(50)) * 4,
    "quotes nested 500 deep": (">" * 500 + " text\n") * 20,
    "malformed tables": "| a | b\n|--|--|--|\n| 1 |\n|||||\n\n| x |\n|--\n\n|\n|-|\n" * 60,
    "a table of 1,500 rows": "|name|value|\n|--|--|\n" + "|some|words|\n" * 1_500,
    "a table of 200 columns": "|" + "a|" * 200 + "\n|" + "--|" * 200 + "\n|" + "b|" * 200,
    "HTML": "<script>alert(1)</script><div onclick='x'><b>bold</b>&nbsp;\n" * 400,
    "brackets": "[![" * 4_000,
    "stars and ticks": "*a_b`c " * 3_000,
    "backslashes": "\\" * 20_000,
    "surrogates and blanks": "\ud800\u2028\u2029\u00a0\u200b\ufeff " * 500,
}
FORBIDDEN = {*map(chr, range(32)), *map(chr, range(0x7F, 0xA0)), *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067"} - {"\n"}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_answer_is_painted_harmlessly_while_it_comes_and_at_its_end(name: str) -> None:
    text = BAD[name]
    async with stage((80, 24)) as (pilot, transcript):
        begin(transcript)
        for at in range(0, len(text), len(text) // 4 + 1):
            transcript.show(Said("t", "a", text[at : at + len(text) // 4 + 1]))
            transcript.paint()
            assert not set(frame(pilot.app)) & FORBIDDEN
        transcript.show(Ended("t", "a", Ending.COMPLETE, *MODEL[::2]))
        await until(pilot, lambda: not transcript.thread.live and transcript.thread.take_changes() is None)
        everything = [strip.text for strip in transcript.rows.strips(0)]
        assert not set("".join(everything)) & FORBIDDEN
        await pilot.resize_terminal(10, 5)
        await pilot.resize_terminal(80, 24)
        selection = Selection(Offset(0, 0), Offset(500, transcript.rows.total))
        assert not set(selected(transcript.rows.row, transcript.rows.total, selection)) & FORBIDDEN - {"\t"}


def test_what_is_no_markdown_is_still_read() -> None:
    text = "say <b>hi</b> <img src=x onerror=y>\n\n<div>\n\n| a | b\n| 1 |\n\nend"
    shown = "\n".join(s.text for s in laid_out(Block(Kind.ANSWER, text, "head"), 80).strips(0))
    for word in ("<b>hi</b>", "<img src=x onerror=y>", "<div>", "| a | b", "| 1 |", "end"):
        assert word in shown
    deep = "".join("  " * n + f"- item {n}\n" for n in range(50))
    rows = laid_out(Block(Kind.ANSWER, deep, "head"), 60)
    assert taken(rows, 1, rows.total - 2) == deep.rstrip("\n")


GROWING = [name for name in BAD if name.startswith(("a ", "an ", "30,", "HTML", "lists", "brackets", "control", "malformed"))]


@pytest.mark.parametrize("name", GROWING)
def test_each_repaint_of_a_growing_bad_answer_costs_about_the_same(name: str) -> None:
    """Twice the text, twice the sum: a repaint whose cost grew with what stands already would make it four times as much."""
    text = (BAD[name] * (32_000 // len(BAD[name]) + 1))[:32_000]

    def seconds(length: int) -> float:
        block = Block(Kind.ANSWER, "", "head", live=True)
        painter = BlockPainter(block, 80, Palette())
        began = time.process_time()
        for at in range(1_500, length + 1, 1_500):
            block.text = text[:at]
            painter.strips()
        return time.process_time() - began

    seconds(4_000)
    tries = [(seconds(len(text) // 2), seconds(len(text)))]
    while tries[-1][1] >= 3.2 * tries[-1][0] + 0.2 and len(tries) < 3:
        # what collects garbage in between is at work in one try, not in all
        tries.append((seconds(len(text) // 2), seconds(len(text))))
    half, whole = tries[-1]
    assert whole < 3.2 * half + 0.2
    assert whole / (len(text) / 1_500) < 0.15, "seconds for one repaint"

"""What somebody reads can be taken along as it was written, links are seen before they are followed, thoughts unfold."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.style import Style
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.selection import Selection

from hybridchat.render.palette import Palette
from hybridchat.render.text import written
from hybridchat.tui.rows import Rows
from hybridchat.tui.strips import isolated, marked, selected
from hybridchat.tui.thread import Block, Kind
from tests.render.test_rows import CODE, TEXT
from tests.support.screen import frame, shows, until
from tests.support.scripted import Line, ScriptedChat
from tests.tui.test_chat_screen import ask, notices, running, screen
from tests.tui.test_transcript import stage, turn


def laid_out(block: Block, width: int) -> Rows:
    rows = Rows([block], Palette())
    rows.resize(width)
    rows.measure(0)
    return rows


def taken(rows: Rows, first: int, last: int) -> str:
    """What a selection of whole rows gives, from the beginning of the first to the end of the last."""
    return selected(rows.row, rows.total, Selection(Offset(0, first), Offset(500, last)))


@given(TEXT, st.integers(12, 120))
def test_a_question_selected_line_by_line_is_what_was_written_less_control_characters(text: str, width: int) -> None:
    rows = laid_out(Block(Kind.YOU, text, "you"), width)
    if text:
        assert taken(rows, 1, rows.total - 2) == written(text)


@given(CODE, st.integers(30, 120), st.sampled_from(["", "python"]))
@settings(deadline=None)
def test_code_selected_line_by_line_is_what_was_written(code: str, width: int, language: str) -> None:
    rows = laid_out(Block(Kind.ANSWER, f"```{language}\n{code}\n```", "head"), width)
    assert taken(rows, 1, rows.total - 2) == code


SIGNED = st.text(st.sampled_from("ab \x00\x07\x1b\x7f\x9b\u202e␛␀"), max_size=60)


@given(SIGNED, st.integers(0, 12), st.integers(24, 60))
@settings(deadline=None)
def test_what_the_mouse_selects_is_what_was_written_less_control_characters(text: str, at: int, width: int) -> None:
    """Also of an answer, whole and a part of a row; a picture of a control character that was written as such stays."""
    for block in (
        Block(Kind.YOU, text, "you"),
        Block(Kind.ANSWER, f"```\n{text}\n```", "head"),
        Block(Kind.ANSWER, text, "head"),
    ):
        rows = laid_out(block, width)
        said = taken(rows, 1, rows.total - 2)
        if block.text != text:
            assert said == written(text)
        assert "".join(said.split()) == "".join(written(text).split())
        for n in range(1, rows.total - 1):
            part = selected(rows.row, rows.total, Selection(Offset(at, n), Offset(at + 9, n)))
            assert set(part) <= {*written(text), " "}


def test_an_answer_in_which_a_picture_comes_after_a_control_character_is_told_by_what_was_written() -> None:
    block = Block(Kind.ANSWER, "", "head", live=True)
    rows = laid_out(block, 40)
    for piece in ("one \x1b[1m", "two\n\nthree ␛ four"):
        block.text += piece
        rows.changed(0)
        rows.measure(0)
        assert taken(rows, 1, rows.total - 2) == written(block.text).strip()


def test_a_paragraph_that_the_window_broke_is_one_line_again() -> None:
    said = "Some **bold** words that go on for rather longer than the window is wide, and `code` too. " * 3
    rows = laid_out(
        Block(Kind.ANSWER, f"{said}\n\n- an item that is broken as well, being longer than one row can be", "head"), 40
    )
    shown = said.replace("**", "").replace("`", "").strip()
    assert taken(rows, 1, rows.total - 2) == f"{shown}\n\n • an item that is broken as well, being longer than one row can be"


def test_part_of_a_row_is_what_is_seen_there() -> None:
    rows = laid_out(Block(Kind.YOU, "漢字 and words", "you"), 40)
    assert selected(rows.row, rows.total, Selection(Offset(6, 1), Offset(9, 1))) == "and"
    strip = rows.row(1)
    assert strip is not None
    lit = marked(strip, (6, 9), Style(reverse=True))
    assert [s.text for s in lit if s.style and s.style.reverse] == ["and"], "wide letters take two cells"


def test_text_from_right_to_left_is_set_apart_and_copied_without_the_marks() -> None:
    rows = laid_out(Block(Kind.YOU, "שלום עולם", "you"), 40)
    strip = rows.row(1)
    assert strip is not None
    assert strip.text == "   \u2068שלום עולם\u2069"
    assert strip.cell_length == 3 + 9
    assert taken(rows, 1, 1) == "שלום עולם"
    plain = rows.row(0)
    assert plain is not None
    assert "\u2068" not in plain.text
    assert isolated([]) == []


async def drag(pilot: Pilot[None], start: Offset, end: Offset) -> None:
    await pilot.mouse_down(None, offset=start)
    await pilot.hover(None, offset=end)
    await pilot.mouse_up(None, offset=end)


async def test_a_selection_with_the_mouse_is_copied_as_it_was_written_and_moves_nothing() -> None:
    said = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    chat = ScriptedChat([Line(pieces=(said,)), Line(pieces=("more\n\n" * 30,))])
    async with running(chat) as pilot:
        await ask(pilot, "count")
        await shows(pilot, "sixteen")
        rows = frame(pilot.app).split("\n")
        first = next(n for n, row in enumerate(rows) if "one two" in row)
        await drag(pilot, Offset(0, first), Offset(70, first + 1))
        assert frame(pilot.app).split("\n")[first][3:] == rows[first][3:], "the view stays where it was"
        await until(pilot, lambda: screen(pilot).get_selected_text())
        await pilot.press("ctrl+c")
        await until(pilot, lambda: pilot.app.clipboard == said)


async def test_a_click_stands_on_the_message_that_was_clicked() -> None:
    async with stage((60, 40)) as (pilot, transcript):
        transcript.load([turn(n) for n in range(3)])
        await pilot.pause()
        row = next(n for n, line in enumerate(frame(pilot.app).split("\n")) if "question 1" in line)
        await pilot.click(transcript, offset=(10, row))
        await until(pilot, lambda: transcript.current is not None)
        assert transcript.current is not None
        assert transcript.current.text == "question 1"


async def test_a_link_is_shown_first_by_key_and_by_click() -> None:
    chat = ScriptedChat([Line(pieces=("see [the first](https://one.example/x) and https://two.example",))])
    async with running(chat) as pilot:
        await ask(pilot, "links?")
        await shows(pilot, "see the first")
        await pilot.press("shift+tab", "enter", "o")
        await until(pilot, lambda: any("https://one.example/x" in said for said in notices(pilot)))
        await pilot.press("o")
        await until(pilot, lambda: any(said.startswith("https://two.example") for said in notices(pilot)))
        pilot.app.clear_notifications()
        y = next(n for n, line in enumerate(frame(pilot.app).split("\n")) if "see the first" in line)
        await pilot.click(None, offset=(frame(pilot.app).split("\n")[y].index("first"), y))
        await until(pilot, lambda: any("https://one.example/x" in said for said in notices(pilot)))


async def test_a_message_without_links_says_so_and_a_very_long_address_is_not_opened() -> None:
    long = "https://e.example/" + "a" * 400
    async with running(ScriptedChat([Line(pieces=("none",)), Line(pieces=(f"[here]({long})",))])) as pilot:
        await ask(pilot, "links?")
        await shows(pilot, "none")
        await pilot.press("shift+tab", "o")
        await until(pilot, lambda: "There is no link in this message." in notices(pilot))
        await pilot.press("escape")
        await ask(pilot, "and now?")
        await until(pilot, lambda: "here" in frame(pilot.app) and not screen(pilot).exchange.running)
        await pilot.press("shift+tab", "o", "enter")
        await until(pilot, lambda: pilot.app.clipboard == long)
        assert any("only copied, not opened" in block.text for block in screen(pilot).thread.blocks)


async def test_thoughts_are_folded_and_unfold_by_key_and_by_click() -> None:
    async with stage((60, 30)) as (pilot, transcript):
        transcript.load([turn(0), turn(1)])
        block = transcript.thread.blocks[1]
        block.thinking = "First I wonder.\nThen I know."
        transcript.rows.again(1)
        transcript.focus()
        await pilot.press("up", "up", "up", "up")
        transcript.cursor = 1
        assert "I wonder" not in frame(pilot.app)
        await pilot.press("t")
        await until(pilot, lambda: "┊ First I wonder." in frame(pilot.app))
        assert "▾ thought for 6 words" in frame(pilot.app)
        y = next(n for n, line in enumerate(frame(pilot.app).split("\n")) if "thought for" in line)
        await pilot.click(transcript, offset=(8, y))
        await until(pilot, lambda: "▸ thought for 6 words" in frame(pilot.app) and "I wonder" not in frame(pilot.app))


async def test_the_next_code_block_is_copied_round_the_end() -> None:
    async with stage((60, 30)) as (pilot, transcript):
        transcript.load([turn(0, "```\none\n```\n\n```py\ntwo\n```")])
        transcript.focus()
        await pilot.press("end", "up", "u", "u", "u")
        await until(pilot, lambda: len(pilot.app.copied) == 3)  # type: ignore[attr-defined]
        assert pilot.app.copied == ["one", "two", "one"]  # type: ignore[attr-defined]

"""The line-painted transcript: follows, stays, copies, and does no work twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.selection import Selection

from hybridchat.conversation import Attempt, Ending, Turn
from hybridchat.enclosed import Enclosed, enclose
from hybridchat.events import Asked, Ended, HandedOver, Said
from hybridchat.facts import Locality
from hybridchat.render.palette import Palette
from hybridchat.render.text import written
from hybridchat.tui.messages import Copied
from hybridchat.tui.paint import BlockPainter
from hybridchat.tui.thread import Block, Kind, Thread
from hybridchat.tui.transcript import Transcript
from tests.support.screen import frame, until

MODEL = ("ollama:llama3.2", "127.0.0.1:11434", Locality.ON_DEVICE)


class Stage(App[None]):
    """Nothing but a transcript."""

    def __init__(self) -> None:
        super().__init__()
        self.transcript = Transcript(Thread(), Palette())
        self.copied: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.transcript

    def on_transcript_copied(self, message: Copied) -> None:
        self.copied.append(message.text)


@asynccontextmanager
async def stage(size: tuple[int, int] = (60, 12)) -> AsyncIterator[tuple[Pilot[None], Transcript]]:
    app = Stage()
    async with app.run_test(size=size) as pilot:
        yield pilot, app.transcript


def turn(n: int, answer: str = "An answer of one line.") -> Turn:
    attempt = Attempt(f"a{n}", f"t{n}", *MODEL, text=answer, ending=Ending.COMPLETE)
    return Turn(f"t{n}", "s", None, f"question {n}", 0.0, Ending.COMPLETE, (attempt,))


def begin(transcript: Transcript) -> None:
    transcript.show(HandedOver("t", "a", *MODEL))


def text_of(pilot: Pilot[None]) -> list[str]:
    """The screen without the scrollbar's column."""
    return [row[:59].rstrip() for row in frame(pilot.app).split("\n")]


def at_end(transcript: Transcript) -> bool:
    return transcript.scroll_offset.y == transcript.max_scroll_y


async def test_a_growing_answer_is_followed() -> None:
    async with stage() as (pilot, transcript):
        begin(transcript)
        for n in range(40):
            transcript.show(Said("t", "a", f"line {n}\n\n"))
        await until(pilot, lambda: "line 39" in frame(pilot.app))
        assert at_end(transcript)


async def test_reading_above_is_left_alone_until_end_is_pressed() -> None:
    async with stage() as (pilot, transcript):
        transcript.load([turn(n) for n in range(30)])
        transcript.focus()
        transcript.scroll_to(y=20, animate=False)
        await pilot.pause()
        before = text_of(pilot)
        begin(transcript)
        transcript.show(Said("t", "a", "new words\n\n" * 30))
        await until(pilot, lambda: transcript.virtual_size.height > 200)
        assert text_of(pilot) == before
        await pilot.press("end")
        await until(pilot, lambda: "new words" in frame(pilot.app))
        transcript.show(Said("t", "a", "and the last"))
        await until(pilot, lambda: "and the last" in frame(pilot.app))


async def test_many_pieces_are_painted_few_times() -> None:
    async with stage() as (pilot, transcript):
        begin(transcript)
        await until(pilot, lambda: transcript.repaints)
        before = transcript.repaints
        for n in range(2_000):
            transcript.show(Said("t", "a", f"word{n} "))
        await until(pilot, lambda: "word1999" in frame(pilot.app))
        assert transcript.repaints - before <= 3


async def test_history_is_not_rendered_again_for_a_growing_answer() -> None:
    async with stage() as (pilot, transcript):
        transcript.load([turn(n) for n in range(100)])
        await until(pilot, lambda: transcript.rows.exact == len(transcript.rows))
        kept = [transcript.rows.strips(n) for n in range(len(transcript.rows))]
        begin(transcript)
        transcript.show(Said("t", "a", "more"))
        await until(pilot, lambda: "more" in frame(pilot.app))
        assert all(transcript.rows.strips(n) is strips for n, strips in enumerate(kept))


async def test_a_growing_answer_is_moved_up_some_lines_at_a_time() -> None:
    async with stage() as (pilot, transcript):
        begin(transcript)
        tops: list[int] = []
        for n in range(60):
            transcript.show(Said("t", "a", f"line {n}  \n"))
            transcript.paint()
            tops.append(transcript.scroll_offset.y)
        assert len(set(tops)) <= 60 / 3 + 1
        transcript.show(Ended("t", "a", Ending.COMPLETE))
        await until(pilot, lambda: not transcript.thread.live and transcript.thread.take_changes() is None)
        assert "line 59" in frame(pilot.app)
        assert at_end(transcript)


async def test_older_turns_come_above_and_move_nothing() -> None:
    async with stage() as (pilot, transcript):
        every = [turn(n, f"answer {n}\n\nwith two parts") for n in range(200)]
        transcript.load(every[150:])
        transcript.scroll_to(y=30, animate=False)
        await pilot.pause()
        before = text_of(pilot)
        transcript.prepend(every[:150])
        await until(pilot, lambda: transcript.rows.exact == len(transcript.rows))
        assert text_of(pilot) == before
        transcript.scroll_to(y=0, animate=False)
        await until(pilot, lambda: "question 0" in frame(pilot.app))
        transcript.action_end()
        await until(pilot, lambda: "answer 199" in frame(pilot.app))


async def test_older_turns_leave_the_end_in_sight() -> None:
    async with stage() as (pilot, transcript):
        every = [turn(n) for n in range(100)]
        transcript.load(every[60:])
        transcript.prepend(every[:60])
        await until(pilot, lambda: transcript.rows.exact == len(transcript.rows))
        assert at_end(transcript)
        assert "question 99" in frame(pilot.app)


async def test_opening_a_long_conversation_renders_what_is_seen_first() -> None:
    async with stage() as (pilot, transcript):
        transcript.load([turn(n, "Some words. " * 20) for n in range(1_000)])
        assert transcript.rows.exact < 20
        assert at_end(transcript)
        await until(pilot, lambda: "question 999" in frame(pilot.app) or "Some words." in frame(pilot.app))


async def test_heights_become_exact_without_moving_what_is_read() -> None:
    async with stage() as (pilot, transcript):
        transcript.load([turn(n, "- item\n" * 7 + "\nSome words. " * 30) for n in range(60)])
        transcript.scroll_to(y=transcript.max_scroll_y - 40, animate=False)
        await pilot.pause()
        top = frame(pilot.app).split("\n")[0]
        await until(pilot, lambda: transcript.rows.exact == len(transcript.rows))
        assert frame(pilot.app).split("\n")[0] == top


async def test_a_resize_keeps_the_end_in_view() -> None:
    async with stage() as (pilot, transcript):
        transcript.load([turn(n, "Some words that will wrap differently. " * 4) for n in range(50)])
        for size in ((30, 12), (10, 5), (100, 30), (60, 12)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert at_end(transcript)


async def test_a_finished_answer_looks_as_if_it_had_been_opened() -> None:
    text = "# Title\n\n- a\n- b\n\n- c\n\n```py\nx = 1\n```\n\nThe end."
    async with stage((60, 30)) as (_, transcript):
        begin(transcript)
        for letter in text:
            transcript.show(Said("t", "a", letter))
            transcript.paint()
        transcript.show(Ended("t", "a", Ending.COMPLETE, *MODEL[::2]))
        transcript.paint()
        live = [s.text for s in transcript.rows.strips(0)][1:]
        block = Block(Kind.ANSWER, text, "head")
        assert live == [s.text for s in BlockPainter(block, transcript._width, Palette()).strips()][1:]


async def test_the_keyboard_walks_over_messages_and_copies_what_was_written() -> None:
    async with stage() as (pilot, transcript):
        transcript.load([turn(0, "**bold** and `code`\x1b[0m"), turn(1, "second")])
        transcript.focus()
        await pilot.press("up")
        assert transcript.current is not None
        assert transcript.current.text == "second"
        await pilot.press("up", "up", "y")
        await until(pilot, lambda: pilot.app.copied)  # type: ignore[attr-defined]
        assert pilot.app.copied == ["**bold** and `code`[0m"]  # type: ignore[attr-defined]
        assert "▌llama3.2" in frame(pilot.app)


@given(st.text(max_size=80))
def test_a_copy_is_what_was_written_less_control_characters(text: str) -> None:
    kept = "".join(c for c in text if c in written(text))
    assert all(c in text or c in "\n\ufffd" for c in written(text))
    replaced = sum(c in "\r\u2028\u2029" or "\ud800" <= c <= "\udfff" for c in text)
    assert written(text) == text or len(written(text)) <= len(kept) + replaced


async def test_a_selection_gives_the_text_on_the_screen() -> None:
    async with stage() as (pilot, transcript):
        transcript.load([turn(0, "first words here")])
        await pilot.pause()
        rows = frame(pilot.app).split("\n")
        y = next(n for n, row in enumerate(rows) if "first words" in row)
        x = rows[y].index("words")
        assert transcript.get_selection(Selection(Offset(x, y), Offset(x + 5, y))) == ("words", "\n")


@pytest.mark.parametrize("text", ["", "\n\n\n", "```", "|", "\t\t", "> " * 40])
async def test_odd_answers_are_painted(text: str) -> None:
    async with stage() as (pilot, transcript):
        begin(transcript)
        transcript.show(Said("t", "a", text))
        transcript.show(Ended("t", "a", Ending.COMPLETE, *MODEL[::2]))
        await until(pilot, lambda: "llama3.2" in frame(pilot.app))


async def test_an_idle_transcript_draws_nothing() -> None:
    async with stage() as (pilot, transcript):
        transcript.load([turn(0)])
        await until(pilot, lambda: transcript.rows.exact == len(transcript.rows))
        painted = transcript.repaints
        transcript.wake()
        assert transcript._clock is not None
        await until(pilot, lambda: not transcript._clock._active.is_set())
        assert transcript.repaints == painted


async def test_the_end_is_drawn_again_after_looking_further_up() -> None:
    async with stage() as (pilot, transcript):
        transcript.load([turn(n) for n in range(30)])
        await until(pilot, lambda: "question 29" in frame(pilot.app) and transcript.rows.settled)
        transcript.focus()
        await pilot.press("pageup", "pageup")
        await until(pilot, lambda: "question 29" not in frame(pilot.app))
        await pilot.press("end")
        await until(pilot, lambda: "question 29" in frame(pilot.app))


async def test_a_question_is_unfolded_before_it_was_ever_painted() -> None:
    question = enclose("Why?", [Enclosed("notes.md", "one\ntwo")])
    async with stage() as (pilot, transcript):
        transcript.show(Asked(replace(turn(1), question=question, attempts=())))
        transcript.unfold(len(transcript.thread.blocks) - 1)
        await until(pilot, lambda: "two" in frame(pilot.app))

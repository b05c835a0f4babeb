"""A long conversation is opened at its end and loaded as somebody goes up; all that speaks of the whole still does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from hybridchat.conversation import Attempt, Ending, Session, Turn
from hybridchat.demo import Demo
from hybridchat.facts import Locality
from hybridchat.tui.current import RECENT
from hybridchat.tui.rows import KEPT
from tests.support.screen import frame, shows, until
from tests.support.screens import Seat, seated

MANY = 120


def told(n: int, parent: str | None, session: str = "0" * 16) -> Turn:
    turn = f"{n:016x}"
    said = Attempt(
        f"{n + 10**6:016x}", turn, "ollama:llama3.2:3b", "127.0.0.1", Locality.ON_DEVICE, f"answer {n}", "", Ending.COMPLETE
    )
    return Turn(turn, session, parent, f"question {n}", 1e9 + n, Ending.COMPLETE, (said,), said.id)


@asynccontextmanager
async def opened(folder: Path, demo: Demo, many: int = MANY) -> AsyncIterator[Seat]:
    """A conversation of `many` turns, open."""
    async with seated(folder, demo, (100, 30)) as seat:
        turns = [told(n, f"{n - 1:016x}" if n else None) for n in range(many)]
        taken = seat.chat.store.intake.take(Session("0" * 16, "long", 1e9, 1e9), turns, origin="")
        await seat.screen.open_session(taken.id)
        yield seat


def questions(seat: Seat) -> list[str]:
    return [b.text for b in seat.screen.thread.blocks if b.kind == "you"]


def rows(seat: Seat) -> list[str]:
    """What is seen of the conversation; the panel beside it changes by itself."""
    return [line[:60].rstrip() for line in frame(seat.pilot.app).splitlines()[1:20]]


async def test_only_the_end_is_loaded_and_the_rest_comes_while_somebody_scrolls(tmp_path: Path, demo: Demo) -> None:
    async with opened(tmp_path, demo) as seat:
        assert questions(seat) == [f"question {n}" for n in range(MANY - RECENT, MANY)]
        transcript = seat.screen.transcript
        transcript.focus()
        sizes = {len(questions(seat))}
        while questions(seat)[0] != "question 0":
            loaded, at = len(questions(seat)), transcript.scroll_y
            await seat.pilot.press("pageup")
            await until(seat.pilot, lambda at=at, loaded=loaded: transcript.scroll_y < at or len(questions(seat)) > loaded)
            sizes.add(len(questions(seat)))
        assert questions(seat) == [f"question {n}" for n in range(MANY)]
        assert len(sizes) > 2
        assert len(transcript.rows._kept) <= KEPT


async def test_what_is_read_stays_in_place_when_older_turns_come(tmp_path: Path, demo: Demo) -> None:
    async with opened(tmp_path, demo) as seat:
        transcript = seat.screen.transcript
        transcript.scroll_to(y=90, animate=False)
        await seat.pilot.pause()
        # the composer and the panel beside it have nothing to do with it
        before = rows(seat)
        await seat.screen.above.more()
        await seat.pilot.pause()
        assert rows(seat) == before


async def test_home_goes_to_the_first_question_and_end_to_the_last_answer(tmp_path: Path, demo: Demo) -> None:
    async with opened(tmp_path, demo) as seat:
        seat.screen.transcript.focus()
        await seat.pilot.press("home")
        await until(seat.pilot, lambda: rows(seat)[2] == "   question 0")
        await seat.pilot.press("end")
        await shows(seat.pilot, f"answer {MANY - 1}")


async def test_the_keyboard_walks_up_into_what_was_not_loaded(tmp_path: Path, demo: Demo) -> None:
    async with opened(tmp_path, demo, RECENT + 10) as seat:
        seat.screen.transcript.focus()
        await seat.pilot.press("up")
        transcript = seat.screen.transcript

        def at_the_top() -> bool:
            transcript.action_step(-1)
            return transcript.current is not None and transcript.current.text == "question 0"

        await until(seat.pilot, at_the_top)


async def test_find_looks_through_all_of_it(tmp_path: Path, demo: Demo) -> None:
    async with opened(tmp_path, demo) as seat:
        await seat.pilot.press("ctrl+f", *"question 7")
        # 7, 70 to 79 are nine, ten and more; the hundreds are not `question 7…`
        await shows(seat.pilot, "1 of 11")
        await seat.pilot.press("down")
        await shows(seat.pilot, "11 of 11")
        await until(seat.pilot, lambda: "question 6" in frame(seat.pilot.app))
        await seat.pilot.press("tab")
        assert seat.screen.transcript.current.text == "question 7"


async def test_the_first_answer_is_copied_by_its_number(tmp_path: Path, demo: Demo) -> None:
    async with opened(tmp_path, demo) as seat:
        await seat.type(f"/copy {MANY}")
        await until(seat.pilot, lambda: seat.pilot.app.clipboard == "answer 0")
        await seat.type(f"/copy {MANY + 1}")
        await shows(seat.pilot, f"the first of {MANY} answers")


async def test_the_arrow_brings_back_questions_that_are_not_loaded(tmp_path: Path, demo: Demo) -> None:
    async with opened(tmp_path, demo) as seat:
        await until(seat.pilot, lambda: len(seat.screen.composer.asked) == MANY)
        seat.screen.composer.focus()
        await seat.pilot.press(*["up"] * (RECENT + 5))
        assert seat.screen.composer.draft == f"question {MANY - RECENT - 5}"


@pytest.mark.parametrize("at", [0, 30])
async def test_a_question_far_above_is_edited_and_the_arrows_go_between_the_branches(tmp_path: Path, demo: Demo, at: int) -> None:
    async with opened(tmp_path, demo) as seat:
        index = await seat.screen.above.to(f"{at:016x}")
        assert index is not None
        seat.screen.transcript.focus()
        seat.screen.transcript.cursor = index
        await seat.screen.branches.edit("repeat: other")
        await until(seat.pilot, lambda: questions(seat)[-1:] == ["repeat: other"] and not seat.screen.exchange.running)
        assert questions(seat)[-2:-1] == ([f"question {at - 1}"] if at else [])
        head = [b.head for b in seat.screen.thread.blocks if b.text == "repeat: other"]
        assert head == ["you · 2 of 2"]
        seat.screen.set_focus(seat.screen.transcript)
        seat.screen.transcript.cursor = 2 * (len(questions(seat)) - 1)
        await seat.pilot.press("left")
        await until(seat.pilot, lambda: questions(seat)[-1:] == [f"question {MANY - 1}"])
        await until(seat.pilot, lambda: (b := seat.screen.transcript.current) is not None and b.text == f"question {at}")
        assert seat.screen.transcript.current.head == "you · 1 of 2"
        await seat.pilot.press("right")
        await until(seat.pilot, lambda: questions(seat)[-1:] == ["repeat: other"])


async def test_branches_far_above_are_found_by_their_number(tmp_path: Path, demo: Demo) -> None:
    async with opened(tmp_path, demo) as seat:
        session = seat.screen.current.session.id
        beside = replace(told(10**5, None), session_id=session)
        await seat.chat.store.ask(session, beside.question, parent_id=f"{1:016x}")
        seat.chat.store.set_session(session, leaf_id=f"{MANY - 1:016x}")
        await seat.screen.open_session(session)
        await seat.type("/branch 2")
        await until(seat.pilot, lambda: questions(seat) == ["question 0", "question 1", f"question {10**5}"])


async def test_what_was_read_for_another_conversation_is_thrown_away(tmp_path: Path, demo: Demo) -> None:
    async with opened(tmp_path, demo) as seat:
        loading = seat.screen.run_worker(seat.screen.above.whole())
        await seat.screen.open_session(None)
        await loading.wait()
        assert questions(seat) == []
        assert seat.screen.above.all_there

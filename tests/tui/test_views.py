"""What left, what was asked, and why: the views over a whole chat."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hybridchat.conversation import Ending
from hybridchat.demo import Demo
from hybridchat.facts import Locality, Price
from hybridchat.sessions.past import Tried
from hybridchat.stats import stats
from hybridchat.tui import stats as sums
from tests.support.screen import frame, shows, until
from tests.support.screens import Seat, seated

SIZES = [(120, 34), (80, 24)]


async def asked(seat: Seat) -> None:
    await seat.type("repeat: here")
    await seat.type("/pin gpt-6.1-terra")
    seat.screen.composer.draft = "repeat: to anna@post.example"
    await seat.pilot.press("enter")
    await seat.consent("y")
    await from_the_cloud(seat)


async def from_the_cloud(seat: Seat) -> None:
    """Waits for the answer: between a yes and the sending nothing runs for a moment."""

    def there() -> bool:
        last = seat.chat.store.path(seat.screen.current.session.id)[-1]
        return last.ending is Ending.COMPLETE and last.answer is not None and last.answer.locality is Locality.REMOTE

    await until(seat.pilot, lambda: there() and not seat.screen.exchange.running)


@pytest.mark.parametrize("size", SIZES)
async def test_the_ledger_tells_what_left_and_shows_the_exact_bytes(demo: Demo, tmp_path: Path, size: tuple[int, int]) -> None:
    async with seated(tmp_path, demo, size) as seat:
        await asked(seat)
        (sent,) = [r for r in demo.openai.requests if r.body]
        await seat.type("/ledger")
        said = await shows(seat.pilot, "What left this machine")
        assert "1 message left this machine" in said
        assert "question to gpt-6.1-terra" in said
        assert f"{len(sent.body):,} bytes" in said
        assert "1 email hidden" in said.replace("\n", " ")
        await seat.pilot.press("enter")
        await shows(seat.pilot, "sha256")
        row = next(r for r in seat.chat.store.ledger.rows() if r.kind == "message")
        assert seat.chat.store.ledger.body(row.id) == sent.body
        await shows(seat.pilot, "hybridchat ledger --raw")
        await seat.pilot.press("end")
        await shows(seat.pilot, "<EMAIL_1>")
        await seat.pilot.press("escape", "escape")
        await until(seat.pilot, lambda: seat.pilot.app.screen is seat.screen)


async def test_a_ledger_without_rows_says_so(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.type("/ledger")
        await shows(seat.pilot, "No message has left this machine.")
        await seat.pilot.press("enter", "escape")
        await until(seat.pilot, lambda: seat.pilot.app.screen is seat.screen)


@pytest.mark.parametrize("size", SIZES)
async def test_the_sums_are_shown_as_bars_by_day_and_model(demo: Demo, tmp_path: Path, size: tuple[int, int]) -> None:
    async with seated(tmp_path, demo, size) as seat:
        await asked(seat)
        await seat.type("/stats")
        said = await shows(seat.pilot, "50 % answered on this machine")
        assert "2 questions" in said
        rows = [line for line in said.splitlines() if "█" in line or "░" in line]
        assert any("llama3.2:3b" in row and "100 %" in row for row in rows)
        assert any("gpt-6.1-terra" in row and "0 %" in row for row in rows)


def test_the_number_beside_a_models_bar_is_what_the_bar_shows() -> None:
    failed = Tried("t", None, 1_750_000_000.0, "a", "ollama:small", Locality.ON_DEVICE, Ending.FAILED, said=False)
    rows = [
        failed,
        replace(failed, attempt_id="b", model_id="ollama:big", ending=Ending.COMPLETE, said=True),
        replace(failed, turn_id="u", attempt_id="c"),
    ]
    page = sums.page(stats(rows), None, 66).plain.splitlines()
    small, big = (next(line for line in page if line.startswith(name)).split() for name in ("small", "big"))
    assert (small[2], big[2]) == ("2", "1")
    assert abs(len(small[1]) / 2 - len(big[1])) < 1


@pytest.mark.parametrize("width", [48, 54, 66, 97])
def test_no_row_of_the_sums_is_wider_than_its_room(width: int) -> None:
    days = [
        Tried(f"t{n}", None, 1_750_000_000.0 + 86_400 * n, f"a{n}", "openai:gpt-6.1-terra-long-name", Locality.REMOTE,
              Ending.COMPLETE, said=True, input_tokens=123_456, output_tokens=99_000, spent=123.45)
        for n in range(20)
    ]  # fmt: skip
    page = sums.page(stats(days, Price(1.0, 2.0)), None, width).plain
    told = [line for line in page.splitlines() if "░" in line and "answered" not in line]
    assert len(told) == sums.DAYS + 1
    assert max(map(len, told)) <= width
    assert "6 earlier days" in page


@pytest.mark.parametrize("size", SIZES)
async def test_the_story_of_a_decision_has_gauges_and_what_would_have_changed_it(
    demo: Demo, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with seated(tmp_path, demo, size) as seat:
        await seat.type("repeat: here")
        await seat.pilot.press("f7")
        said = await shows(seat.pilot, "enter ask this one instead")
        assert "ollama:llama3.2:3b" in said
        for _ in range(30):
            if "What would have changed it" in frame(seat.pilot.app):
                break
            await seat.pilot.press("down")
        await shows(seat.pilot, "What would have changed it")


async def test_another_model_is_asked_from_the_story_of_a_decision(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.type("repeat: here")
        await seat.pilot.press("f7")
        await shows(seat.pilot, "ask this one instead")
        await seat.pilot.press("down", "enter")
        await seat.consent("y")
        await from_the_cloud(seat)
        (turn,) = seat.chat.store.path(seat.screen.current.session.id)
        assert [a.locality for a in turn.attempts] == [Locality.ON_DEVICE, Locality.REMOTE]


async def test_a_row_that_is_no_model_asks_nobody(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.type("repeat: here")
        await seat.pilot.press("f7")
        await shows(seat.pilot, "ask this one instead")
        await seat.pilot.press("end", "enter", "escape")
        await until(seat.pilot, lambda: seat.pilot.app.screen is seat.screen)
        (turn,) = seat.chat.store.path(seat.screen.current.session.id)
        assert len(turn.attempts) == 1


async def test_the_list_says_which_conversation_was_imported(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo, (80, 24)) as seat:
        await seat.type("repeat: here")
        store, session = seat.chat.store, seat.screen.current.session
        store.intake.take(session, store.intake.tree(session.id), origin="imported from talk.json on 2026-11-20")
        await seat.pilot.press("f6")
        said = await shows(seat.pilot, "Conversations")
        assert said.count("repeat: here") == 3
        assert said.count("repeat: here  imported ") == 1


async def test_every_message_has_a_story_of_its_own_and_any_can_be_asked_of_another_model(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.type("repeat: first")
        await seat.type("/set strategy offline-first")
        await seat.type("repeat: second")
        strategies = [d.strategy for t in seat.chat.store.path(seat.screen.current.session.id) if (d := seat.chat.decision(t.id))]
        assert strategies == ["local-first", "offline-first"]
        blocks = seat.screen.thread.blocks
        seat.screen.transcript.cursor = next(n for n, b in enumerate(blocks) if b.kind == "answer" and "first" in b.text)
        seat.screen.set_focus(seat.screen.transcript)
        await seat.pilot.press("f7")
        assert "strategy local-first" in await shows(seat.pilot, "ask this one instead")
        await seat.pilot.press("down", "enter")
        await seat.consent("y")
        said = await shows(seat.pilot, "moved to cloud")
        assert "▪ asked again: repeat: first" in said
        await until(seat.pilot, lambda: not seat.screen.exchange.running)
        first, second = seat.chat.store.path(seat.screen.current.session.id)
        assert [a.locality for a in first.attempts] == [Locality.ON_DEVICE, Locality.REMOTE]
        assert len(second.attempts) == 1
        # of the question that was answered twice, each answer has its own decision
        seat.screen.transcript.cursor = next(n for n, b in enumerate(blocks) if b.kind == "answer" and "first" in b.text)
        await seat.pilot.press("f7")
        said = await shows(seat.pilot, "ask this one instead")
        assert "chosen by hand" not in said


async def test_the_story_of_an_earlier_answer_is_told_by_its_number(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.type("repeat: first")
        await seat.type("/set strategy offline-first")
        await seat.type("repeat: second")
        await seat.type("/why 2")
        assert "strategy local-first" in await shows(seat.pilot, "ask this one instead")
        await seat.pilot.press("escape")
        await seat.type("/why 9")
        await shows(seat.pilot, "/why 1 is the last answer, /why 2 the first.")

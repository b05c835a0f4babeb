"""Several models side by side: columns or rows, consent for each that leaves, either answer kept by its number."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from time import monotonic

import pytest

from hybridchat.config import Config
from hybridchat.config.schema import ModelSettings, PairSettings, PriceSettings
from hybridchat.conversation import Ending
from hybridchat.demo import Demo
from hybridchat.facts import Locality, Model, Snapshot
from hybridchat.tui.compare import Compare
from hybridchat.tui.consent import SETTLE, Consent
from hybridchat.tui.pick import paired
from tests.support.chats import LOCAL
from tests.support.screen import frame, shows, until
from tests.support.screens import Seat, seated

GPT = "openai:gpt-6.1-terra"
PRICE = PriceSettings(input=10.0, output=100.0, as_of=date(2026, 11, 1))
ASK = "/compare llama3.2:3b gpt-6.1-terra repeat: to anna@post.example"


def view(seat: Seat) -> Compare:
    found = seat.pilot.app.screen
    assert isinstance(found, Compare)
    return found


async def compared(seat: Seat, key: str = "y", line: str = ASK) -> Compare:
    await seat.type(line)
    await until(seat.pilot, lambda: isinstance(seat.pilot.app.screen, Compare))
    await seat.consent(key)
    await until(seat.pilot, lambda: view(seat)._over)
    return view(seat)


def kept(seat: Seat) -> str:
    (turn,) = seat.chat.store.path(seat.screen.current.session.id)
    assert turn.answer is not None
    assert turn.ending is Ending.COMPLETE
    return turn.answer.model_id


async def test_both_answers_stand_side_by_side_each_under_its_figures(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        await compared(seat)
        await until(seat.pilot, lambda: frame(seat.pilot.app).count("│    to anna@post.example") == 2)
        said = await shows(seat.pilot, "● kept")
        assert "1 llama3.2:3b · on this machine" in said
        assert "2 gpt-6.1-terra · cloud" in said
        assert said.count("tok/s") == 2
        assert not any(b"anna@post.example" in r.body for r in demo.openai.requests)


@pytest.mark.parametrize(("key", "model"), [("1", LOCAL), ("2", GPT), ("escape", GPT)])
async def test_a_number_keeps_that_answer_and_the_conversation_shows_both(
    demo: Demo, tmp_path: Path, key: str, model: str
) -> None:
    async with seated(tmp_path, demo) as seat:
        await compared(seat)
        await seat.pilot.press(key)
        await until(seat.pilot, lambda: seat.pilot.app.screen is seat.screen and len(seat.screen.thread.blocks) > 2)
        assert kept(seat) == model
        assert ("llama3.2:3b's answer is kept" in await shows(seat.pilot, "anna@post.example")) is (model == LOCAL)


async def test_enter_keeps_the_column_the_arrows_stand_on(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        await compared(seat)
        await seat.pilot.press("left", "enter")
        await until(seat.pilot, lambda: seat.pilot.app.screen is seat.screen)
        assert kept(seat) == LOCAL


async def test_a_cloud_model_that_is_refused_stays_unasked_and_the_local_answer_stands(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        await compared(seat, "escape")
        assert "2 gpt-6.1-terra · cloud · no answer" in frame(seat.pilot.app)
        assert not [r for r in demo.openai.requests if r.body]
        await seat.pilot.press("2")
        assert isinstance(seat.pilot.app.screen, Compare)
        await seat.pilot.press("escape")
        assert kept(seat) == LOCAL


@pytest.mark.parametrize(("size", "stacked"), [((120, 34), False), ((80, 24), True), ((60, 20), True)])
async def test_without_room_for_columns_they_stand_one_above_the_other(
    demo: Demo, tmp_path: Path, size: tuple[int, int], stacked: bool
) -> None:
    async with seated(tmp_path, demo, size) as seat:
        first, second = (await compared(seat)).columns
        assert (first.region.y < second.region.y) is stacked
        assert (first.region.x < second.region.x) is not stacked
        assert min(first.region.height, second.region.height) > 5
        keys = " ".join((await shows(seat.pilot, "2 is kept")).split())
        assert "1 2 or enter keep · ← → column · ↑ ↓ scroll" in keys


async def test_a_number_while_they_answer_stops_the_others_and_keeps_that_one(tmp_path: Path) -> None:
    with Demo(chunks_per_second=20) as slow:
        async with seated(tmp_path, slow) as seat:
            await seat.type("/compare llama3.2:3b qwen2.5-coder:7b Write a very long essay about tides.")
            await until(seat.pilot, lambda: all(column.said for column in view(seat).columns))
            await seat.pilot.press("1")
            await until(seat.pilot, lambda: seat.pilot.app.screen is seat.screen)
            (turn,) = seat.chat.store.path(seat.screen.current.session.id)
            assert turn.answer is not None
            assert turn.answer.model_id == LOCAL
            assert {a.ending for a in turn.attempts} == {Ending.STOPPED}


async def test_the_models_are_marked_and_the_question_is_asked_for(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.type("/compare")
        assert "space mark" in await shows(seat.pilot, "Compare which models?")
        await seat.pilot.press("enter")
        await shows(seat.pilot, "the question for all of them")
        await seat.pilot.press(*"hi", "enter")
        await seat.consent("y")
        await until(seat.pilot, lambda: view(seat)._over)
        assert [c.said for c in view(seat).columns] == [True, True]


async def test_where_nothing_may_leave_two_models_of_this_machine_are_marked(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.type("/local")
        await seat.type("/compare")
        said = await shows(seat.pilot, "space mark")
        marked = [line for line in said.splitlines() if "│  ●" in line]
        assert len(marked) == 2
        assert all("on this machine" in line for line in marked)


def test_a_cloud_with_a_key_is_marked_before_one_behind_the_server_of_this_machine() -> None:
    passed_on = Model("ollama:big-cloud", "ollama.com", Locality.REMOTE, tier=4)
    cloud = Model("openai:gpt", "api.openai.com", Locality.REMOTE, tier=3)
    assert paired((passed_on, cloud), Snapshot()) == [cloud.id]
    assert paired((passed_on,), Snapshot()) == [passed_on.id]


async def test_enter_alone_asks_the_last_question_of_all_again(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.type("repeat: once more")
        await seat.type("/compare llama3.2:3b gpt-6.1-terra")
        await shows(seat.pilot, "enter alone: the last one again")
        await seat.pilot.press("enter")
        await seat.consent("y")
        await until(seat.pilot, lambda: view(seat)._over)
        (turn,) = seat.chat.store.path(seat.screen.current.session.id)
        assert len(turn.attempts) == 3


async def test_leaving_before_a_question_leaves_nothing_behind(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.type("/compare llama3.2:3b gpt-6.1-terra")
        await shows(seat.pilot, "the question for all of them")
        await seat.pilot.press("escape")
        await until(seat.pilot, lambda: seat.pilot.app.screen is seat.screen)
        assert seat.screen.current.blank
        assert not seat.chat.store.sessions()


async def test_another_letter_than_the_question_wants_does_not_take_the_answer_to_it_away(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.type(ASK)
        await until(seat.pilot, lambda: view(seat).query("Consent"))
        await seat.pilot.press("x")
        await seat.pilot.pause(SETTLE)
        await seat.pilot.press("x")
        await seat.consent("y")
        await until(seat.pilot, lambda: view(seat)._over)
        assert view(seat).columns[1].said


async def test_a_number_keeps_an_answer_also_while_the_question_of_consent_is_open(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.type(ASK)
        await until(seat.pilot, lambda: view(seat).query("Consent") and view(seat).columns[0].over)
        await seat.pilot.press("1")
        await until(seat.pilot, lambda: seat.pilot.app.screen is seat.screen)
        assert kept(seat) == LOCAL
        assert not any(r.body for r in demo.openai.requests)


async def test_models_that_are_not_there_are_told(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.type("/compare nope gpt-6.1-terra hello")
        await shows(seat.pilot, "There is no model 'nope'")
        await seat.type("/compare llama3.2:3b hello")
        await shows(seat.pilot, "here is no model 'hello'")
        await seat.type("/compare what is a monad?")
        await shows(seat.pilot, "here is no model 'what'. /compare alone lists the models to mark.")


async def test_by_its_key_the_draft_is_what_is_asked(demo: Demo, tmp_path: Path) -> None:
    async with seated(tmp_path, demo) as seat:
        seat.screen.composer.draft = "repeat: from the draft"
        await seat.pilot.press("ctrl+x", "v")
        await shows(seat.pilot, "Compare which models?")
        await seat.pilot.press("enter")
        await seat.consent("y")
        await until(seat.pilot, lambda: view(seat)._over)
        await seat.pilot.press("1")
        await until(seat.pilot, lambda: seat.pilot.app.screen is seat.screen)
        await shows(seat.pilot, "from the draft")
        assert not seat.screen.composer.draft


async def test_the_first_spend_asks_for_a_daily_budget_before_anything_leaves(demo: Demo, tmp_path: Path) -> None:
    config = Config(pair=PairSettings(local=LOCAL), models={GPT: ModelSettings(price=PRICE)})
    async with seated(tmp_path, demo, config=config) as seat:
        await seat.type(ASK)
        await until(seat.pilot, lambda: view(seat).query(Consent))
        card = view(seat).query_one(Consent)
        await until(seat.pilot, lambda: card._shown_at + SETTLE < monotonic())
        await seat.pilot.press("y")
        await shows(seat.pilot, "No daily budget is set.")
        assert not [r for r in demo.openai.requests if r.body]
        await seat.pilot.press(*"2.50", "enter")
        await until(seat.pilot, lambda: view(seat)._over)
        assert seat.chat.world.daily_limit == 2.5
        assert [c.said for c in view(seat).columns] == [True, True]

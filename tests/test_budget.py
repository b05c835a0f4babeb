"""The day's budget in a chat: what it refuses, and what is sent once in spite of it. Over real clients and loopback servers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal

import pytest

from hybridchat.config import Config, load
from hybridchat.config.schema import Limits, ModelSettings, PairSettings, PriceSettings, Privacy
from hybridchat.conversation import Ending
from hybridchat.crew import Patience
from hybridchat.demo import Demo, Fault
from hybridchat.events import Held, Verdict
from hybridchat.facts import Locality, Mode
from hybridchat.render import words
from tests.support.chats import LOCAL, bench, hear

OPENAI = "openai:gpt-6.1-terra"
PRICE = PriceSettings(input=10.0, output=100.0, as_of=date(2026, 11, 1))
"""With 1,000 tokens of output at most, a short question may cost about 0.10 dollars."""


def paid(budget: float | None, *, cloud: Literal["ask", "auto"] = "auto") -> Config:
    return Config(
        pair=PairSettings(local=LOCAL, cloud=OPENAI),
        privacy=Privacy(cloud=cloud),
        limits=Limits(daily_budget=budget, max_output=1000),
        models={OPENAI: ModelSettings(price=PRICE)},
    )


def questions(demo: Demo) -> int:
    return len([r for r in demo.openai.requests if r.path == "/v1/chat/completions"])


async def test_of_questions_asked_at_once_only_those_go_that_the_budget_reaches_for(demo: Demo, tmp_path: Path) -> None:
    """Each of them was decided while nothing was spent; what a call may cost at most is about 0.10 dollars."""
    demo.openai.fail(Fault(kind="slow_first_token", seconds=0.3))
    async with bench(tmp_path, demo, config=paid(0.15)) as b:
        sessions = [b.chat.store.new_session() for _ in range(4)]
        heard = await asyncio.gather(*(hear(b.chat.answer(s.id, "hello there", pin=OPENAI)) for s in sessions))
        refused = [h.ended for h in heard if h.ended.ending is Ending.UNROUTED]
        assert len(refused) == 3
        assert questions(demo) == 1
        assert all("today's budget does not reach" in ended.text and ended.over_budget for ended in refused)


async def test_a_refused_question_is_sent_once_anyway_and_the_budget_holds_again(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=paid(0.05)) as b:
        refused = (await b.ask("hello there", pin=OPENAI)).ended
        assert (refused.ending, refused.over_budget, questions(demo)) == (Ending.UNROUTED, True, 0)
        sent = await hear(b.chat.again(refused.turn_id, over_budget=True))
        assert (sent.ended.ending, sent.ended.model_id, questions(demo)) == (Ending.COMPLETE, OPENAI, 1)
        assert (await hear(b.chat.again(refused.turn_id, pin=OPENAI))).ended.over_budget
        assert questions(demo) == 1


async def test_what_is_sent_once_anyway_still_asks_and_then_asks_no_more(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=paid(0.05, cloud="ask")) as b:
        refused = (await b.ask("hello there", pin=OPENAI)).ended
        held = await hear(b.chat.again(refused.turn_id, over_budget=True))
        assert isinstance(held.events[-1], Held)
        assert questions(demo) == 0
        sent = await hear(b.chat.resume(refused.turn_id, Verdict.SEND))
        assert (sent.ended.ending, questions(demo)) == (Ending.COMPLETE, 1)


async def test_a_held_question_may_be_resumed_over_the_budget(demo: Demo, tmp_path: Path) -> None:
    """The budget may have been spent, here or in another window, while the question waited for consent."""
    async with bench(tmp_path, demo, config=paid(0.15, cloud="ask")) as b:
        held = (await b.ask("hello there", pin=OPENAI)).held
        b.chat.store.spend.reserve(None, OPENAI, 0.1, b.chat.world.snapshot().at)
        sent = await hear(b.chat.resume(held.turn_id, Verdict.SEND, over_budget=True))
        assert sent.ended.ending is Ending.COMPLETE


async def test_once_is_one_call_that_is_billed(demo: Demo, tmp_path: Path) -> None:
    """The first call breaks off before a word came, but after the provider began to work: it is counted, and was the one."""
    async with bench(tmp_path, demo, config=paid(0.05)) as b:
        demo.openai.fail(Fault(kind="status", status=500))
        refused = (await b.ask("hello there", pin=OPENAI)).ended
        sent = await hear(b.chat.again(refused.turn_id, over_budget=True))
        assert (sent.ended.ending, questions(demo)) == (Ending.UNROUTED, 1)


async def test_a_question_that_is_nobodys_in_particular_stays_here_when_the_money_is_gone(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=paid(0.05)) as b:
        ended = (await b.ask("hello there")).ended
        assert (ended.locality, ended.over_budget) == (Locality.ON_DEVICE, False)


async def test_the_answer_to_the_question_for_a_budget_is_written_and_remembered(demo: Demo, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("# mine\nsave = true\n")
    async with bench(tmp_path, demo, config=paid(None), save=True) as b:
        purse = b.chat.purse
        assert purse.question(0.004) == "No daily budget is set. This costs about $0.004."
        assert purse.question(None) == purse.question(0.0) == ""  # nothing to tell
        with pytest.raises(ValueError, match="is no amount"):
            purse.set("five")
        assert purse.set("0.0001").startswith("The daily budget is $0.0001.")
        assert purse.set("$0,05").startswith("The daily budget is $0.05.")
        assert (await b.ask("hello there", pin=OPENAI)).ended.over_budget
    assert "# mine" in file.read_text()
    assert load(env={"HYBRIDCHAT_CONFIG": str(file)}).limits.daily_budget == 0.05


async def test_no_budget_is_an_answer_too_and_holds_over_a_restart(demo: Demo, tmp_path: Path) -> None:
    for question in ("No daily budget is set. This costs about $0.12.", ""):
        async with bench(tmp_path, demo, config=paid(None), save=True) as b:
            assert b.chat.purse.question(0.123) == question
            b.chat.purse.set("")
            assert b.chat.snapshot().budget.limit is None


async def test_an_answer_here_tells_what_the_attempts_in_the_cloud_before_it_cost(demo: Demo, tmp_path: Path) -> None:
    """A server that fails may have begun to work: both tries are counted, and the turn costs their sum."""
    async with bench(tmp_path, demo, config=paid(None)) as b:
        b.chat._crew.patience = replace(Patience(), retry=0.01)
        demo.openai.fail(Fault(kind="status", status=500))
        ended = (await b.ask("hello there", mode=Mode.PREFER_CLOUD)).ended
        assert (ended.ending, ended.locality, questions(demo)) == (Ending.COMPLETE, Locality.ON_DEVICE, 2)
        turn = b.chat.store.turn(ended.turn_id)
        assert turn is not None
        assert turn.answer is not None
        billed = [a.cost for a in turn.attempts if a.cost]
        assert len(billed) == 2
        assert ended.cost == pytest.approx(sum(billed))
        assert words.money(ended.cost) in words.head_of(turn.answer, turn)
        shown = words.head(ended.model_id or "", Locality.ON_DEVICE, timings=ended.timings, usage=ended.usage, cost=ended.cost)
        assert words.money(ended.cost) in shown


async def test_what_failed_before_the_question_for_consent_is_in_the_sum_too(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=paid(None, cloud="ask")) as b:
        held = (await b.ask("hello there", mode=Mode.PREFER_CLOUD)).held
        demo.openai.fail(Fault(kind="status", status=500))
        ended = (await hear(b.chat.resume(held.turn_id, Verdict.SEND))).ended
        assert ended.locality is Locality.ON_DEVICE
        assert ended.cost


async def test_an_answer_of_this_machine_alone_costs_nothing(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=paid(None)) as b:
        assert (await b.ask("hello there")).ended.cost == 0.0


async def test_what_was_spent_before_the_program_started_is_told(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=paid(None), save=True) as b:
        await b.ask("hello there", pin=OPENAI)
    async with bench(tmp_path, demo, config=paid(None), save=True) as b:
        told = b.chat.purse.told()
        assert told.startswith("No daily budget is set; $0.0")
        assert "nothing" not in told

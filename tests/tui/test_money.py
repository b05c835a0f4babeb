"""The daily budget on the screen: asked for once, shown when it runs low, and overridden once by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hybridchat.agents.budget import budget
from hybridchat.events import Verdict
from hybridchat.sessions.spend import Spent
from hybridchat.tui import gauges
from hybridchat.tui.consent import Consent
from tests.support.screen import frame, shows, until
from tests.support.scripted import GPT, SNAPSHOT, Line, ScriptedChat, package
from tests.tui.test_chat_screen import ask, running, screen, settled


def unset(*script: Line) -> ScriptedChat:
    """A chat for which no budget is set yet."""
    chat = ScriptedChat(script)
    chat.till.daily_limit = None
    return chat


def spending() -> Line:
    return Line(GPT, ("Formally so.",), held=replace(package(), est_cost=0.004))


@pytest.mark.parametrize(
    ("typed", "limit", "said"), [("2.50", 2.5, "The daily budget is $2.50."), ("", None, "No daily budget holds.")]
)
async def test_the_first_spend_asks_for_a_budget_and_no_later_one_does(typed: str, limit: float | None, said: str) -> None:
    chat = unset(spending(), spending())
    async with running(chat, size=(100, 30)) as pilot:
        await ask(pilot, "formally?")
        await shows(pilot, "[y] send")
        await settled(pilot)
        await pilot.press("y")
        await shows(pilot, "No daily budget is set. This costs about $0.004.")
        assert chat.verdicts == []
        await pilot.press(*typed, "enter")
        await shows(pilot, "Formally so.")
        assert said in frame(pilot.app)
        assert chat.till.daily_limit == limit
        await ask(pilot, "and again?")
        await shows(pilot, "[y] send")
        await settled(pilot)
        await pilot.press("y")
        await until(pilot, lambda: chat.verdicts == [Verdict.SEND, Verdict.SEND])


async def test_what_is_no_amount_is_said_and_can_be_mended() -> None:
    chat = unset(spending())
    async with running(chat) as pilot:
        await ask(pilot, "formally?")
        await shows(pilot, "[y] send")
        await settled(pilot)
        await pilot.press("y")
        await shows(pilot, "No daily budget is set.")
        await pilot.press(*"fiv", "enter")
        await shows(pilot, "fiv is no amount")
        await pilot.press(*["backspace"] * 3, "5", "enter")
        await until(pilot, lambda: chat.till.daily_limit == 5.0)


async def test_drawing_back_from_the_question_sends_nothing() -> None:
    chat = unset(spending())
    async with running(chat) as pilot:
        await ask(pilot, "formally?")
        await shows(pilot, "[y] send")
        await settled(pilot)
        await pilot.press("a")
        await shows(pilot, "No daily budget is set.")
        await pilot.press("escape")
        await until(pilot, lambda: chat.verdicts == [Verdict.CANCEL])


async def test_staying_local_asks_for_no_budget() -> None:
    chat = unset(spending())
    async with running(chat) as pilot:
        await ask(pilot, "formally?")
        await shows(pilot, "[y] send")
        await settled(pilot)
        await pilot.press("l")
        await until(pilot, lambda: chat.verdicts == [Verdict.LOCAL])
        assert not pilot.app.screen.query(Consent)


async def test_where_nothing_is_asked_before_sending_the_first_paid_answer_says_that_no_budget_is_set() -> None:
    chat = unset(Line(GPT, ("One.",)), Line(GPT, ("Two.",)))
    async with running(chat, size=(100, 30)) as pilot:
        await ask(pilot, "formally?")
        await shows(pilot, "No daily budget is set. That answer cost about $0.004. /budget AMOUNT sets one")
        await ask(pilot, "/budget 3")
        await shows(pilot, "The daily budget is $3.00.")
        await ask(pilot, "and now?")
        await shows(pilot, "Two.")
        assert frame(pilot.app).count("No daily budget is set") == 1


async def test_what_the_budget_refused_is_sent_once_anyway() -> None:
    chat = ScriptedChat([Line(over_budget=True), Line(GPT, ("Sent all the same.",))])
    async with running(chat) as pilot:
        await ask(pilot, "formally?")
        await shows(pilot, "sends it once anyway")
        await pilot.press("ctrl+x", "b")
        await shows(pilot, "Sent all the same.")
        assert chat.asked == ["formally?", "anyway"]
        await ask(pilot, "/anyway")
        await shows(pilot, "No question was refused for the budget.")
        assert screen(pilot).exchange.running is False


@pytest.mark.parametrize(("spent", "said"), [(3.5, ""), (3.6, "72 % spent"), (4.6, "nearly gone, 92 % spent"), (5.0, "spent")])
def test_a_budget_says_when_70_and_90_percent_are_gone(spent: float, said: str) -> None:
    snapshot = replace(SNAPSHOT, budget=budget(spent, 0.0, 5.0))
    line = gauges.line(snapshot, 200).plain
    assert (f"budget {said}" in line) if said else ("budget" not in line)
    _, network, _ = gauges.panel(snapshot, gauges.History(), None)
    assert f"${spent:.2f} of $5.00" in network.plain
    assert not said or said in network.plain


@pytest.mark.parametrize(
    ("spent", "limit", "told"),
    [
        (Spent(), None, "No daily budget is set; nothing spent today."),
        (Spent(usd=0.5), None, "No daily budget is set; $0.50 spent today."),
        (Spent(unpriced=1), None, "No daily budget is set; 1 message without a known price today."),
        (Spent(usd=0.5, unpriced=2), None, "No daily budget is set; $0.50 spent today, and 2 messages without a known price."),
        (Spent(usd=0.5, unpriced=2), 5.0, "$0.50 of today's $5.00 spent, and 2 messages without a known price."),
    ],
)
def test_what_was_sent_at_an_unknown_price_is_never_told_as_no_money(spent: Spent, limit: float | None, told: str) -> None:
    chat = unset()
    chat.till.daily_limit, chat.till.spent = limit, spent
    assert chat.purse.told().startswith(told)

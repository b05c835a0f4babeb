"""The screen without the network: the choice, the queue, and going on with an answer that broke off."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import OptionList

from hybridchat.conversation import Ending
from hybridchat.events import Offered, Verdict, Waiting
from hybridchat.facts import ConnectivityState, Link, Snapshot
from hybridchat.render.offline import EMPTY
from hybridchat.tui.app import HybridChat
from hybridchat.tui.queue import Queue
from tests.support.screen import frame, shows, until
from tests.support.scripted import GPT, LLAMA, SNAPSHOT, Line, ScriptedChat, launch, package
from tests.tui.test_chat_screen import ask, running, screen, settled

AWAY = Offered("t1", GPT.id, "this machine is offline", here=LLAMA.id, doubt="may be hard: numbers")


def offering(*after: Line, offered: Offered = AWAY) -> ScriptedChat:
    """A chat whose first question cannot go where it should; `after` are the answers to what the user then does."""
    return ScriptedChat([Line(offered=offered), *after])


@pytest.mark.parametrize(
    ("key", "verdict"),
    [("l", Verdict.LOCAL), ("q", Verdict.QUEUE), ("w", Verdict.WAIT), ("n", Verdict.CANCEL)],
)
async def test_a_question_that_cannot_go_asks_what_to_do(key: str, verdict: Verdict) -> None:
    chat = offering(Line(pieces=("Here instead.",)))
    async with running(chat, size=(150, 40)) as pilot:
        await ask(pilot, "prove it")
        said = await shows(pilot, "[w] wait for the network")
        assert "gpt-5.4-mini cannot be reached: this machine is offline. This may be hard: numbers;" in said
        assert "may fall short" in said
        await settled(pilot)
        await pilot.press(key)
        await until(pilot, lambda: chat.verdicts == [verdict])


async def test_going_on_typing_chooses_nothing() -> None:
    chat = offering()
    async with running(chat) as pilot:
        await ask(pilot, "prove it")
        await shows(pilot, "[w] wait for the network")
        await settled(pilot)
        await pilot.press(*"what")
        await until(pilot, lambda: screen(pilot).composer.draft == "what")
        assert not chat.verdicts


async def test_where_nothing_here_can_answer_that_is_no_choice() -> None:
    async with running(offering(offered=replace(AWAY, here=None, doubt="")), size=(150, 40)) as pilot:
        await ask(pilot, "prove it")
        said = await shows(pilot, "[q] keep it for later")
        assert "answer here" not in said
        assert "No model on this machine can answer instead." in said


async def test_waiting_is_said() -> None:
    chat = ScriptedChat([Line(GPT, ("From there.",), before=(Waiting("t1", GPT.id, GPT.host),) * 2)])
    async with running(chat, size=(150, 40)) as pilot:
        await ask(pilot, "prove it")
        said = await shows(pilot, "From there.")
        assert said.count("▪ waiting for gpt-5.4-mini: goes on by itself when api.openai.com can be reached") == 1


async def test_an_answer_that_broke_off_is_gone_on_with_on_this_machine() -> None:
    chat = ScriptedChat([Line(GPT, ("Half an",), ending=Ending.CUT, why="the connection broke"), Line(pieces=(" answer.",))])
    async with running(chat, size=(120, 40)) as pilot:
        await ask(pilot, "prove it")
        await shows(pilot, "■ answer interrupted: the connection broke · /continue goes on here")
        await ask(pilot, "/continue")
        await until(pilot, lambda: len(chat.asked) == 2)
        assert chat.asked[1].startswith("only_local: Go on exactly where")
        assert "Half an" in await shows(pilot, "answer.")
        await ask(pilot, "/continue")
        await shows(pilot, "The last answer is whole")
        assert len(chat.asked) == 2


async def queued(chat: ScriptedChat, *questions: str) -> None:
    for question in questions:
        session = chat.store.new_session()
        chat.store.rename(session.id, f"About {question}")
        await chat.store.ask(session.id, question, parent_id=None, ending=Ending.QUEUED)


async def test_what_waited_is_offered_when_the_network_is_there_and_not_before() -> None:
    chat = ScriptedChat()
    await queued(chat, "first question", "second question")
    gone = {host: Link(host, ConnectivityState.DISCONNECTED, allowed=True) for host in SNAPSHOT.links}
    now: list[Snapshot] = [replace(SNAPSHOT, links=gone)]
    start = launch(chat)

    async def opening() -> object:
        return replace(await start.open(), snapshot=lambda: now[0])

    app = HybridChat(replace(start, open=opening))  # type: ignore[arg-type] - a test's opening
    async with app.run_test(size=(100, 30)) as pilot:
        await shows(pilot, "Offline: only models on this machine can answer.")
        assert "waited for the network" not in frame(app)
        now[0] = SNAPSHOT
        screen(pilot).look()
        await shows(pilot, "▪ 2 questions waited for the network · /queue shows them")
        screen(pilot).look()
        await pilot.pause()
        assert frame(app).count("waited for the network") == 1
        assert not chat.verdicts, "nothing is sent before it was looked through"


async def test_the_queue_is_shown_reworded_thinned_and_sent_in_order() -> None:
    chat = ScriptedChat([Line(GPT, ("One.",)), Line(GPT, ("Two.",))])
    await queued(chat, "first", "second", "third")
    async with running(chat, size=(100, 30)) as pilot:
        await ask(pilot, "/queue")
        said = await shows(pilot, "Waiting for the network, the oldest first")
        assert "About first" in said
        await pilot.press("d")
        await until(pilot, lambda: [t.question for t in chat.store.queued()] == ["second", "third"])
        await pilot.press("e")
        await pilot.press(*" a", "enter")
        await until(pilot, lambda: sorted(t.question for t in chat.store.queued()) == ["second a", "third"])
        await until(pilot, lambda: pilot.app.screen.query_one(OptionList).has_focus)
        await pilot.press("a")
        await shows(pilot, "Two.")
        assert chat.verdicts == [Verdict.SEND, Verdict.SEND]
        assert not chat.store.queued()


async def test_what_follows_waits_when_one_was_not_answered() -> None:
    chat = ScriptedChat([Line(GPT, (), ending=Ending.FAILED, why="no connection")])
    await queued(chat, "first", "second", "third")
    async with running(chat, size=(100, 30)) as pilot:
        await ask(pilot, "/queue")
        await shows(pilot, "Waiting for the network, the oldest first")
        await pilot.press("a")
        await shows(pilot, "2 questions more stay in the queue.")
        assert chat.verdicts == [Verdict.SEND]


async def test_leaving_for_another_conversation_ends_the_sending_and_no_later_answer_starts_it_again() -> None:
    chat = ScriptedChat([Line(GPT, ("One.",), held=package()), Line(pieces=("Something else.",))])
    await queued(chat, "first", "second")
    async with running(chat, size=(100, 30)) as pilot:
        await ask(pilot, "/queue")
        await shows(pilot, "Waiting for the network, the oldest first")
        await pilot.press("a")
        await shows(pilot, "[y] send")
        await pilot.press("ctrl+n")
        await until(pilot, lambda: not screen(pilot).query("Consent"))
        await ask(pilot, "of today")
        await shows(pilot, "Something else.")
        await until(pilot, lambda: not screen(pilot).exchange.running)
        await pilot.pause()
        assert chat.verdicts == [Verdict.SEND]


async def test_a_question_of_the_queue_that_is_asked_about_stands_on_its_card_alone() -> None:
    chat = ScriptedChat([Line(GPT, ("One.",), held=package())])
    await queued(chat, "first", "second")
    async with running(chat, size=(100, 30)) as pilot:
        await ask(pilot, "/queue")
        await shows(pilot, "Waiting for the network, the oldest first")
        await pilot.press("enter")
        await shows(pilot, "[y] send")
        assert [t.question for t in chat.store.queued()] == ["first", "second"]
        pilot.app.screen.composer.focus()
        await ask(pilot, "/queue")
        await until(pilot, lambda: isinstance(pilot.app.screen, Queue))
        assert [turn.question for turn in pilot.app.screen._turns] == ["second"]


async def test_a_private_conversation_neither_shows_nor_sends_what_waits_elsewhere() -> None:
    chat = ScriptedChat()
    await queued(chat, "first")
    async with running(chat, size=(100, 30)) as pilot:
        await ask(pilot, "/private")
        await shows(pilot, "/new forgets it")
        await ask(pilot, "/queue")
        assert "About first" not in await shows(pilot, EMPTY)
        await pilot.press("enter", "a", "escape")
        await pilot.pause()
        assert not chat.verdicts
        assert screen(pilot).opened.chat.private


async def test_escape_leaves_the_words_and_then_the_list() -> None:
    chat = ScriptedChat()
    await queued(chat, "first")
    async with running(chat, size=(100, 30)) as pilot:
        await ask(pilot, "/queue")
        await shows(pilot, "Waiting for the network, the oldest first")
        await pilot.press("e", "x", "escape")
        assert isinstance(pilot.app.screen, Queue)
        assert [t.question for t in chat.store.queued()] == ["first"]
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, Queue))


async def test_a_question_can_be_kept_for_later_right_away() -> None:
    chat = ScriptedChat()
    async with running(chat, size=(100, 30)) as pilot:
        await ask(pilot, "/queue what is a monad?")
        await shows(pilot, "■ waiting for its turn: what is a monad?")
        assert [t.question for t in chat.store.queued()] == ["what is a monad?"]
        assert not chat.asked
        await ask(pilot, "/queue")
        await shows(pilot, "Waiting for the network, the oldest first")

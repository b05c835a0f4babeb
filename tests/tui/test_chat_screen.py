"""Keys in, screen out, on a scripted chat."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from time import monotonic

import pytest
from textual import events
from textual.pilot import Pilot
from textual.worker import WorkerFailed

from hybridchat.conversation import Ending
from hybridchat.events import FellBack, Held, Verdict
from hybridchat.facts import Candidate, ConnectivityState, Link, Mode, Rejection
from hybridchat.repair import Suggestion
from hybridchat.tui.app import HybridChat
from hybridchat.tui.consent import SETTLE, Consent, can_stay
from hybridchat.tui.screen import ChatScreen
from tests.support.screen import frame, shows, until
from tests.support.scripted import GPT, LLAMA, SNAPSHOT, Line, ScriptedChat, ScriptedStore, decided, launch, package


@asynccontextmanager
async def running(chat: ScriptedChat, size: tuple[int, int] = (80, 24), **options: object) -> AsyncIterator[Pilot[None]]:
    app = HybridChat(launch(chat, **options))
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: screen(pilot)._opened is not None and screen(pilot).thread.blocks)
        yield pilot


def screen(pilot: Pilot[None]) -> ChatScreen:
    found = pilot.app.screen_stack[0]
    assert isinstance(found, ChatScreen)
    return found


def notices(pilot: Pilot[None]) -> list[str]:
    return [notice.message for notice in pilot.app._notifications]


async def settled(pilot: Pilot[None]) -> None:
    """Waits until the consent card takes letters as answers."""
    card = pilot.app.screen.query_one(Consent)
    await until(pilot, lambda: monotonic() - card._shown_at > SETTLE and card.has_focus)


async def ask(pilot: Pilot[None], text: str) -> None:
    screen(pilot).composer.draft = text
    await pilot.press("enter")


async def test_the_first_screen_says_what_is_there_and_what_is_missing() -> None:
    async with running(ScriptedChat()) as pilot:
        said = await shows(pilot, "asks before anything leaves")
        assert "✓ Ollama at 127.0.0.1:11434" in said
        assert "✗ no key for Anthropic" in said
        assert "export ANTHROPIC_API_KEY" in said


async def test_a_message_is_answered_and_says_where_it_came_from() -> None:
    chat = ScriptedChat([Line(pieces=("Paris ", "is the **capital**."))])
    async with running(chat) as pilot:
        await ask(pilot, "capital of France?")
        said = await shows(pilot, "Paris is the capital.")
        assert "llama3.2 · on this machine · 0.8 s · 42 tok/s" in said
        assert chat.asked == ["capital of France?"]


async def test_text_typed_before_the_chat_is_ready_is_sent_when_it_is() -> None:
    chat = ScriptedChat([Line(pieces=("Here.",))])
    ready = asyncio.Event()
    start = launch(chat)

    async def late() -> object:
        await ready.wait()
        return await start.open()

    app = HybridChat(replace(start, open=late))  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("h", "i", "enter")
        ready.set()
        await shows(pilot, "Here.")
    assert chat.asked == ["hi"]


async def test_a_crash_prints_no_local_variables(capsys: pytest.CaptureFixture[str]) -> None:
    async def broken() -> object:
        key = "sk-" + "secret" * 3
        raise RuntimeError(f"a bug after {len(key)} letters")

    app = HybridChat(replace(launch(ScriptedChat()), open=broken))  # type: ignore[arg-type]
    with pytest.raises(WorkerFailed):
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: app._exception)
    printed = capsys.readouterr().err
    async with asyncio.timeout(60):
        while "a bug after 21 letters" not in printed:  # what happened is printed as the last act
            await asyncio.sleep(0.01)
            printed += capsys.readouterr().err
    assert "secretsecret" not in printed


async def test_a_cloud_answer_says_what_left_and_what_it_cost() -> None:
    async with running(ScriptedChat([Line(GPT, ("Formally so.",))])) as pilot:
        await ask(pilot, "formally?")
        said = await shows(pilot, "Formally so.")
        assert "⇡ moved to cloud: 2 turns" in said
        assert "▪ 3 hidden · 0 left readable · 1,204 bytes to api.openai.com" in said
        assert "gpt-5.4-mini · cloud · 2.1 s · $0.004 · 3 items hidden" in said


async def test_escape_stops_and_keeps_text_and_draft() -> None:
    gate = asyncio.Event()
    async with running(ScriptedChat([Line(pieces=("Half an ans", "wer"), gate=gate)])) as pilot:
        await ask(pilot, "go")
        await shows(pilot, "Half an ans")
        assert "esc stop" in frame(pilot.app)
        await pilot.press(*"next", "escape")
        said = await shows(pilot, "■ stopped")
        assert "Half an ans" in said
        assert screen(pilot).composer.draft == "next"


async def test_ctrl_c_stops_then_asks_then_leaves() -> None:
    gate = asyncio.Event()
    async with running(ScriptedChat([Line(pieces=("Half", ""), gate=gate)])) as pilot:
        await ask(pilot, "go")
        await shows(pilot, "Half")
        await pilot.press("ctrl+c")
        await shows(pilot, "■ stopped")
        await until(pilot, lambda: not screen(pilot).exchange.running)
        await pilot.press("ctrl+c")
        await shows(pilot, "press ^c again to quit")
        await pilot.press("ctrl+c")
        await until(pilot, lambda: pilot.app._exit)


async def test_ctrl_d_leaves_only_when_the_composer_is_empty() -> None:
    async with running(ScriptedChat()) as pilot:
        await pilot.press("a", "left", "ctrl+d")
        assert screen(pilot).composer.draft == ""
        assert not pilot.app._exit
        await pilot.press("ctrl+d")
        await until(pilot, lambda: pilot.app._exit)


async def test_leaving_keeps_a_draft_from_before_the_first_question_and_coming_back_shows_it() -> None:
    chat = ScriptedChat()
    async with running(chat) as pilot:
        await pilot.press(*"half a thought")
        await pilot.press("ctrl+q")
        await until(pilot, lambda: pilot.app._exit)
    assert chat.store.sessions() == []
    async with running(chat) as pilot:
        await shows(pilot, "half a thought")
        await pilot.press("enter")
        await shows(pilot, "42 tok/s")
        assert await screen(pilot).current.draft() == ""
        await screen(pilot).open_session(None)
        assert screen(pilot).composer.draft == ""


async def test_every_conversation_keeps_its_own_draft() -> None:
    chat = ScriptedChat()
    async with running(chat) as pilot:
        await ask(pilot, "first")
        await until(pilot, lambda: chat.asked and not screen(pilot).exchange.running)
        await pilot.press(*"comes along")
        await pilot.press("ctrl+n")
        await until(pilot, lambda: screen(pilot).current.blank)
        assert screen(pilot).composer.draft == "comes along"
        await screen(pilot).open_session("s1")
        assert screen(pilot).composer.draft == ""
        await screen(pilot).open_session(None)
        assert screen(pilot).composer.draft == "comes along"


async def test_letters_typed_while_a_conversation_is_read_stand_behind_its_draft() -> None:
    chat = ScriptedChat()
    read = threading.Event()
    async with running(chat) as pilot:
        await ask(pilot, "first")
        await until(pilot, lambda: chat.asked and not screen(pilot).exchange.running)
        await screen(pilot).open_session(None)
        chat.store.drafts["s1"], chat.store.slow = "half a", read
        opening = asyncio.create_task(screen(pilot).open_session("s1"))
        await until(pilot, lambda: chat.store.waits)
        await pilot.press(*" thought")
        read.set()
        await opening
        assert screen(pilot).composer.draft == "half a thought"


async def test_a_conversation_begins_with_its_first_question() -> None:
    chat = ScriptedChat()
    async with running(chat, pin=GPT.id) as pilot:
        await pilot.press("f3", "ctrl+n", "ctrl+n")
        await pilot.press(*"hello")
        await until(pilot, lambda: chat.previewed)
        assert chat.store.sessions() == []
        assert "A new conversation" not in frame(pilot.app)
        await pilot.press("enter")
        await shows(pilot, "42 tok/s")
        (session,) = chat.store.sessions()
        assert (session.mode, session.pin) == (Mode.ONLY_LOCAL, GPT.id)


async def test_commands_on_a_conversation_that_has_not_begun_say_so() -> None:
    async with running(ScriptedChat()) as pilot:
        await ask(pilot, "/rename apples")
        await shows(pilot, "nothing to name yet")
        await ask(pilot, "/delete")
        await shows(pilot, "nothing to delete yet")
        await ask(pilot, "/retry")
        await shows(pilot, "There is no question yet")
        await pilot.press("f6")
        await shows(pilot, "nothing yet: a conversation begins with its first question")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (ZeroDivisionError(), "a fault in the program (ZeroDivisionError)"),
        (LookupError("there is no session s1"), "there is no conversation s1"),
    ],
)
async def test_a_fault_in_an_answer_is_one_sentence_and_the_chat_goes_on(fault: Exception, words: str) -> None:
    chat = ScriptedChat([Line(fault=fault), Line(pieces=("Now it works.",))])
    async with running(chat) as pilot:
        await ask(pilot, "does it work?")
        said = await shows(pilot, f"✗ no answer: {words}.")
        assert "does it work?" in said
        await ask(pilot, "/retry")
        await shows(pilot, "Now it works.")


async def test_a_preview_that_fails_is_no_preview() -> None:
    class Blind(ScriptedChat):
        async def preview(self, *_: object, **__: object) -> object:
            self.previewed.append("")
            raise OSError("the disk is gone")

    chat = Blind()
    async with running(chat) as pilot:
        await pilot.press(*"hello")
        await until(pilot, lambda: chat.previewed)
        await pilot.press("enter")
        await shows(pilot, "42 tok/s")


async def test_a_message_that_may_be_hard_can_go_to_the_other_side_at_once() -> None:
    chat = ScriptedChat([Line(GPT, ("From there.",))])
    chat.hard = True
    async with running(chat) as pilot:
        await pilot.press(*"prove it")
        await shows(pilot, "→ llama3.2 (may be hard: numbers, 3 constraints) · ^o asks gpt-5.4-mini")
        await pilot.press("ctrl+o")
        await shows(pilot, "From there.")
        assert chat.asked == ["openai:gpt-5.4-mini: prove it"]


async def test_an_answer_that_may_fall_short_offers_the_other_side_below_it() -> None:
    chat = ScriptedChat([Line(pieces=("Maybe so.",)), Line(GPT, ("From there.",))])
    chat.hard = True
    async with running(chat, size=(120, 40)) as pilot:
        await ask(pilot, "prove it")
        said = await shows(pilot, "▪ may be hard: numbers, 3 constraints · ^o asks gpt-5.4-mini")
        assert "gpt-5.4-mini: offered, ^o asks it" in said
        await pilot.press("ctrl+o")
        await shows(pilot, "From there.")
        assert chat.asked == ["prove it", "other"]


async def test_hiding_a_word_says_what_the_chat_says() -> None:
    async with running(ScriptedChat()) as pilot:
        await ask(pilot, "/hide Aurora")
        await shows(pilot, "Aurora is hidden.")


async def test_the_demo_has_no_prices_and_a_question_asked_again_says_why() -> None:
    async with running(ScriptedChat([Line(GPT, held=package())]), demo=True) as pilot:
        await ask(pilot, "write to Anna")
        said = await shows(pilot, "[y] send")
        assert "3 words left to check · no price" in said
        assert "first message to this host in this conversation" in said


@pytest.mark.parametrize(
    ("key", "verdict"),
    [
        ("y", Verdict.SEND),
        ("a", Verdict.ALWAYS),
        ("l", Verdict.LOCAL),
        ("n", Verdict.CANCEL),
        ("escape", Verdict.CANCEL),
    ],
)
async def test_consent_is_asked_and_its_answer_goes_on(key: str, verdict: Verdict) -> None:
    chat = ScriptedChat([Line(GPT, ("From the cloud.",), held=package())])
    async with running(chat) as pilot:
        await ask(pilot, "write to Anna")
        said = await shows(pilot, "Ask gpt-5.4-mini at api.openai.com?")
        assert "4 turns · 2 items hidden · 3 words left to check · about $0.004" in said
        assert "[y] send [a] always in this conversation [v] view [l] stay local [n] cancel" in said
        await settled(pilot)
        await pilot.press(key)
        await until(pilot, lambda: chat.verdicts)
        assert chat.verdicts == [verdict]
        await until(pilot, lambda: "Ask gpt-5.4-mini" not in frame(pilot.app))
        assert screen(pilot).composer.has_focus


@pytest.mark.parametrize("words", ["a very long essay", "yes, and then", "no, wait", "write more"])
async def test_going_on_typing_never_consents(words: str) -> None:
    chat = ScriptedChat([Line(GPT, held=package())])
    async with running(chat) as pilot:
        await ask(pilot, "write to Anna")
        await shows(pilot, "[y] send")
        await settled(pilot)
        for letter in words:
            pilot.app.post_message(events.Key("space" if letter == " " else letter, letter))
        await until(pilot, lambda: screen(pilot).composer.draft == words)
        assert chat.verdicts == []
        await shows(pilot, "esc back to the question")
        await pilot.press("escape")
        await until(pilot, lambda: not screen(pilot).composer.has_focus)
        await pilot.press("l")
        await until(pilot, lambda: chat.verdicts == [Verdict.LOCAL])
        assert screen(pilot).composer.draft == words


async def test_keys_in_the_moment_the_question_appears_are_not_an_answer() -> None:
    chat = ScriptedChat([Line(GPT, held=package())])
    async with running(chat) as pilot:
        await ask(pilot, "write to Anna")
        await until(pilot, lambda: pilot.app.screen.query("Consent"))
        # the moment lasts, however slowly this runs
        pilot.app.screen.query_one(Consent)._shown_at = monotonic() + 60
        await pilot.press("y")
        await until(pilot, lambda: screen(pilot).composer.draft == "y")
        assert chat.verdicts == []


async def test_the_consent_view_shows_both_lists_and_the_exact_text() -> None:
    async with running(ScriptedChat([Line(GPT, held=package())]), size=(100, 40)) as pilot:
        await ask(pilot, "write to Anna")
        await shows(pilot, "[v] view")
        await settled(pilot)
        await pilot.press("v")
        said = await shows(pilot, "What api.openai.com would see")
        assert "<EMAIL_1>  anna@post.example" in said
        assert "Left readable, look once (3)" in said
        assert "Maria Santos" in said
        assert "Write to <EMAIL_1> about the flat" in said
        await pilot.press("escape")
        await shows(pilot, "[y] send")


async def test_local_only_is_seen_in_words() -> None:
    chat = ScriptedChat()
    async with running(chat) as pilot:
        await pilot.press("f3")
        await shows(pilot, "LOCAL ONLY  nothing leaves")
        await pilot.press("f4")
        await shows(pilot, "⇡ CLOUD")
        await pilot.press("f5")
        await shows(pilot, "AUTO · local first")
        assert screen(pilot).current.session.mode is Mode.AUTO


@pytest.mark.parametrize(
    ("letter", "words"), [("l", "LOCAL ONLY"), ("c", "⇡ CLOUD"), ("h", "Keys and commands"), ("m", "enter hold")]
)
async def test_ctrl_x_and_a_letter_do_what_f_keys_do(letter: str, words: str) -> None:
    async with running(ScriptedChat()) as pilot:
        await pilot.press("ctrl+x", letter)
        await shows(pilot, words)


async def test_what_is_typed_at_once_after_ctrl_x_is_a_command_and_then_text() -> None:
    chat = ScriptedChat([Line(pieces=("Copy me.",))])
    async with running(chat) as pilot:
        await ask(pilot, "go")
        await shows(pilot, "42 tok/s")
        await until(pilot, lambda: not screen(pilot).exchange.running)
        for key, letter in (("ctrl+x", "\x18"), ("y", "y"), ("a", "a"), ("b", "b")):
            pilot.app.post_message(events.Key(key, letter))
        await until(pilot, lambda: screen(pilot).composer.draft == "ab")
        assert "Copied 8 characters." in notices(pilot)


@pytest.mark.parametrize("key", ["escape", "9", "ctrl+c"])
async def test_ctrl_x_and_a_key_that_is_no_commands_letter_closes_the_line_of_letters(key: str) -> None:
    async with running(ScriptedChat()) as pilot:
        await pilot.press("k", "ctrl+x")
        await shows(pilot, "^x  h help")
        await pilot.press(key)
        await shows(pilot, "F1 help")
        assert "^x  h help" not in frame(pilot.app)
        assert screen(pilot).composer.draft == "k"


async def test_a_title_typed_at_once_after_r_is_the_title() -> None:
    chat = ScriptedChat()
    async with running(chat) as pilot:
        await ask(pilot, "about apples")
        await shows(pilot, "42 tok/s")
        await until(pilot, lambda: not screen(pilot).exchange.running)
        for key in ("f6", "tab", "r", "n", "r", "d", "enter"):
            pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await until(pilot, lambda: chat.store.all["s1"].title == "nrd")


@pytest.mark.parametrize("size", [(80, 24), (45, 12)])
async def test_the_title_that_is_typed_can_be_read(size: tuple[int, int]) -> None:
    store = ScriptedStore()
    chat = ScriptedChat(store=store)
    for n in range(20):
        async for _ in chat.answer(store.new_session().id, f"question {n}"):
            pass
    async with running(chat, size=size) as pilot:
        await pilot.press("f6", "tab", "r", "ctrl+u", *"pears")
        await shows(pilot, "pears")


async def test_ctrl_c_clears_a_draft_before_it_leaves_and_both_ways_bring_it_back() -> None:
    async with running(ScriptedChat()) as pilot:
        await pilot.press(*"half a thought", "ctrl+c")
        assert screen(pilot).composer.draft == ""
        assert "Draft cleared: ↑ or ^z brings it back." in notices(pilot)
        await pilot.press("ctrl+z")
        assert screen(pilot).composer.draft == "half a thought"
        await pilot.press("ctrl+c", "up")
        assert screen(pilot).composer.draft == "half a thought"
        await pilot.press("ctrl+c", "ctrl+c")
        await shows(pilot, "press ^c again to quit")
        await pilot.press("ctrl+c")
        await until(pilot, lambda: pilot.app._exit)


async def test_ctrl_x_cuts_a_selection() -> None:
    async with running(ScriptedChat()) as pilot:
        await pilot.press(*"cut me", "shift+home", "ctrl+x")
        assert screen(pilot).composer.draft == ""
        assert len(pilot.app.screen_stack) == 1


async def test_a_model_is_held_from_the_keyboard_and_let_go() -> None:
    chat = ScriptedChat()
    async with running(chat) as pilot:
        await pilot.press("f2")
        await shows(pilot, "choose for each message")
        await pilot.press("down", "down", "enter")
        await shows(pilot, "held: llama3.2")
        assert screen(pilot).current.session.pin == LLAMA.id
        await ask(pilot, "/pin")
        await until(pilot, lambda: "held:" not in frame(pilot.app))


async def test_ctrl_o_asks_the_other_side_and_keeps_both_answers() -> None:
    chat = ScriptedChat([Line(pieces=("From here.",)), Line(GPT, ("From there.",))])
    async with running(chat, size=(80, 40)) as pilot:
        await ask(pilot, "which?")
        await shows(pilot, "From here.")
        await until(pilot, lambda: not screen(pilot).exchange.running)
        await pilot.press("ctrl+o")
        said = await shows(pilot, "From there.")
        assert "From here." in said
        assert said.count("which?") == 2  # the title and the question, once each
        assert chat.asked == ["which?", "other"]


async def test_a_fallback_is_said_where_it_happened() -> None:
    fell = FellBack("t1", "t1a10", LLAMA.id, GPT.id, "connection refused")
    async with running(ScriptedChat([Line(GPT, ("Made it.",), before=(fell,))])) as pilot:
        await ask(pilot, "go")
        said = await shows(pilot, "Made it.")
        assert "llama3.2 did not answer: connection refused" in said.replace("\n", " ")


async def test_a_failed_answer_says_why_and_the_question_stays() -> None:
    async with running(
        ScriptedChat([Line(pieces=("",), ending=Ending.FAILED, why="ollama is not running: `ollama serve`")])
    ) as pilot:
        await ask(pilot, "anybody there?")
        said = await shows(pilot, "✗ no answer: ollama is not running")
        assert "anybody there?" in said


async def test_control_sequences_in_an_answer_are_shown_not_obeyed() -> None:
    async with running(ScriptedChat([Line(pieces=("\x1b[2Jhi\x1b]0;title\x07",))])) as pilot:
        await ask(pilot, "go")
        said = await shows(pilot, "␛[2Jhi")
        assert "\x1b" not in said


async def test_the_preview_says_where_a_draft_would_go() -> None:
    chat = ScriptedChat()
    chat.hidden = {"EMAIL": 1, "PHONE": 1}
    async with running(chat) as pilot:
        await pilot.press(*"hello")
        await shows(pilot, "→ llama3.2 (looks easy) · 2 personal items stay here")
        await pilot.press("f4")
        said = await shows(pilot, "2 items hidden")
        assert "names are not hidden" in said


async def test_typing_is_previewed_once_it_pauses() -> None:
    chat = ScriptedChat()
    async with running(chat) as pilot:
        screen(pilot).composer.insert("a")
        screen(pilot).composer.insert("b")
        screen(pilot).composer.insert("c")
        await until(pilot, lambda: chat.previewed)
        assert chat.previewed == ["abc"]


async def test_a_slash_word_that_is_no_command_says_so_and_stays() -> None:
    chat = ScriptedChat()
    async with running(chat) as pilot:
        await ask(pilot, "/modle")
        await shows(pilot, "There is no command /modle. Did you mean /model?")
        assert screen(pilot).composer.draft == "/modle"
        assert chat.asked == []


async def test_offline_is_said_in_a_banner() -> None:
    down = replace(SNAPSHOT, links={h: Link(h, ConnectivityState.DISCONNECTED, allowed=True) for h in SNAPSHOT.links})
    async with running(ScriptedChat(), snapshot=down) as pilot:
        await shows(pilot, "Offline: only models on this machine can answer.")


async def test_the_demo_is_labelled() -> None:
    async with running(ScriptedChat(), demo=True) as pilot:
        await shows(pilot, "DEMO · canned text, no model")


async def test_wide_windows_show_the_panel_and_why() -> None:
    async with running(ScriptedChat(), size=(120, 40)) as pilot:
        await ask(pilot, "hello")
        said = await shows(pilot, "◄ llama3.2")
        assert "THIS MACHINE  ok" in said
        assert "anthropic     not asked" in said
        assert "6.1 GB free" in said


async def test_why_lists_every_candidate() -> None:
    async with running(ScriptedChat()) as pilot:
        await ask(pilot, "hello")
        await shows(pilot, "42 tok/s")
        await pilot.press("f7")
        said = await shows(pilot, "Why this model")
        assert "ollama:llama3.2  answers" in said
        assert "openai:gpt-5.4-mini  not asked" in said


async def test_conversations_are_opened_renamed_deleted_and_brought_back() -> None:
    chat = ScriptedChat()
    async with running(chat) as pilot:
        await ask(pilot, "about apples")
        await shows(pilot, "42 tok/s")
        await until(pilot, lambda: not screen(pilot).exchange.running)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: "about apples" not in frame(pilot.app))
        await pilot.press("f6")
        await shows(pilot, "about apples")
        await pilot.press("tab", "r")
        await shows(pilot, "enter keep the title")
        assert frame(pilot.app).count("about apples") == 2  # in the list and in the field
        await pilot.press("ctrl+u", *"about pears", "enter")
        await shows(pilot, "about pears")
        await pilot.press("d")
        await until(pilot, lambda: "s1" in chat.store.gone)
        await pilot.press("u")
        await until(pilot, lambda: "s1" in chat.store.all)
        await pilot.press("enter")
        await shows(pilot, "42 tok/s")
        assert screen(pilot).current.session.id == "s1"


async def test_deleting_the_open_conversation_can_be_undone() -> None:
    chat = ScriptedChat()
    async with running(chat) as pilot:
        await ask(pilot, "keep me")
        await shows(pilot, "42 tok/s")
        await until(pilot, lambda: not screen(pilot).exchange.running)
        await ask(pilot, "/delete")
        await shows(pilot, "/undo brings it back")
        await ask(pilot, "/undo")
        await shows(pilot, "42 tok/s")


async def test_unfocused_gauges_are_not_looked_at() -> None:
    async with running(ScriptedChat()) as pilot:
        status = screen(pilot).chrome.parts["status"]
        wrote = status.wrote
        pilot.app.post_message(events.AppBlur())
        await pilot.pause()
        screen(pilot)._opened = replace(screen(pilot).opened, snapshot=lambda: replace(SNAPSHOT, links={}))
        screen(pilot).look()
        assert status.wrote == wrote
        pilot.app.post_message(events.AppFocus())
        await pilot.pause()
        screen(pilot).look()
        assert status.wrote == wrote + 1


async def test_gauges_that_show_the_same_are_not_drawn_again() -> None:
    async with running(ScriptedChat(), size=(120, 40)) as pilot:
        for _ in range(10):
            screen(pilot).look()
        parts = screen(pilot).chrome.parts
        wrote = [part.wrote for part in parts.values()]
        for _ in range(5):
            screen(pilot).look()
            screen(pilot).show_top()
        assert [part.wrote for part in parts.values()] == wrote


async def test_a_long_conversation_shows_its_end_first_and_has_all_of_it() -> None:
    chat = ScriptedChat([Line(pieces=(f"Answer {n}.",)) for n in range(120)])
    session = chat.store.new_session().id
    for n in range(120):
        async for _ in chat.answer(session, f"question {n}"):
            pass
    async with running(chat, session=session) as pilot:
        await shows(pilot, "Answer 119.")
        await until(pilot, lambda: len(screen(pilot).composer.asked) == 120)
        screen(pilot).transcript.scroll_home(animate=False)
        await shows(pilot, "question 0")
        await pilot.press("up")
        assert screen(pilot).composer.draft == "question 119"


@pytest.mark.parametrize("size", [(60, 20), (20, 10), (10, 5)])
async def test_small_windows_work(size: tuple[int, int]) -> None:
    async with running(ScriptedChat([Line(pieces=("| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n- two",))]), size=size) as pilot:
        await ask(pilot, "go")
        await until(pilot, lambda: screen(pilot).thread.blocks and not screen(pilot).exchange.running)
        await pilot.resize_terminal(120, 40)
        await shows(pilot, "two")
        await pilot.resize_terminal(*size)
        await pilot.pause()


async def test_keys_can_be_remapped_and_the_hints_follow() -> None:
    chat = ScriptedChat()
    async with running(chat, keys={"local": "f9"}) as pilot:
        await shows(pilot, "F9 local only")
        await pilot.press("f9")
        await shows(pilot, "LOCAL ONLY")


async def test_a_question_not_sent_is_not_lost() -> None:
    chat = ScriptedChat([Line(GPT, held=package()), Line(GPT, pieces=("",), ending=Ending.STOPPED, why="Not sent.")])

    def resume(turn_id: str, verdict: Verdict) -> object:
        chat.verdicts.append(verdict)
        return chat.again(turn_id)

    chat.resume = resume  # type: ignore[method-assign, assignment]
    async with running(chat) as pilot:
        await ask(pilot, "write to Anna")
        await shows(pilot, "[y] send")
        await settled(pilot)
        await pilot.press("escape")
        await shows(pilot, "■ Not sent. ↑ brings the question back.")
        await pilot.press("up")
        assert screen(pilot).composer.draft == "write to Anna"


async def test_staying_local_is_no_choice_where_no_local_model_can_answer() -> None:
    chat = ScriptedChat([Line(GPT, held=package())])
    async with running(chat) as pilot:
        await ask(pilot, "write to Anna")
        await shows(pilot, "[l] stay local")
    nobody = replace(decided(GPT), candidates=(Candidate(LLAMA, Rejection("device", "too large")),))
    assert not can_stay(nobody)
    assert can_stay(decided(GPT))
    card = Consent(Held("t1", package(), ""), local=False)
    assert "stay local" not in str(card.content)
    assert "consent-local" not in card._verdicts


@pytest.mark.parametrize("width", [45, 50, 60, 80])
@pytest.mark.parametrize("pin", [None, GPT.id])
async def test_the_promise_is_seen_in_the_demo_however_narrow(width: int, pin: str | None) -> None:
    async with running(ScriptedChat(), size=(width, 20), demo=True, pin=pin) as pilot:
        await shows(pilot, "DEMO")
        await pilot.press("f3")
        await shows(pilot, "LOCAL ONLY")


async def test_in_a_small_window_every_model_has_one_line_and_the_keys_are_seen() -> None:
    long = replace(GPT, id="openai:a-model-with-a-very-long-name-and-a-date-2026-11-20")
    chat = ScriptedChat()
    chat.models = lambda: (LLAMA, long, *(replace(LLAMA, id=f"ollama:m{n}") for n in range(30)))  # type: ignore[method-assign]
    async with running(chat, size=(60, 20)) as pilot:
        await pilot.press("f2")
        said = await shows(pilot, "esc close")
        rows = said.partition("choose for each message")[2].splitlines()[1:10]
        assert all(" on this machine " in row for row in rows), said
        await pilot.press("end")
        await shows(pilot, "a-model-with-a-very-long-n…")
        assert "esc close" in frame(pilot.app)


async def test_when_there_is_more_below_it_says_so_and_end_goes_there() -> None:
    gate = asyncio.Event()
    long = "\n\n".join(f"line {n}" for n in range(60))
    async with running(ScriptedChat([Line(pieces=(long, "\n\nthe last line"), gate=gate)])) as pilot:
        await ask(pilot, "go")
        await shows(pilot, "line 59")
        assert "↓ more (End)" not in frame(pilot.app)
        await pilot.press("pageup")
        await shows(pilot, "↓ more (End)")
        gate.set()
        await until(pilot, lambda: not screen(pilot).exchange.running)
        assert "↓ more (End)" in frame(pilot.app)
        await pilot.press("end")
        await shows(pilot, "the last line")
        await until(pilot, lambda: "↓ more (End)" not in frame(pilot.app))


async def test_what_an_answer_still_says_stays_out_of_the_conversation_opened_meanwhile() -> None:
    gate = asyncio.Event()
    chat = ScriptedChat([Line(pieces=("Half", "more"), gate=gate)])
    async with running(chat) as pilot:
        await ask(pilot, "go")
        await shows(pilot, "Half")
        await pilot.press("ctrl+n")
        await until(pilot, lambda: screen(pilot).current.blank and chat.store.turns["s1"][0].ending)
        await pilot.pause()
        assert "stopped" not in frame(pilot.app)
        await screen(pilot).open_session("s1")
        await shows(pilot, "■ stopped")


async def test_a_slash_lists_commands_instead_of_a_route_and_tab_completes() -> None:
    chat = ScriptedChat()
    async with running(chat) as pilot:
        await pilot.press("/", "r")
        await shows(pilot, "/retry")
        await pilot.press("e", "n", "tab")
        assert screen(pilot).composer.draft == "/rename "
        await shows(pilot, "/rename TITLE  Give this conversation a title")
        assert screen(pilot).composer.has_focus
        assert chat.previewed == []


async def test_writing_while_reading_goes_to_the_composer() -> None:
    async with running(ScriptedChat()) as pilot:
        await ask(pilot, "go")
        await shows(pilot, "42 tok/s")
        await until(pilot, lambda: not screen(pilot).exchange.running)
        await pilot.press("shift+tab")
        await until(pilot, lambda: screen(pilot).transcript.has_focus)
        await pilot.press("y")
        assert screen(pilot).transcript.has_focus
        await pilot.press(*"can it")
        assert screen(pilot).composer.draft == "can it"
        assert screen(pilot).composer.has_focus


async def test_a_model_that_is_not_loaded_is_loaded_while_the_first_draft_is_written() -> None:
    cold = ScriptedChat()
    async with running(cold, snapshot=replace(SNAPSHOT, live={})) as pilot:
        await pilot.press(*"hello")
        await until(pilot, lambda: cold.warmed)
        await pilot.press(*" there")
        await until(pilot, lambda: cold.previewed[-1] == "hello there")
        assert cold.warmed == [LLAMA.id]
    warm = ScriptedChat()
    async with running(warm) as pilot:
        await pilot.press(*"hello")
        await until(pilot, lambda: screen(pilot).previewed)
        assert warm.warmed == []


@pytest.mark.parametrize(
    ("answer", "what", "said"), [("/yes", "accept", "The rule holds from now on."), ("/no", "decline", "Nothing changes.")]
)
async def test_what_the_user_does_again_and_again_is_offered_as_a_rule(answer: str, what: str, said: str) -> None:
    chat = ScriptedChat()
    chat.suggested = Suggestion("sql", "cloud", 3, 4)
    async with running(chat) as pilot:
        await ask(pilot, answer)
        await shows(pilot, f"There is no command {answer}")
        await ask(pilot, "go")
        await shows(pilot, "You moved 3 of the last 4 SQL questions to the cloud.")
        await until(pilot, lambda: not screen(pilot).exchange.running)
        assert chat.repaired == []
        await ask(pilot, answer)
        await shows(pilot, said)
        assert chat.repaired == [(what, chat.suggested)]
        assert chat.asked == ["go"]

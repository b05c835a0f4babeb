"""The user's own keys where letters answer a question, in texts, lists and fields, and for the program itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from time import monotonic

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from hybridchat.bindings import faults
from hybridchat.conversation import Ending
from hybridchat.events import Ended, Verdict
from hybridchat.tui.app import HybridChat
from hybridchat.tui.commanding import Commands
from hybridchat.tui.consent import SETTLE, Consent
from hybridchat.tui.help import Help
from hybridchat.tui.review import Reviewing
from hybridchat.tui.stumbled import Stumbled
from tests.support.screen import frame, shows, until
from tests.support.scripted import GPT, LLAMA, Line, ScriptedChat, launch, package
from tests.tui.test_keys import chatting, composer
from tests.tui.test_offline_screen import AWAY


@asynccontextmanager
async def asked(keys: Mapping[str, str], line: Line | None = None) -> AsyncIterator[tuple[Pilot[None], ScriptedChat]]:
    """Before a card that takes answers."""
    chat = ScriptedChat([line or Line(GPT, held=package()), Line(GPT, held=package())])
    app = HybridChat(launch(chat, keys=keys))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: "found here" in frame(pilot.app))
        await pilot.press("h", "i", "enter")
        await until(pilot, lambda: app.screen.query("Consent"))
        card = app.screen.query_one("Consent", Consent)
        await until(pilot, lambda: card.has_focus and card._shown_at + SETTLE < monotonic())
        yield pilot, chat


OWN = {"consent-send": "j", "consent-cancel": "f9", "consent-always": "none", "choice-queue": "z", "hidden-show": "r"}


async def test_the_card_names_and_takes_the_users_own_letters() -> None:
    async with asked(OWN) as (pilot, chat):
        said = await shows(pilot, "[j] send")
        assert "[y]" not in said
        assert "always" not in said
        assert "[F9] cancel" in said
        await pilot.press("j")
        await until(pilot, lambda: chat.verdicts == [Verdict.SEND])


@pytest.mark.parametrize("key", ["y", "a"])
async def test_a_letter_that_was_given_away_is_text_again(key: str) -> None:
    async with asked(OWN) as (pilot, chat):
        await pilot.press(key)
        await until(pilot, lambda: composer(pilot.app).text == key)
        assert not chat.verdicts


async def test_a_key_that_is_no_letter_cancels_and_the_former_one_does_nothing() -> None:
    async with asked(OWN) as (pilot, chat):
        await pilot.press("escape", "n")
        await until(pilot, lambda: composer(pilot.app).text == "n")
        assert not chat.verdicts
        pilot.app.screen.query_one("Consent").focus()
        await pilot.press("f9")
        await until(pilot, lambda: chat.verdicts == [Verdict.CANCEL])


async def test_a_key_that_comes_with_the_card_is_not_its_answer_whatever_key_that_is() -> None:
    async with asked({"consent-send": "f9", "consent-view": "f10"}) as (pilot, chat):
        card = pilot.app.screen.query_one("Consent", Consent)
        card._shown_at = monotonic() + 3600  # still meant for the composer
        await pilot.press("f9", "f10")
        assert not chat.verdicts
        card._shown_at = 0.0
        await pilot.press("f9")
        await until(pilot, lambda: chat.verdicts == [Verdict.SEND])


@pytest.mark.parametrize("key", ["enter", "shift+enter", "ctrl+j", "ctrl+m"])
@pytest.mark.parametrize("name", ["consent-send", "consent-always", "review-send", "review-always"])
def test_enter_never_lets_anything_leave(name: str, key: str) -> None:
    assert next(faults({name: key})) == f"{name}: {key} may be meant for the composer, so it lets nothing leave"


async def test_of_two_answers_with_one_key_the_one_that_sends_nothing_counts() -> None:
    async with asked({"consent-send": "n"}) as (pilot, chat):
        await pilot.press("n")
        await until(pilot, lambda: chat.verdicts == [Verdict.CANCEL])


async def test_enter_on_the_card_sends_nothing_also_where_it_was_said_to() -> None:
    async with asked({"consent-send": "enter,f9"}) as (pilot, chat):
        await pilot.press("enter")
        assert not chat.verdicts
        await pilot.press("f9")
        await until(pilot, lambda: chat.verdicts == [Verdict.SEND])


def test_a_key_of_the_composer_on_a_card_is_told() -> None:
    assert "tab is bound twice: complete and consent-view" in list(faults({"consent-view": "tab"}))
    assert list(faults({"consent-view": "f3"})) == ["F3 is bound twice: local and consent-view"]
    assert list(faults({"consent-view": "y"})) == ["y is bound twice: consent-send and consent-view"]
    assert list(faults({"review-hide": "y"})) == ["y is bound twice: review-send and review-hide"]
    assert not list(faults({"consent-view": "h"}))


async def test_the_view_of_what_would_leave_takes_the_users_own_letters() -> None:
    async with asked({"review-send": "k", "review-local": "none", "review-text-down": "space", "list-down": "down,j"}) as (
        pilot,
        chat,
    ):
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, Reviewing))
        view = pilot.app.screen
        assert isinstance(view, Reviewing)
        await until(pilot, lambda: view._opened_at + SETTLE < monotonic())
        said = await shows(pilot, "k send")
        assert "stay local" not in said
        picker = view.query_one(OptionList)
        before = picker.highlighted
        await pilot.press("y", "l", "j")
        await until(pilot, lambda: picker.highlighted != before)
        assert pilot.app.screen is view
        await pilot.press("k")
        await until(pilot, lambda: chat.verdicts == [Verdict.SEND])


async def test_the_choice_without_a_network_takes_the_users_own_letters() -> None:
    async with asked(OWN, Line(GPT, offered=AWAY)) as (pilot, chat):
        await shows(pilot, "[z] keep it for later")
        await pilot.press("z")
        await until(pilot, lambda: chat.verdicts == [Verdict.QUEUE])


async def test_the_card_after_too_much_was_hidden_names_and_takes_the_users_own_letter() -> None:
    app = HybridChat(launch(ScriptedChat([]), keys=OWN))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: "found here" in frame(app))
        card = Stumbled(Ended("t1", "a1", Ending.COMPLETE, stumbled=("ana@example.org",)))
        await app.screen.mount(card, before="#edge")
        card.focus()
        await shows(pilot, "[r] asks again showing ana@example.org  [n] leave it")
        await pilot.press("escape")
        await until(pilot, lambda: not app.screen.query("Stumbled"))


# -- what Textual brings ------------------------------------------------------------------------------


async def test_moving_and_deleting_by_words_has_keys_of_ones_own() -> None:
    async with chatting({"edit-word-left": "alt+b", "edit-delete-word-left": "none", "edit-undo": "ctrl+t"}) as pilot:
        field = composer(pilot.app)
        field.draft = "one two"
        await pilot.press("ctrl+left", "ctrl+w")
        assert (field.text, field.cursor_location) == ("one two", (0, 7))
        await pilot.press("alt+b", "x")
        await until(pilot, lambda: field.text == "one xtwo")
        await pilot.press("ctrl+z")
        assert field.text == "one xtwo"
        await pilot.press("ctrl+t")
        await until(pilot, lambda: field.text == "one two")


async def test_a_line_up_can_be_taken_from_the_arrow_and_the_question_before_stays_on_it() -> None:
    async with chatting({"edit-up": "none", "edit-line-end": "none"}) as pilot:
        field = composer(pilot.app)
        field.draft = "a\nb"
        await pilot.press("up", "home", "end", "x")
        await until(pilot, lambda: field.text == "a\nxb")
        field.draft = ""
        await pilot.press("h", "i", "enter")
        await shows(pilot, "An answer.")
        await pilot.press("up")
        await until(pilot, lambda: field.text == "hi")


async def test_fields_of_one_line_have_the_same_keys_as_the_composer() -> None:
    async with chatting({"edit-word-left": "alt+b", "edit-select-all": "none", "field-done": "f9"}) as pilot:
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, Help))
        field = pilot.app.screen.query_one(Input)
        field.value = "one two"
        field.cursor_position = 7
        await pilot.press("ctrl+left", "alt+b")
        await until(pilot, lambda: field.cursor_position == 4)
        await pilot.press("ctrl+w")
        await until(pilot, lambda: field.value == "two")


async def test_lists_move_by_the_users_own_keys_also_by_letters() -> None:
    async with chatting({"list-down": "j", "list-choose": "space", "list-last": "none"}) as pilot:
        await pilot.press("f2")
        await until(pilot, lambda: pilot.app.screen.query(OptionList))
        picker = pilot.app.screen.query_one(OptionList)
        await until(pilot, lambda: picker.highlighted == 0)
        await pilot.press("down", "end")
        assert picker.highlighted == 0
        await pilot.press("j")
        await until(pilot, lambda: picker.highlighted == 1)
        assert "space hold" in frame(pilot.app)
        await pilot.press("space")
        await shows(pilot, "held:")


async def test_texts_scroll_by_the_users_own_keys_also_where_the_arrows_mean_messages() -> None:
    long = "\n\n".join(f"line {n}" for n in range(60))
    app = HybridChat(launch(ScriptedChat([Line(LLAMA, (long,))]), keys={"read-up": "k", "read-first": "g"}))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "found here" in frame(app))
        await pilot.press("h", "i", "enter")
        await shows(pilot, "line 59")
        await pilot.press("shift+tab")
        transcript = app.screen.query_one("#transcript")
        await until(pilot, lambda: transcript.has_focus)
        await pilot.press("end")
        before = transcript.scroll_y
        await pilot.press("k")
        await until(pilot, lambda: transcript.scroll_y == before - 1)
        await pilot.press("g")
        await until(pilot, lambda: transcript.scroll_y == 0)
        assert composer(app).text == ""


def test_a_key_laid_over_one_that_edits_or_moves_is_told_and_one_that_always_shared_it_is_not() -> None:
    assert list(faults({"status": "ctrl+w"})) == ["^w is bound twice: status and edit-delete-word-left"]
    assert list(faults({"edit-undo": "ctrl+o"})) == ["^o is bound twice: other and edit-undo"]
    assert list(faults({"list-down": "j,down", "queue-all": "j"})) == ["j is bound twice: queue-all and list-down"]
    assert not list(faults({"status": "ctrl+w", "edit-delete-word-left": "none"}))
    assert not list(faults({"leave": "ctrl+d", "interrupt": "ctrl+c", "chats-delete": "delete"}))
    assert list(faults({"edit-left": "h"})) == ["edit-left: h is needed for typing, so it stays a letter"]


# -- the program ------------------------------------------------------------------------------------------


async def test_the_palette_and_its_own_keys_can_be_changed_and_taken_away() -> None:
    own = {"palette": "f9", "palette-close": "f10", "palette-down": "ctrl+t", "field-done": "f8"}
    async with chatting(own) as pilot:
        await pilot.press("ctrl+p")
        await pilot.press("f9")
        await until(pilot, lambda: isinstance(pilot.app.screen, Commands))
        await pilot.press(*"local")
        await shows(pilot, "Only this machine")
        await pilot.press("escape", "enter")
        assert isinstance(pilot.app.screen, Commands)
        await pilot.press("f10")
        await until(pilot, lambda: composer(pilot.app).has_focus)
    async with chatting({"palette": "none"}) as pilot:
        await pilot.press("ctrl+p", "f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, Help))


async def test_leaving_and_interrupting_have_keys_of_ones_own() -> None:
    async with chatting({"quit": "f9", "interrupt": "f10"}) as pilot:
        await pilot.press("ctrl+q", "f10")
        await shows(pilot, "press F10 again to quit")
        await pilot.press("f9")
        await until(pilot, lambda: not pilot.app.is_running)


async def test_in_a_view_the_key_that_interrupts_says_how_to_get_out() -> None:
    async with chatting() as pilot:
        await pilot.press("f2")
        await until(pilot, lambda: pilot.app.screen.query(OptionList))
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "esc goes back · ^q leaves" in [told.message for told in pilot.app._notifications])


async def test_going_on_to_the_next_place_has_a_key_of_its_own() -> None:
    async with chatting({"focus-next": "f9", "focus-before": "none"}) as pilot:
        await pilot.press("f9")
        await until(pilot, lambda: not composer(pilot.app).has_focus)


@pytest.mark.parametrize(("own", "word"), [({}, "F5"), ({"auto": "f9"}, "F9"), ({"auto": "none"}, "^x a")])
async def test_what_can_be_done_is_said_with_the_key_as_it_is_here(own: Mapping[str, str], word: str) -> None:
    line = Line(LLAMA, (), Ending.UNROUTED, why="LOCAL ONLY is on. You can: turn LOCAL ONLY off (f5).")
    app = HybridChat(launch(ScriptedChat([line]), keys=own))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: "found here" in frame(app))
        await pilot.press("h", "i", "enter")
        await shows(pilot, f"turn LOCAL ONLY off ({word}).")

"""`/private` on the screen: a mark that differs in shape, nothing in the usual store, nothing left after `/new`."""

from __future__ import annotations

from hybridchat.facts import Mode
from hybridchat.tui.lines import edge, mode_text, top
from hybridchat.tui.private import LEFT
from tests.support.screen import frame, shows, until
from tests.support.scripted import Line, ScriptedChat
from tests.tui.test_chat_screen import ask, running, screen


def words(chat: ScriptedChat) -> str:
    store = chat.store
    return repr((store.all, store.turns, store.drafts, store.kept))


async def test_what_is_asked_in_private_reaches_only_the_private_chat_and_new_forgets_it() -> None:
    chat = ScriptedChat([Line(pieces=("Kept.",)), Line(pieces=("Just between us.",))])
    async with running(chat) as pilot:
        await ask(pilot, "first")
        await shows(pilot, "Kept.")
        await ask(pilot, "/private")
        said = await shows(pilot, "/new forgets it")
        assert "◌ PRIVATE" in said
        assert "┄" * 40 in said
        assert "Kept." not in said
        (apart,) = chat.apart
        await ask(pilot, "my secret")
        await shows(pilot, "Just between us.")
        await pilot.press(*"half a thought")
        await until(pilot, lambda: "half a thought" in words(apart))
        await pilot.press("ctrl+n")
        said = await shows(pilot, LEFT)
        assert apart.forgotten
        assert screen(pilot).opened is screen(pilot).home
        assert screen(pilot).composer.draft == ""
        assert "PRIVATE" not in said
        assert "between us" not in frame(pilot.app)
        await pilot.press("ctrl+z", "up")
        assert "half" not in screen(pilot).composer.draft
        assert "secret" not in words(chat)
        assert "thought" not in words(chat)


async def test_no_key_lifts_the_lock_of_a_private_conversation() -> None:
    chat = ScriptedChat()
    async with running(chat) as pilot:
        await ask(pilot, "/private")
        await shows(pilot, "/new forgets it")
        for key in ("f4", "f5"):
            await pilot.press(key)
        await shows(pilot, "This conversation is private.")
        assert chat.apart[0].modes == {}


async def test_opening_a_stored_conversation_leaves_the_private_one() -> None:
    chat = ScriptedChat([Line(pieces=("Kept.",))])
    async with running(chat) as pilot:
        await ask(pilot, "first")
        await shows(pilot, "Kept.")
        await ask(pilot, "/private")
        await shows(pilot, "/new forgets it")
        await pilot.press("f6")
        await shows(pilot, "Conversations")
        await pilot.press("enter")
        await shows(pilot, "Kept.")
        await until(pilot, lambda: chat.apart[0].forgotten)
        assert not screen(pilot).opened.chat.private


async def test_a_purge_is_told_and_taken_back() -> None:
    chat = ScriptedChat([Line(pieces=("Kept.",))])
    async with running(chat) as pilot:
        await ask(pilot, "first")
        await shows(pilot, "Kept.")
        await ask(pilot, "/purge")
        await shows(pilot, "is erased in 10 minutes")
        screen(pilot).deleted.clear()  # as after a restart
        await ask(pilot, "/undo")
        await shows(pilot, "Kept.")


def test_the_marks_of_a_private_conversation_have_a_shape_of_their_own() -> None:
    assert edge(60, more=False, private=True).plain == "┄" * 60
    assert "◌ PRIVATE" in mode_text(Mode.ONLY_LOCAL, "", None, private=True).plain
    assert "◌" not in mode_text(Mode.ONLY_LOCAL, "", None).plain


def test_the_profile_stands_beside_the_name_and_gives_way_before_the_mode() -> None:
    mode = mode_text(Mode.AUTO, "local-first", None)
    assert top("a title", mode, 80, demo=False, profile="work").plain.startswith(" hybridchat work ─ a title")
    assert len(top("a title that goes on", mode, 80, demo=False, profile="work").plain) <= 80
    narrow = top("", mode, 40, demo=False, profile="a-very-long-name-of-a-profile").plain
    assert "AUTO" in narrow
    assert len(narrow) <= 40

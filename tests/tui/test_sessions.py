"""F6: conversations are found as one types, opened at the hit, and kept in order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.widgets._toast import Toast

from hybridchat.conversation import Role, Session
from hybridchat.demo import Demo
from hybridchat.sessions.listing import Listed
from hybridchat.sessions.search import Hit
from hybridchat.sessions.tags import wanted
from hybridchat.tui.listed import row
from tests.support.screen import frame, shows, until
from tests.support.screens import Seat, seated
from tests.tui.test_long import told

MANY = 120


def conversation(seat: Seat, title: str, *said: str) -> str:
    turns = [told(n, f"{n - 1:016x}" if n else None) for n in range(len(said))]
    turns = [
        type(turn)(**{**{f: getattr(turn, f) for f in turn.__slots__}, "question": text})
        for turn, text in zip(turns, said, strict=True)
    ]
    return seat.chat.store.intake.take(Session("0" * 16, title, 1e9, 1e9), turns, origin="").id


@asynccontextmanager
async def listed(folder: Path, demo: Demo, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Seat]:
    """Three conversations, a long one about tides among them; the list is open."""
    async with seated(folder, demo, size) as seat:
        conversation(seat, "Tides", *(f"question {n}" if n != 7 else "why does the moon pull the sea?" for n in range(MANY)))
        conversation(seat, "Soup", "which soup is quick?", "and which is good at sea?")
        conversation(seat, "Travel", "where to go in May?")
        await seat.pilot.press("f6")
        await shows(seat.pilot, "Conversations")
        yield seat


def titles(seat: Seat) -> list[str]:
    return [one.session.title for one in seat.pilot.app.screen._shown]


async def found(seat: Seat, *expected: str) -> None:
    await until(seat.pilot, lambda: titles(seat) == list(expected))


async def test_what_is_typed_is_looked_for_and_enter_opens_the_place(tmp_path: Path, demo: Demo) -> None:
    async with listed(tmp_path, demo) as seat:
        await seat.pilot.press(*"sea")
        await found(seat, "Soup", "Tides")
        said = frame(seat.pilot.app)
        assert "why does the moon pull the sea?" in said
        await seat.pilot.press("down", "enter")
        await until(
            seat.pilot, lambda: seat.screen.current.session.title == "Tides" and seat.screen.transcript.current is not None
        )
        assert seat.screen.transcript.current.text == "why does the moon pull the sea?"
        await shows(seat.pilot, "why does the moon pull the sea?")
        await until(seat.pilot, lambda: seat.screen.transcript.has_focus)
        assert seat.screen.transcript.lit is not None
        await seat.pilot.press("escape", *"on")
        await until(seat.pilot, lambda: seat.screen.composer.draft == "on")
        await until(seat.pilot, lambda: seat.screen.transcript.lit is None)


async def test_a_place_on_another_branch_is_opened_on_that_branch(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.type("repeat: one")
        await seat.type("repeat: lighthouse")
        await seat.type("/edit repeat: other")
        await until(seat.pilot, lambda: len(seat.chat.store.branches(seat.screen.current.session.id)) == 2)
        await until(seat.pilot, lambda: not seat.screen.exchange.running)
        await seat.pilot.press("f6", *"lighthouse")
        await until(seat.pilot, lambda: len(seat.pilot.app.screen._shown) == 1 and seat.pilot.app.screen._shown[0].hit)
        await seat.pilot.press("enter")
        await until(seat.pilot, lambda: (b := seat.screen.transcript.current) is not None and "lighthouse" in b.text)
        assert [b.text for b in seat.screen.thread.blocks if b.kind == "you"] == ["repeat: one", "repeat: lighthouse"]


async def test_tags_are_put_on_looked_for_and_taken_off(tmp_path: Path, demo: Demo) -> None:
    async with listed(tmp_path, demo) as seat:
        await seat.pilot.press("down", "tab", "t", *"work, Sea", "enter")
        await shows(seat.pilot, "#sea #work")
        await seat.pilot.press("tab", *"#work")
        await found(seat, "Soup")
        await seat.pilot.press(*" good")
        await found(seat, "Soup")
        await seat.pilot.press("tab", "t", *"work", "enter")
        await found(seat)
        assert "no conversation holds that" in frame(seat.pilot.app)


async def test_one_is_held_on_top_and_let_go(tmp_path: Path, demo: Demo) -> None:
    async with listed(tmp_path, demo) as seat:
        await found(seat, "Travel", "Soup", "Tides")
        await seat.pilot.press("tab", "down", "down", "p")
        await found(seat, "Tides", "Travel", "Soup")
        await shows(seat.pilot, "▲ Tides")
        await until(seat.pilot, lambda: seat.pilot.app.screen._one.title == "Tides")
        await seat.pilot.press("p")
        await found(seat, "Travel", "Soup", "Tides")


async def test_an_archived_one_is_out_of_the_list_until_asked_for(tmp_path: Path, demo: Demo) -> None:
    async with listed(tmp_path, demo) as seat:
        await seat.pilot.press("tab", "a")
        await found(seat, "Soup", "Tides")
        await seat.pilot.press("x")
        await found(seat, "Travel", "Soup", "Tides")
        await shows(seat.pilot, "archived")
        await until(seat.pilot, lambda: seat.pilot.app.screen._one.title == "Soup")
        await seat.pilot.press("up", "a", "x")
        await found(seat, "Travel", "Soup", "Tides")


async def test_what_is_deleted_comes_back_with_u(tmp_path: Path, demo: Demo) -> None:
    async with listed(tmp_path, demo) as seat:
        await seat.pilot.press("tab", "d")
        await found(seat, "Soup", "Tides")
        await seat.pilot.press("u")
        await found(seat, "Travel", "Soup", "Tides")
        assert "“Travel” is back." in [notice.message for notice in seat.pilot.app._notifications]


async def test_what_was_deleted_in_the_list_comes_back_on_the_screen_and_that_is_said(tmp_path: Path, demo: Demo) -> None:
    async with listed(tmp_path, demo) as seat:
        await seat.pilot.press("tab", "d")
        await found(seat, "Soup", "Tides")
        await seat.pilot.press("escape")
        await seat.type("/undo")
        said = await shows(seat.pilot, "“Travel” is back.")
        assert "where to go in May?" in said
        assert seat.screen.current.session.title == "Travel"


async def test_letters_typed_into_the_search_do_nothing_else(tmp_path: Path, demo: Demo) -> None:
    async with listed(tmp_path, demo) as seat:
        await seat.pilot.press(*"darntux")
        await found(seat)
        await seat.pilot.press("ctrl+u")
        await found(seat, "Travel", "Soup", "Tides")
        assert not seat.screen.deleted


async def test_the_commands_do_the_same_for_the_open_conversation(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo) as seat:
        for command in ("/tag work", "/top", "/archive"):
            await seat.type(command)
        said = await shows(seat.pilot, "nothing to archive yet")
        assert "nothing to tag yet" in said
        assert "nothing to hold yet" in said
        await seat.type("repeat: here")
        await seat.type("/tag Work #trip")
        await shows(seat.pilot, "Tags: #trip #work.")
        await seat.type("/tag work")
        await shows(seat.pilot, "Tags: #trip.")
        await seat.type("/top")
        await shows(seat.pilot, "at the top of the list")
        await seat.type("/archive")
        await shows(seat.pilot, "Archived:")
        session = seat.chat.store.session(seat.screen.current.session.id)
        assert (session.tags, session.on_top, session.archived) == (("trip",), True, True)
        assert not seat.chat.store.listing.find(wanted(""))


async def test_the_list_begins_with_the_words_given_to_the_command(tmp_path: Path, demo: Demo) -> None:
    async with listed(tmp_path, demo) as seat:
        await seat.pilot.press("escape")
        await seat.type("/sessions moon")
        await until(seat.pilot, lambda: len(seat.pilot.app.screen_stack) == 2)
        await found(seat, "Tides")


async def test_the_last_row_brings_the_next_ones(tmp_path: Path, demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hybridchat.sessions.listing.FOUND", 2)
    async with listed(tmp_path, demo) as seat:
        for n in range(4):
            conversation(seat, f"more {n}", f"quux {n}")
        await seat.pilot.press(*"quux")
        await found(seat, "more 3", "more 2")
        await shows(seat.pilot, "  more …")
        await seat.pilot.press("down", "down", "enter")
        await found(seat, "more 3", "more 2", "more 1", "more 0")
        assert "  more …" not in frame(seat.pilot.app)
        assert seat.pilot.app.screen._one.title == "more 1", "the cursor stands on the first of them"
        await seat.pilot.press("enter")
        await until(seat.pilot, lambda: seat.screen.current.session.title == "more 1")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_the_keys_are_in_sight_at_every_size(tmp_path: Path, demo: Demo, size: tuple[int, int]) -> None:
    async with listed(tmp_path, demo, size) as seat:
        for n in range(20):
            conversation(seat, f"more {n}", "a question")
        await seat.pilot.press(*"e")
        await until(seat.pilot, lambda: len(titles(seat)) > 20)
        await shows(seat.pilot, "type to search")
        await seat.pilot.press("tab")
        await shows(seat.pilot, "r rename")
        said = frame(seat.pilot.app)
        assert "esc close" in said
        assert "╰" in said


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(
    title=st.text(max_size=80),
    tags=st.lists(st.sampled_from(["work", "a-rather-long-tag", "漢字"]), max_size=3),
    snippet=st.text(max_size=150),
    cells=st.integers(20, 120),
    hits=st.integers(1, 3_000),
)
def test_no_row_is_wider_than_its_room(title: str, tags: list[str], snippet: str, cells: int, hits: int) -> None:
    session = Session("s", title, 0.0, 1e9, turns=12, tags=tuple(tags), archived=bool(tags))
    marks = ((len(snippet) // 2, len(snippet) // 2 + 1),) if snippet else ()
    hit = Hit("s", title, "t", None, Role.USER, 0.0, snippet, marks)
    for line in row(Listed(session, "ollama:llama3.2:3b", hit, hits), 1e9, cells, origin="imported from x").split("\n"):
        assert line.cell_length <= cells


def test_who_answered_last_is_named_in_full_where_there_is_room() -> None:
    listed = Listed(Session("s", "A title", 0.0, 1e9, turns=12), "anthropic:claude-sonnet-5-20261001")
    assert "claude-sonnet-5-20261001  " in row(listed, 1e9, 95).plain
    assert "claude" not in row(listed, 1e9, 64).plain


async def test_brackets_in_a_title_are_told_as_they_are(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (100, 30)) as seat:
        conversation(seat, "Why [/INST] and [b]not[/]", "why?")
        await seat.pilot.press("f6")
        await shows(seat.pilot, "Conversations")
        await seat.pilot.press("tab", "a")
        await until(seat.pilot, lambda: seat.pilot.app._notifications)
        (told,) = (Toast(notice).render().plain for notice in seat.pilot.app._notifications)
        assert told.startswith("“Why [/INST] and [b]not[/]” is archived.")

"""`@` and a part of a path in the composer: files are listed, completed, previewed and sent; what cannot go along is told."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from textual import events

from hybridchat.config import Config
from hybridchat.config.schema import ModelSettings, PairSettings
from hybridchat.demo import Demo
from hybridchat.enclosed import opened
from tests.support.chats import LOCAL
from tests.support.screen import frame, shows, until
from tests.support.screens import Seat, seated
from tests.support.scripted import ScriptedChat
from tests.test_pictures import png
from tests.tui.test_chat_screen import ask, running, screen
from tests.tui.test_followups import held

SEES = Config(pair=PairSettings(local=LOCAL), models={LOCAL: ModelSettings(capabilities=["completion", "vision"])})


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the program is started: some files, one of them with a space in its name, and one that cannot be sent."""
    here = tmp_path / "here"
    (here / "deep").mkdir(parents=True)
    (here / "notes.md").write_text("# Tides\nhigh at noon\n", encoding="utf-8")
    (here / "my plan.txt").write_text("first\nsecond\n", encoding="utf-8")
    (here / "deep" / "inner.py").write_text("print(1)\n", encoding="utf-8")
    (here / "nothing.bin").write_bytes(b"\0\1\2")
    (here / "photo.png").write_bytes(png())
    monkeypatch.chdir(here)
    return here


def asked(demo: Demo) -> list[str]:
    return [json.loads(r.body)["messages"][-1]["content"] for r in demo.ollama.requests if r.path == "/api/chat" and r.body]


async def typed(seat: Seat, text: str) -> None:
    await seat.pilot.press(*("space" if sign == " " else sign for sign in text))


async def test_a_part_of_a_name_lists_files_and_tab_writes_the_rest(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (80, 24)) as seat:
        await typed(seat, "what says @no")
        said = await shows(seat.pilot, "› notes.md")
        assert "21 B · about" in said
        assert "nothing.bin  3 B · no text" in said
        await seat.pilot.press("tab")
        await until(seat.pilot, lambda: seat.screen.composer.draft == "what says @notes.md ")
        said = await shows(seat.pilot, "with notes.md, 21 B, about")
        assert "tab takes it" not in said
        await seat.pilot.press("enter")
        await until(seat.pilot, lambda: asked(demo) and not seat.screen.exchange.running)
        assert asked(demo)[-1] == "notes.md (2 lines):\n```\n# Tides\nhigh at noon\n```\n\nwhat says notes.md "
        assert seat.chat.store.sessions()[0].title == "what says notes.md"


async def test_folders_go_on_and_spaces_are_quoted(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (80, 24)) as seat:
        await typed(seat, "@de")
        await shows(seat.pilot, "› deep/")
        await seat.pilot.press("tab")
        await shows(seat.pilot, "› inner.py")
        await seat.pilot.press("tab")
        await until(seat.pilot, lambda: seat.screen.composer.draft == "@deep/inner.py ")
        await typed(seat, "@my")
        await shows(seat.pilot, "› my plan.txt")
        await seat.pilot.press("tab")
        await until(seat.pilot, lambda: seat.screen.composer.draft == '@deep/inner.py @"my plan.txt" ')
        await shows(seat.pilot, "with 2 files")


async def test_arrows_choose_and_then_enter_takes_it_else_enter_sends(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (80, 24)) as seat:
        await typed(seat, "@")
        await shows(seat.pilot, "› deep/")
        await seat.pilot.press("down")
        await shows(seat.pilot, "› my plan.txt")
        await seat.pilot.press("enter")
        await until(seat.pilot, lambda: seat.screen.composer.draft == '@"my plan.txt" ')
        seat.screen.composer.draft = ""
        await typed(seat, "repeat: ask @no")
        await shows(seat.pilot, "› notes.md")
        await seat.pilot.press("enter")
        await until(seat.pilot, lambda: asked(demo) == ["repeat: ask @no"])


async def test_esc_closes_the_list_and_nothing_else(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (80, 24)) as seat:
        await typed(seat, "@no")
        await shows(seat.pilot, "› notes.md")
        await seat.pilot.press("escape")
        await until(seat.pilot, lambda: "› notes.md" not in frame(seat.pilot.app))
        assert seat.screen.composer.draft == "@no"
        await typed(seat, "t")
        await shows(seat.pilot, "› notes.md")


async def test_what_cannot_go_along_is_told_and_the_draft_stays(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (80, 24)) as seat:
        await typed(seat, "see @nothing.bin")
        await shows(seat.pilot, "✗ nothing.bin is neither UTF-8 text nor a JPEG or PNG picture")
        await seat.pilot.press("enter")
        await shows(seat.pilot, "✗ not sent: nothing.bin is neither")
        await until(seat.pilot, lambda: seat.screen.composer.draft == "see @nothing.bin")
        assert asked(demo) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows deletes no folder that somebody is in")
async def test_a_folder_that_was_deleted_under_the_program_only_has_no_files(tmp_path: Path, demo: Demo, folder: Path) -> None:
    async with seated(tmp_path, demo, (80, 24)) as seat:
        shutil.rmtree(folder)
        await typed(seat, "repeat: see @notes.md now")
        await shows(seat.pilot, "@notes.md: no such file here")
        await seat.pilot.press("enter")
        await until(seat.pilot, lambda: asked(demo) == ["repeat: see @notes.md now"] and not seat.screen.exchange.running)
        await seat.type("/settings limits")
        await shows(seat.pilot, "max_output")


async def test_a_name_that_came_with_a_paste_hands_over_nothing(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (80, 24)) as seat:
        seat.screen.composer.post_message(events.Paste("repeat: mind @notes.md"))
        await shows(seat.pilot, "→ llama3.2")
        assert "with notes.md" not in frame(seat.pilot.app)
        await seat.pilot.press("enter")
        await until(seat.pilot, lambda: asked(demo) == ["repeat: mind @notes.md"])


async def test_a_picture_goes_to_a_model_that_sees_and_an_edited_question_keeps_it(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (100, 30), config=SEES) as seat:
        await typed(seat, "@ph")
        said = await shows(seat.pilot, "› photo.png")
        assert "no model here sees pictures" not in said
        await seat.pilot.press("tab")
        await typed(seat, "repeat: one")
        await seat.pilot.press("enter")
        await until(seat.pilot, lambda: asked(demo) and not seat.screen.exchange.running)
        await seat.type("/edit repeat: two")
        await until(seat.pilot, lambda: len(asked(demo)) == 2 and not seat.screen.exchange.running)
        bodies = [json.loads(r.body)["messages"][-1] for r in demo.ollama.requests if r.path == "/api/chat" and r.body]
        assert [len(b.get("images") or ()) for b in bodies] == [1, 1]
        assert bodies[1]["content"] == "repeat: two"


async def test_where_no_model_sees_the_list_says_so(tmp_path: Path, demo: Demo) -> None:
    blind = {model: ModelSettings(capabilities=["completion"]) for model in (LOCAL,)}
    async with seated(tmp_path, demo, (100, 30), config=Config(pair=PairSettings(local=LOCAL), models=blind)) as seat:
        await until(seat.pilot, lambda: seat.screen.ready)
        seat.screen.composer.sees = lambda: False
        await typed(seat, "@ph")
        await shows(seat.pilot, "picture · no model here sees pictures")


async def test_an_edited_question_brings_its_files_along_under_a_label(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (80, 24)) as seat:
        await seat.type("repeat: see @notes.md")
        await until(seat.pilot, lambda: len(asked(demo)) == 1 and not seat.screen.exchange.running)
        await seat.type("/edit")
        await until(seat.pilot, lambda: "[notes.md, 2 lines]" in seat.screen.composer.text)
        await typed(seat, " again")
        await seat.pilot.press("enter")
        await until(seat.pilot, lambda: len(asked(demo)) == 2 and not seat.screen.exchange.running)
        assert asked(demo)[1] == f"{asked(demo)[0]} again"


async def test_a_follow_up_takes_its_file_along_when_its_turn_comes() -> None:
    gate, line = held()
    chat = ScriptedChat([line])
    async with running(chat) as pilot:
        await ask(pilot, "first")
        await shows(pilot, "One")
        await ask(pilot, "then @notes.md")
        await shows(pilot, "next: then @notes.md")
        gate.set()
        await until(pilot, lambda: len(chat.asked) == 2)
        assert chat.asked[1] == "notes.md (2 lines):\n```\n# Tides\nhigh at noon\n```\n\nthen notes.md"


async def test_a_follow_up_whose_file_is_gone_waits_for_its_writer(folder: Path) -> None:
    gate, line = held()
    chat = ScriptedChat([line])
    async with running(chat) as pilot:
        await ask(pilot, "first")
        await shows(pilot, "One")
        await ask(pilot, "then @notes.md")
        await shows(pilot, "next: then @notes.md")
        (folder / "notes.md").write_bytes(b"\0")
        await pilot.press(*"mine")
        gate.set()
        await shows(pilot, "✗ not sent: notes.md is neither")
        said = await shows(pilot, "enter in an empty composer sends")
        assert "next: then @notes.md" in said
        assert screen(pilot).composer.draft == "mine"
        assert len(chat.asked) == 1


async def test_the_transcript_shows_a_file_as_a_line_that_unfolds(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (80, 24), config=SEES) as seat:
        await seat.type("repeat: seen @notes.md @photo.png")
        await until(seat.pilot, lambda: asked(demo) and not seat.screen.exchange.running)
        await seat.pilot.press("shift+tab", "up")
        said = await shows(seat.pilot, "▸ notes.md, 2 lines")
        assert "▪ photo.png, picture, " in said
        assert "high at noon" not in said
        await seat.pilot.press("t")
        said = await shows(seat.pilot, "▾ notes.md, 2 lines")
        assert "high at noon" in said
        await seat.pilot.press("t", "y")
        await shows(seat.pilot, "▸ notes.md, 2 lines")
        assert seat.pilot.app.clipboard.startswith("notes.md (2 lines):\n")


async def test_the_question_of_consent_counts_the_files_and_what_is_hidden_in_them(
    tmp_path: Path, demo: Demo, folder: Path
) -> None:
    (folder / "people.csv").write_text("name,mail\nsomebody,ana.ruiz@acme.example\n", encoding="utf-8")
    async with seated(tmp_path, demo, (140, 30)) as seat:
        await seat.pilot.press("f4")
        seat.screen.composer.draft = "Who is in @people.csv?"
        await shows(seat.pilot, "with people.csv, 41 B, about")
        await shows(seat.pilot, "hidden · asks first")
        await seat.pilot.press("enter")
        said = await shows(seat.pilot, "[y] send")
        assert " hidden · 1 file" in said
        await seat.consent("y")
        await until(seat.pilot, lambda: demo.openai.requests or demo.anthropic.requests)
        await until(seat.pilot, lambda: not seat.screen.exchange.running)
        (body,) = [r.body for s in (demo.openai, demo.anthropic) for r in s.requests]
        assert b"people.csv (2 lines)" in body
        assert b"ana.ruiz" not in body
        (row,) = [r for r in seat.chat.store.ledger.rows() if r.kind == "message"]
        assert row.bytes == len(body)


async def test_files_go_into_the_queue_and_to_several_models(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (120, 34)) as seat:
        await seat.type("/queue later @notes.md")
        await until(seat.pilot, lambda: seat.chat.store.queued())
        assert seat.chat.store.queued()[0].question.startswith("notes.md (2 lines):\n")
        await shows(seat.pilot, "[notes.md, 2 lines] later notes.md")
        await seat.type("/queue later @nothing.bin")
        await shows(seat.pilot, "✗ not sent: nothing.bin is neither")
        assert seat.screen.composer.draft == "/queue later @nothing.bin"
        seat.screen.composer.draft = ""
        await seat.type("/compare llama3.2:3b qwen2.5-coder:7b sum up @notes.md")
        await until(seat.pilot, lambda: len(asked(demo)) == 2)
        assert all(text.startswith("notes.md (2 lines):\n") for text in asked(demo))
        assert all(text.endswith("sum up notes.md") for text in asked(demo))


async def test_a_question_edited_in_one_line_keeps_its_files(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (80, 24)) as seat:
        await seat.type("see @notes.md")
        await until(seat.pilot, lambda: asked(demo) and not seat.screen.exchange.running)
        await seat.type('/edit and @"my plan.txt"?')
        await until(seat.pilot, lambda: len(asked(demo)) == 2)
        files, words = opened(asked(demo)[1])
        assert ([file.name for file in files], words) == (["my plan.txt", "notes.md"], "and my plan.txt?")


async def test_what_is_found_in_a_folded_file_is_shown(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (80, 24)) as seat:
        await seat.type("see @notes.md")
        await until(seat.pilot, lambda: asked(demo) and not seat.screen.exchange.running)
        await seat.type("/find high at noon")
        said = await shows(seat.pilot, "1 of 1")
        assert "▾ notes.md, 2 lines" in await shows(seat.pilot, "   high at noon"), said


async def test_a_name_that_was_only_pasted_stays_a_word_when_its_question_comes_back(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (80, 24)) as seat:
        composer = seat.screen.composer
        composer.post_message(events.Paste("repeat: mind @notes.md"))
        await until(seat.pilot, lambda: composer.draft)
        await seat.pilot.press("enter")
        await until(seat.pilot, lambda: len(asked(demo)) == 1 and not seat.screen.exchange.running)
        await seat.type("/edit")
        await until(seat.pilot, lambda: composer.draft == "repeat: mind @notes.md")
        await seat.pilot.press("!", "enter")
        await until(seat.pilot, lambda: len(asked(demo)) == 2 and not seat.screen.exchange.running)
        await seat.screen.open_session(seat.screen.current.session.id)
        await seat.pilot.press("up")
        await until(seat.pilot, lambda: composer.draft == "repeat: mind @notes.md!")
        await seat.pilot.press("?", "enter")
        await until(seat.pilot, lambda: len(asked(demo)) == 3 and not seat.screen.exchange.running)
        await seat.pilot.press("ctrl+r")
        await until(seat.pilot, lambda: getattr(seat.pilot.app.screen, "_shown", None))
        await seat.pilot.press("enter")
        await until(seat.pilot, lambda: composer.draft == "repeat: mind @notes.md!?")
        await seat.pilot.press(".", "enter")
        await until(seat.pilot, lambda: len(asked(demo)) == 4 and not seat.screen.exchange.running)
        assert asked(demo) == [f"repeat: mind @notes.md{end}" for end in ("", "!", "!?", "!?.")]


async def test_what_a_file_holds_names_no_other_file(tmp_path: Path, demo: Demo, folder: Path) -> None:
    (folder / "odd.txt").write_text("see \x1a@notes.md\n", encoding="utf-8")
    async with seated(tmp_path, demo, (80, 24)) as seat:
        await seat.type("repeat: read @odd.txt")
        await until(seat.pilot, lambda: len(asked(demo)) == 1 and not seat.screen.exchange.running)
        await seat.type("/edit repeat: in other words")
        await until(seat.pilot, lambda: len(asked(demo)) == 2 and not seat.screen.exchange.running)
        assert [file.name for file in opened(asked(demo)[1])[0]] == ["odd.txt"]


async def test_a_file_that_is_not_there_is_told_before_and_after_sending(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (80, 24)) as seat:
        await typed(seat, "repeat: see @missing.txt now")
        await shows(seat.pilot, "@missing.txt: no such file here")
        await seat.pilot.press("enter")
        await shows(seat.pilot, "▪ @missing.txt: no such file here; sent as text")
        await until(seat.pilot, lambda: asked(demo) == ["repeat: see @missing.txt now"])


async def test_somebody_who_is_named_is_no_missing_file(tmp_path: Path, demo: Demo) -> None:
    async with seated(tmp_path, demo, (80, 24)) as seat:
        await typed(seat, "repeat: ask @alice and me@mail.com")
        await seat.pilot.press("enter")
        await until(seat.pilot, lambda: bool(asked(demo)) and not seat.screen.exchange.running)
        assert "no such file" not in frame(seat.pilot.app)

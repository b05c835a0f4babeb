"""What is taken out of the conversation is what was written, less control characters."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.demo import Demo
from hybridchat.render import editor
from hybridchat.render.fences import blocks
from tests.support.screen import shows, until
from tests.support.screens import seated
from tests.support.scripted import Line, ScriptedChat
from tests.tui.test_chat_screen import ask, notices, running, screen

CODE = "Two ways:\n\n```python\nprint(1)\n\nprint(2)\n```\n\n1. or\n   ~~~\n   echo\n     hi\n   ~~~\n"


def test_code_blocks_come_without_their_fences_and_indents() -> None:
    assert blocks(CODE) == ["print(1)\n\nprint(2)", "echo\n  hi"]
    assert blocks("```\nopen") == ["open"]
    assert blocks("no `code` here") == []
    assert blocks("````\n```\ninner\n```\n````") == ["```\ninner\n```"]


@given(st.text(st.characters(exclude_characters="`~\r\n", exclude_categories=["Cs"])))
def test_a_code_block_is_what_was_written(line: str) -> None:
    assert blocks(f"text\n```\n{line}\nx\n```\nmore") == [f"{line}\nx"]


async def test_u_copies_one_code_block_after_the_other_and_y_the_message() -> None:
    async with running(ScriptedChat([Line(pieces=(CODE,))])) as pilot:
        await ask(pilot, "how?")
        await shows(pilot, "42 tok/s")
        await pilot.press("shift+tab", "u")
        await until(pilot, lambda: pilot.app.clipboard == "print(1)\n\nprint(2)")
        await pilot.press("u")
        await until(pilot, lambda: pilot.app.clipboard == "echo\n  hi")
        assert "Copied code block 2 of 2: 9 characters." in notices(pilot)
        await pilot.press("u")
        await until(pilot, lambda: pilot.app.clipboard == "print(1)\n\nprint(2)")
        await pilot.press("y")
        await until(pilot, lambda: pilot.app.clipboard == CODE)
        await pilot.press("up", "u")
        await until(pilot, lambda: "There is no code block in this message." in notices(pilot))


async def test_copy_with_a_number_counts_from_the_end() -> None:
    chat = ScriptedChat([Line(pieces=("one",)), Line(pieces=("two",))])
    async with running(chat) as pilot:
        for n in range(2):
            await ask(pilot, "go")
            await until(pilot, lambda n=n: len(chat.asked) == n + 1 and not screen(pilot).exchange.running)
        await ask(pilot, "/copy 2")
        await until(pilot, lambda: pilot.app.clipboard == "one")
        await ask(pilot, "/copy")
        await until(pilot, lambda: pilot.app.clipboard == "two")
        await ask(pilot, "/copy 3")
        await shows(pilot, "/copy 2 the first of 2 answers")


async def test_a_conversation_is_written_to_a_file_that_only_its_owner_reads_and_nothing_is_overwritten(
    tmp_path: Path, demo: Demo
) -> None:
    async with seated(tmp_path, demo) as seat:
        await seat.type("/export")
        await shows(seat.pilot, "nothing to export yet")
        await seat.type("repeat: one")
        out, whole = tmp_path / "talk.md", tmp_path / "talk.json"
        await seat.type(f"/export {out}")
        await until(seat.pilot, out.exists)
        await until(seat.pilot, lambda: "## you\n\nrepeat: one\n" in out.read_text())
        assert os.name != "posix" or out.stat().st_mode & 0o777 == 0o600
        before = out.read_text()
        await seat.type(f"/export {out}")
        await until(seat.pilot, lambda: any("is there already" in block.text for block in seat.screen.thread.blocks))
        assert out.read_text() == before
        await seat.type(f"/export {whole}")
        await until(seat.pilot, lambda: whole.exists() and whole.read_text())
        assert json.loads(whole.read_text())["turns"][0]["question"] == "repeat: one"
        await seat.type("/export ~nobody-of-that-name/talk.md")
        await shows(seat.pilot, "Not written: ")


async def test_without_a_terminal_to_hand_over_the_draft_stays() -> None:
    async with running(ScriptedChat()) as pilot:
        await pilot.press(*"draft", "ctrl+g")
        await shows(pilot, "cannot be handed to an editor")
        assert screen(pilot).composer.draft == "draft"


def test_the_editor_gets_the_text_and_gives_it_back_and_its_file_goes(tmp_path: Path) -> None:
    script, seen = tmp_path / "ed.py", tmp_path / "seen"
    script.write_text(
        "import pathlib, sys\np = pathlib.Path(sys.argv[1])\n"
        f"pathlib.Path({str(seen)!r}).write_text(str(p) + '|' + p.read_text())\np.write_text('after\\n')\n"
    )
    assert editor.edited("before", [sys.executable, str(script)]) == "after"
    name, _, text = seen.read_text().partition("|")
    assert text == "before"
    assert not Path(name).exists()


def test_an_editor_that_fails_or_is_not_there_is_told() -> None:
    with pytest.raises(OSError, match="ended with code 3"):
        editor.edited("x", [sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(OSError):
        editor.edited("x", ["no-such-editor-anywhere"])


def test_visual_comes_before_editor() -> None:
    assert editor.command({"VISUAL": "code --wait", "EDITOR": "vi"}) == ["code", "--wait"]
    assert editor.command({"EDITOR": "vi"}) == ["vi"]


def test_a_quotation_mark_that_is_never_closed_is_a_letter() -> None:
    assert editor.command({"EDITOR": "ed 'x"}) == ["ed", "'x"]


@pytest.mark.skipif(sys.platform != "win32", reason="elsewhere a backslash is no part of a path")
def test_a_quoted_path_of_windows_is_a_path() -> None:
    assert editor.command({"EDITOR": r'"C:\Program Files\ed.exe" -n'}) == [r"C:\Program Files\ed.exe", "-n"]

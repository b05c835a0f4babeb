"""Plain mode, on a real terminal: what is typed while an answer comes, what is found, edited, branched and taken along."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from hybridchat.demo import Demo, Fault
from tests.support.chats import environment

if os.name != "posix":
    pytest.skip("needs a POSIX pseudo-terminal", allow_module_level=True)

from tests.cli.talk import Talk

pytestmark = pytest.mark.pty


@pytest.fixture
def env(demo: Demo, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "config.toml").write_text('[pair]\nlocal = "ollama:llama3.2:3b"\n')
    return environment(demo, tmp_path)


def test_what_is_typed_while_an_answer_comes_is_sent_after_it_line_by_line(demo: Demo, env: dict[str, str]) -> None:
    demo.ollama.fail(Fault(kind="stall", after=1, seconds=1.0))
    with Talk("--plain", env=env) as talk:
        talk.until("\nyou: ")
        talk.terminal.send("repeat: one and more", "enter")
        talk.until("local: ")
        talk.terminal.send("repeat: two", "enter", "repeat: three", "enter")
        said = talk.until("three\n(llama")
        assert "next 1: repeat: two\nnext 2: repeat: three\n" in said
        assert said.index("you: repeat: two\n") < said.index("local: two\n") < said.index("you: repeat: three\n")


def test_after_a_stop_it_is_not_sent_unless_wanted(tmp_path: Path) -> None:
    with Demo(chunks_per_second=60) as slow, Talk("--plain", env=environment(slow, tmp_path)) as talk:
        talk.until("\nyou: ")
        talk.line("a very long essay", "local: ")
        talk.terminal.send("repeat: two", "enter")
        talk.until("repeat: two\n")
        for _ in range(3):  # lines that were typed and read are not thrown away with the answer
            talk.until(" ")
        talk.terminal.send("ctrl+c")
        said = talk.until("number, or Enter for none: ")
        assert "\nStopped\n" in said
        assert "next: repeat: two" in said
        assert "local: two" not in talk.line("2")


def test_what_was_said_is_found_with_numbers(env: dict[str, str]) -> None:
    with Talk("--plain", env=env) as talk:
        talk.until("\nyou: ")
        talk.line("repeat: the café")
        talk.line("repeat: nothing")
        said = talk.line("/find CAFE")
        assert "2 hits, the newest first." in said
        assert "1 llama3.2:3b: the café" in said
        assert "2 you: repeat: the café" in said
        assert "Not found" in talk.line("/find zebra")


def test_a_question_is_edited_into_a_branch_and_a_conversation_is_forked(env: dict[str, str]) -> None:
    with Talk("--plain", env=env) as talk:
        talk.until("\nyou: ")
        assert "one branch only" in talk.line("/branch 1")
        talk.line("repeat: two")
        assert "This is branch 2 of 2. /branch 1 shows the first." in talk.line("/edit repeat: other", "first.\nyou: ")
        shown = talk.line("/branch 1", "\nyou: r")
        assert "Branch 1 of 2:" in shown
        assert "epeat: two" in talk.until("\nyou: ")
        assert "a number" not in talk.line("/branch 3")
        assert "of its own" in talk.line("/fork")
        assert "one branch only" in talk.line("/branch 2")
        listed = talk.line("/sessions", "number, or Enter for none: ")
        assert listed.count("repeat: two") == 2


def test_what_was_typed_before_is_sent_again_by_its_number(env: dict[str, str]) -> None:
    with Talk("--plain", env=env) as talk:
        talk.until("\nyou: ")
        talk.line("repeat: the big red bus")
        talk.line("repeat: pears")
        offered = talk.line("/recall red", "number, or Enter for none: ")
        assert "1 repeat: the big red bus" in offered
        assert "local: the big red bus" in talk.line("1", "red bus\n(")
        assert "Nothing like it" in talk.line("/recall zzzz", "before.\nyou: ")


def test_a_message_is_written_in_the_editor_and_a_conversation_into_a_file(env: dict[str, str], tmp_path: Path) -> None:
    script = tmp_path / "ed.py"
    script.write_text("import pathlib, sys\npathlib.Path(sys.argv[1]).write_text('repeat: from afar\\n')\n")
    with Talk("--plain", env={**env, "VISUAL": f"{sys.executable} {script}"}, columns=200) as talk:
        talk.until("\nyou: ")
        assert "nothing to export" in talk.line("/export")
        assert "local: from afar" in talk.line("/editor", "local: from afar")
        talk.until("\nyou: ")
        assert "Written to" in talk.line(f"/export {tmp_path / 'talk.md'}")
        assert "Errno" not in talk.line(f"/export {tmp_path / 'nowhere' / 'talk.md'}")
        assert "repeat: from afar" in (tmp_path / "talk.md").read_text()
        assert "The last answer, once more:\nfrom afar" in talk.line("/copy 1")


def test_what_models_are_told_first_is_set_and_taken_away(demo: Demo, env: dict[str, str]) -> None:
    with Talk("--plain", env=env) as talk:
        talk.until("\nyou: ")
        assert "told nothing first" in talk.line("/system")
        assert "Told first in this conversation: Rhyme." in talk.line("/system Rhyme.")
        talk.line("repeat: one")
        assert any(b"Rhyme." in (r.body or b"") for r in demo.ollama.requests if r.path == "/api/chat")
        assert "told nothing first" in talk.line("/system none")

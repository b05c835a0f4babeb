"""Files named in plain mode: the same words as on the screen, and the same way out."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hybridchat.demo import Demo
from tests.support.chats import environment
from tests.test_pictures import png

pytestmark = [pytest.mark.pty, pytest.mark.skipif(os.name != "posix", reason="needs a POSIX pseudo-terminal")]

if os.name == "posix":
    from tests.cli.talk import Talk


MENU = "number, or Enter for none: "


@pytest.fixture
def talk(demo: Demo, tmp_path: Path) -> Iterator[Talk]:
    (tmp_path / "my notes.md").write_text("# Tides\nhigh at noon\n", encoding="utf-8")
    (tmp_path / "photo.png").write_bytes(png())
    (tmp_path / "nothing.bin").write_bytes(b"\0\1")
    with Talk("--plain", env=environment(demo, tmp_path)) as one:
        one.until("\nyou: ")
        yield one


def asked(demo: Demo) -> list[str]:
    return [json.loads(r.body)["messages"][-1]["content"] for r in demo.ollama.requests if r.path == "/api/chat" and r.body]


def test_a_named_file_goes_along_is_told_kept_by_edit_and_queued(talk: Talk, demo: Demo, tmp_path: Path) -> None:
    said = talk.line(f'what says @"{tmp_path}/my notes.md"?')
    assert "(with my notes.md, 21 B, about" in said
    assert asked(demo)[-1] == "my notes.md (2 lines):\n```\n# Tides\nhigh at noon\n```\n\nwhat says my notes.md?"
    talk.line("/edit and in other words?")
    assert asked(demo)[-1] == "my notes.md (2 lines):\n```\n# Tides\nhigh at noon\n```\n\nand in other words?"
    said = talk.line(f"look at @{tmp_path}/nothing.bin")
    assert "Not sent: nothing.bin is neither UTF-8 text nor a JPEG or PNG picture." in said
    assert len(asked(demo)) == 2
    talk.line(f'/queue later @"{tmp_path}/my notes.md"')
    talk.line("/queue", "number, or Enter for none: ")
    assert "[my notes.md, 2 lines] later my notes.md" in talk.raw.decode()


def test_a_file_that_is_not_there_is_told_and_the_name_goes_as_a_word(talk: Talk, demo: Demo) -> None:
    assert "(@missing.txt: no such file here; sent as text)" in talk.line("see @missing.txt")
    assert asked(demo)[-1] == "see @missing.txt"
    assert "no such file" not in talk.line("ask @alice")


def test_tab_completes_names_and_commands_and_the_arrow_brings_back_what_was_asked_here(
    talk: Talk, demo: Demo, tmp_path: Path
) -> None:
    if "libedit" in (pytest.importorskip("readline").__doc__ or ""):
        pytest.skip("libedit lists in its own way")
    talk.terminal.send(f"repeat: from @{tmp_path}/my", "tab")
    talk.until('my notes.md" ')
    talk.line("please")
    assert asked(demo)[-1].startswith("my notes.md (2 lines):")
    talk.terminal.send("/exp", "tab")
    talk.until("/export ")
    talk.line(f"{tmp_path}/out.md", "Written to")
    talk.until("\nyou: ")
    talk.terminal.send("/se", "tab")
    assert "\n/search, /sessions, /set, /settings\nyou: /se" in talk.until("\nyou: /se")
    talk.line("ssions nothing like it")
    talk.terminal.send("up")
    talk.until("repeat: from my notes.md please")
    talk.line("")
    assert asked(demo)[-1] == "repeat: from my notes.md please", "what was brought back sends no file again"
    talk.line("/new")
    talk.terminal.send("up")
    before = len(asked(demo))
    talk.line("")
    assert len(asked(demo)) == before, "another conversation's questions are not brought back"


def test_a_name_in_what_was_pasted_or_recalled_is_a_word_until_the_user_says_otherwise(
    talk: Talk, demo: Demo, tmp_path: Path
) -> None:
    (tmp_path / "key.txt").write_text("not for anybody\n")
    name = f"@{tmp_path}/key.txt"
    talk.terminal.write(f"repeat: from a page\r{name}\rends\r".encode())
    assert "\nNot typed, but there is such a file: key.txt, 16 B, " in talk.until(MENU)
    talk.line("n")
    assert asked(demo)[-1] == f"repeat: from a page\n{name}\nends"
    talk.line("/recall from a page", MENU)
    talk.line("1", MENU)
    talk.line("y")
    assert asked(demo)[-1].startswith("key.txt (1 line):\n```\nnot for anybody\n```\n\nrepeat: from a page\nkey.txt\n")
    assert sum("not for anybody" in one for one in asked(demo)) == 1

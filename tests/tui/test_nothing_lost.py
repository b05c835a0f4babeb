"""The program itself on a real terminal: what was typed survives kill -9, the editor, Esc and Ctrl+C."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from hybridchat.demo import Demo
from tests.support.chats import environment

pytestmark = [pytest.mark.pty, pytest.mark.skipif(os.name != "posix", reason="needs a POSIX pseudo-terminal")]

if os.name == "posix":
    from tests.support.terminal import Terminal
    from tests.tui.test_program import ESSAY, idle, program, until

PASTE = "".join(f"line {n} of what was pasted\n" for n in range(30))
LABEL = f"[pasted 30 lines, {len(PASTE)} B]"


def paste(terminal: Terminal, text: str) -> None:
    terminal.send(f"\x1b[200~{text}\x1b[201~")


def kept(folder: Path) -> list[tuple[str, str]]:
    """Id and draft of every conversation, as they are on the disk."""
    with closing(sqlite3.connect(f"file:{folder / 'data' / 'hybridchat.db'}?mode=ro", uri=True)) as conn:
        return [tuple(row) for row in conn.execute("SELECT id, draft FROM sessions WHERE kind = 'chat'")]


def test_a_byte_that_is_no_utf8_neither_ends_the_program_nor_takes_the_rest_along(demo: Demo, tmp_path: Path) -> None:
    with program(env=environment(demo, tmp_path)) as terminal:
        terminal.wait_for("asks before anything leaves")
        terminal.write(b"caf\xe9 and more")
        terminal.wait_for("caf\ufffd and more")
        # half a letter that is whole with the next read is none of these
        terminal.write("é".encode()[:1])
        terminal.write("é".encode()[1:] + b"!")
        terminal.wait_for("more\xe9!")


def asked(demo: Demo) -> int:
    return sum(r.path == "/api/chat" and b'"repeat: ' in r.body for r in demo.ollama.requests)


def test_what_waits_and_what_is_being_written_survive_a_kill_and_nothing_is_sent_by_itself(tmp_path: Path) -> None:
    with Demo(chunks_per_second=40) as slow:
        env = environment(slow, tmp_path)
        with program(env=env) as terminal:
            terminal.wait_for("asks before anything leaves")
            terminal.send(ESSAY, "enter")
            terminal.wait_for("esc stop")
            terminal.send("repeat: second", "enter")
            terminal.wait_for("next: repeat: second")
            terminal.send("repeat: third", "enter")
            terminal.wait_for("next 2: repeat: third")
            paste(terminal, PASTE)
            terminal.wait_for(LABEL)
            terminal.send("and a word")
            until(terminal, lambda: any("and a word" in draft and PASTE in draft for _, draft in kept(tmp_path)))
            os.kill(terminal.pid, signal.SIGKILL)
            while terminal.alive:
                terminal.pump(0.05)
        ((session, _),) = [one for one in kept(tmp_path) if one[1]]
        with program("--session", session, env=env) as terminal:
            terminal.wait_for("next 1: repeat: second")
            terminal.wait_for("next 2: repeat: third")
            terminal.wait_for(f"{LABEL}and a word")
            terminal.wait_for("answer interrupted")
            assert asked(slow) == 0
            terminal.send("ctrl+c")
            until(terminal, lambda: "and a word" not in terminal.text())
            terminal.send("enter")
            until(terminal, lambda: asked(slow) == 2)
            idle(terminal)
            terminal.send("ctrl+z")
            terminal.wait_for(f"{LABEL}and a word")
            assert terminal.close("ctrl+q") == 0


def test_esc_clears_nothing_ctrl_c_clears_then_asks_twice_and_ctrl_d_leaves_an_empty_composer(demo: Demo, tmp_path: Path) -> None:
    """Nor is a letter lost that was typed while the program started."""
    env = environment(demo, tmp_path)
    with program(env=env) as terminal:
        terminal.wait_for("asks before anything leaves")
        assert terminal.close("ctrl+d") == 0
    with program(env=env) as terminal:
        # letter by letter from the first moment on: before there is a screen, while there is no composer, and after that
        typed = ""
        while "asks before anything leaves" not in terminal.text() or len(typed) < 20:
            if len(typed) < 90:
                terminal.send(letter := chr(ord("a") + len(typed) % 26))
                typed += letter
            terminal.pump(0.02)
        until(terminal, lambda: f" {typed}" in terminal.text().split("\n"))
        terminal.send("ctrl+c")
        terminal.wait_for("message…")
        terminal.send("some words")
        terminal.wait_for("some words")
        terminal.send("esc", "!")
        terminal.wait_for("some words!")
        terminal.send("ctrl+c")
        terminal.wait_for("message…")
        terminal.send("ctrl+z")
        terminal.wait_for("some words!")
        terminal.send("home", "ctrl+d")
        terminal.wait_for(" ome words!")
        terminal.send("ctrl+c")
        terminal.wait_for("message…")
        terminal.send("ctrl+c")
        terminal.wait_for("press ^c again to quit")
        assert terminal.close("ctrl+c") == 0


EDITOR = """
import os, pathlib, stat, sys
path = pathlib.Path(sys.argv[1])
before = path.read_text()
pathlib.Path(os.environ["SEEN"]).write_text(f"{path}\\n{stat.S_IMODE(path.stat().st_mode):o}\\n{before}")
path.write_text(before + " and more\\n")
sys.exit(int(os.environ.get("CODE", "0")))
"""


@pytest.mark.parametrize("code", [0, 3])
def test_the_editor_gets_the_draft_in_a_file_of_its_own_that_goes(demo: Demo, tmp_path: Path, code: int) -> None:
    script, seen = tmp_path / "editor.py", tmp_path / "seen"
    script.write_text(EDITOR)
    env = {**environment(demo, tmp_path), "EDITOR": f"{sys.executable} {script}", "SEEN": str(seen), "CODE": str(code)}
    with program(env={**env, "VISUAL": ""}) as terminal:
        terminal.wait_for("asks before anything leaves")
        paste(terminal, PASTE)
        terminal.wait_for(LABEL)
        terminal.send("my words")
        terminal.wait_for(f"{LABEL}my words")
        terminal.send("ctrl+g")
        if code:
            terminal.wait_for("The editor could not be used")
            terminal.wait_for(f"{LABEL}my words")
        else:
            terminal.wait_for("my words and more")
            terminal.wait_for("line 29 of what was pasted")
        path, mode, text = seen.read_text().split("\n", 2)
        assert (mode, text) == ("600", f"{PASTE}my words")
        assert not Path(path).exists()
        terminal.send("!")
        terminal.wait_for("my words!" if code else "and more!")
        assert terminal.close("ctrl+q") == 0

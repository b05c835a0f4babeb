"""Twenty things that somebody new wants to do on the first day, done with the keys that the screen names, and in plain lines."""

from __future__ import annotations

import base64
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hybridchat.commands import COMMANDS
from hybridchat.demo import Demo
from tests.cli.run import bare
from tests.support.chats import CALM, environment

pytestmark = [pytest.mark.pty, pytest.mark.skipif(os.name != "posix", reason="needs a POSIX pseudo-terminal")]

if os.name == "posix":
    from tests.cli.talk import Talk
    from tests.support.terminal import Terminal

CONFIG = '[pair]\nlocal = "ollama:llama3.2:3b"\ncloud = "openai:gpt-6.1-terra"\n'
ESSAY = "Write a very long essay about tides."
MENU = "number, or Enter for none: "
SETTLE = 0.8
"""Seconds after which a question takes letters: those that come at once were meant for the composer."""


@pytest.fixture
def near() -> Iterator[Path]:
    """A folder with a short name: what is said of a file in it stands on one line."""
    with TemporaryDirectory(prefix="h") as name:
        (Path(name) / "notes.txt").write_text("The meeting is at ten.\n")
        yield Path(name)


@pytest.fixture
def servers() -> Iterator[Demo]:
    with Demo(chunks_per_second=200) as running:
        yield running


def contains(words: str, text: str) -> bool:
    return words in text


class Person:
    """Somebody at the full screen, who goes on once they see what they waited for."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal

    def sees(self, *words: str) -> None:
        for some in words:
            self.until(partial(contains, some), some)

    def until(self, done: Callable[[str], object], what: str = "it") -> None:
        deadline = time.monotonic() + 30
        while not done(self.terminal.text()):
            assert time.monotonic() < deadline, f"{what!r} did not come; the screen:\n{self.terminal.text()}"
            assert self.terminal.alive, self.terminal.text()
            self.terminal.pump(0.05)

    def presses(self, *keys: str) -> None:
        self.terminal.send(*keys)

    def asks(self, text: str, *answer: str) -> None:
        self.presses(text, "enter")
        if text.startswith("repeat: "):
            # the answer is the line without that word before it; the end of the scroll bar may stand beside it
            line = re.compile(rf"^ +{re.escape(text[8:])}[ ▁-█]*$", re.MULTILINE)
            self.until(line.search, text)
        self.sees(*answer)
        self.until(lambda said: "esc stop" not in said, "the end of the answer")

    def leaves(self, words: str) -> None:
        """Leaves a view by Esc; `words` stand only on it."""
        self.presses("esc")
        # a screen is painted from the top: the last line of the view goes last
        self.until(lambda said: words not in said and "esc close" not in said and "esc back" not in said, f"{words} gone")

    def decides(self, key: str) -> None:
        """Answers the question that stands above the composer."""
        self.sees(f"[{key}]")
        ready = time.monotonic() + SETTLE
        while time.monotonic() < ready:
            self.terminal.pump(0.05)
        self.presses(key)
        self.until(lambda said: f"[{key}]" not in said, "the question gone")


def test_twenty_everyday_tasks_on_the_screen(servers: Demo, near: Path) -> None:
    env = environment(servers, near)
    (near / "config.toml").write_text(CONFIG + CALM)
    inherited = {k: v for k, v in bare().items() if k != "TERM"}
    terminal = Terminal([sys.executable, "-m", "hybridchat"], columns=110, rows=36, env={**inherited, **env})
    try:
        person = Person(terminal)
        person.sees("asks before anything leaves")
        for task in (_talks, _finds_and_chooses, _looks_at_what_left, _adjusts, _takes_along, _tidies_up):
            task(person, near)
        assert terminal.close("ctrl+q") == 0
        assert b"Traceback" not in terminal.raw
    finally:
        if terminal.alive:
            terminal.close()


def _talks(person: Person, near: Path) -> None:
    """1 ask, 2 ask further, 3 stop, 4 copy."""
    person.asks("What is the capital of France?", "Paris", "on this machine ·")
    person.asks("repeat: and it lies on the Seine")
    person.presses(ESSAY, "enter")
    person.sees("tide", "esc stop")
    person.presses("esc")
    person.sees("■ stopped")
    person.asks("repeat: to be copied")
    person.presses("ctrl+x", "y")
    wanted = base64.b64encode(b"to be copied")
    person.until(lambda _: wanted in person.terminal.raw, "the clipboard")


def _finds_and_chooses(person: Person, near: Path) -> None:
    """5 a new conversation and back to the old one by a word, 6 another model, 7 nothing may leave."""
    person.presses("ctrl+n")
    person.sees("A new conversation.")
    person.presses("f6")
    person.sees("What is the capital")
    person.presses("Seine")
    person.until(lambda said: "lies on the Seine" in said, "the place")
    person.presses("enter")
    person.sees("to be copied")
    if "esc back to writing" not in person.terminal.text():
        person.presses("shift+tab")
    person.sees("esc back to writing")
    # all at once, as from a paste, while the messages have the focus: no letter is taken for a key of theirs
    person.presses("/model qwen2.5-coder:7b")
    person.sees("/model qwen2.5-coder:7b")
    person.presses("enter")
    person.asks("repeat: from the other one", "qwen2.5-coder:7b · on this machine")
    person.presses("f2")
    person.sees("choose for each message")
    person.presses("home", "enter")
    person.until(lambda said: "held:" not in said, "the choice let go")
    person.presses("f3")
    person.sees("LOCAL ONLY  nothing leaves")
    person.asks("repeat: at home")
    person.presses("f5")
    person.sees("AUTO · local first")


def _looks_at_what_left(person: Person, near: Path) -> None:
    """8 a name is hidden, 9 the other side is asked, 10 what left is seen, 11 why that model."""
    person.asks("/hide Bourbaki", "Bourbaki is hidden from now on")
    person.asks("repeat: dear Bourbaki")
    person.presses("ctrl+o")
    person.sees("1 item hidden")
    person.decides("y")
    person.sees("· cloud ·")
    person.until(lambda said: "esc stop" not in said)
    person.presses("ctrl+x", "g")
    person.sees("1 message left this machine")
    person.leaves("1 message left this machine")
    person.presses("f7")
    person.sees("gpt-6.1-terra", "esc close")
    person.leaves("esc close")


def _adjusts(person: Person, near: Path) -> None:
    """12 other colours, 13 a question in other words, 14 a title, 15 a budget, 16 help."""
    person.presses("/theme light", "enter")
    person.until(lambda _: 'theme = "light"' in (near / "config.toml").read_text(), "the theme is kept")
    person.presses("shift+tab")
    person.sees("esc back to writing")
    person.presses("e")
    person.until(re.compile(r"editing: .*\n repeat: dear Bourbaki").search, "the question in the composer")
    person.presses(", my friend", "enter")
    person.sees("   dear Bourbaki, my friend", "2 of 2")
    person.until(lambda said: "esc stop" not in said)
    person.asks("/rename About letters", "About letters")
    person.asks("/budget 5", "$5.00")
    person.presses("f1")
    person.sees("type to search")
    person.presses("file")
    person.sees("/export")
    person.leaves("/export")


def _takes_along(person: Person, near: Path) -> None:
    """17 a file goes along, 18 the conversation into a file."""
    person.presses(f"what stands in @{near}/notes.txt ?", "enter")
    person.sees("notes.txt, 1 line", "prepared answers")
    person.until(lambda said: "esc stop" not in said)
    person.presses(f"/export {near}/out.md", "enter")
    person.until(lambda _: (near / "out.md").exists(), "the file")
    assert "dear Bourbaki, my friend" in (near / "out.md").read_text()


def _tidies_up(person: Person, near: Path) -> None:
    """19 deleted and brought back, 20 a private one that is forgotten."""
    person.asks("/delete", "/undo brings it back")
    person.presses("/undo", "enter")
    person.until(lambda said: "About letters" in said.splitlines()[0], "the title")
    person.presses("ctrl+x", "p")
    person.sees("rivate")
    person.asks("repeat: nobody shall know")
    person.presses("/new", "enter")
    person.until(lambda said: "nobody shall know" not in said, "it is forgotten")


PLAIN = (
    ("What is the capital of France?", "Paris"),
    ("repeat: and it lies on the Seine", ", local: and it lies on the Seine"),
    ("/copy", "and it lies on the Seine"),
    ("/new", "The old one stays"),
    ("/sessions Seine", MENU),
    ("1", "lies on the Seine"),
    ("/model qwen2.5-coder:7b", "qwen2.5-coder:7b"),
    ("repeat: from the other one", "\nqwen2.5-coder:7b, local: from the other one"),
    ("/pin", "each message chooses"),
    ("/local", "LOCAL ONLY"),
    ("/auto", "AUTO"),
    ("/hide Bourbaki", "Bourbaki is hidden"),
    ("repeat: dear Bourbaki", "local: dear Bourbaki"),
    ("/other", MENU),
    ("1", ", cloud: dear Bourbaki"),
    ("/ledger", "1 message left this machine"),
    ("/why", "gpt-6.1-terra"),
    ("/theme light", "opens in light"),
    ("/edit repeat: my dear Bourbaki", "branch 2 of 2"),
    ("/rename About letters", "now called: About letters"),
    ("/budget 5", "$5.00"),
    ("/help", "/export"),
    ("repeat: what stands in @{near}/notes.txt ?", "notes.txt"),
    ("/export {near}/out.md", "Written to"),
    ("/find Bourbaki", "hits, the newest first"),
    ("/tag letters", "Tags: #letters"),
    ("/top", "top of the list"),
    ("/archive", "Archived"),
    ("/archive", "in the list again"),
    ("/branch", "/branch 1 to /branch 2"),
    ("/retry", "local: "),
    ("/continue", "The last answer is whole"),
    ("/system be brief", "Told first"),
    ("/set", "temperature: "),
    ("/set temperature 0.2", "temperature is 0.2"),
    ("/think high", "think is high"),
    ("/terms", "Bourbaki: hidden"),
    ("/stats", "In all: "),
    ("/status", "This machine: "),
    ("/gauges", "cpu"),
    ("/doctor", "ok, configuration"),
    ("/settings privacy.cloud ask", "ask"),
    ("/queue repeat: later", "Kept for later"),
    ("/queue", MENU),
    ("1", MENU),
    ("d", "Removed."),
    ("/recall Bourbaki", MENU),
    ("", "you: "),
    ("/model", MENU),
    ("", "you: "),
    ("/mouse", "never takes it"),
    ("/anyway", "No question was refused"),
    ("/stop", "Nothing is running"),
    ("/fork", "of its own"),
    ("/purge", "Erased in 10 minutes"),
    ("/undo", "Back: "),
    ("/delete", "/undo brings it back"),
    ("/undo", "Back: About letters"),
    ("/private", "you (private): "),
    ("repeat: nobody shall know", "local: nobody shall know"),
    ("/new", "forgotten"),
)


ELSEWHERE = {"/cloud", "/compare", "/editor", "/quit"}
"""Commands that other conversations in plain lines go through."""


def test_the_same_in_plain_lines(servers: Demo, near: Path) -> None:
    env = environment(servers, near)
    (near / "config.toml").write_text(CONFIG + CALM)
    prompt = re.compile(rf"(\nyou(?: \(private\))?: |{MENU})$")
    with Talk("--plain", env=env) as talk:
        talk.until("\nyou: ")
        talk.line(ESSAY, "local: ")
        talk.until(".")
        talk.terminal.send("ctrl+c")
        talk.until("\nStopped\n")
        talk.until("\nyou: ")
        for typed, comes in PLAIN:
            before = len(talk.raw)
            talk.terminal.send(typed.format(near=near), "enter")
            deadline = time.monotonic() + 30
            while not (prompt.search(said := _since(talk, before)) and comes in said):
                assert time.monotonic() < deadline, f"{typed}: {comes!r} did not come; this did:\n{said}"
                talk.terminal.pump(0.2)
        assert talk.leave("/quit", "enter") == 0
        assert {typed.partition(" ")[0] for typed, _ in PLAIN} >= {f"/{c.name}" for c in COMMANDS} - ELSEWHERE
        assert not talk.drawn, "plain lines are for who hears them"
    assert "my dear Bourbaki" in (near / "out.md").read_text()


def _since(talk: Talk, at: int) -> str:
    """What came after `at` bytes, without the line that the terminal repeated."""
    said = talk.raw[at:].decode("utf-8", "replace").replace("\r\n", "\n")
    return said.partition("\n")[1] + said.partition("\n")[2]

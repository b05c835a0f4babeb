"""The two ways the program shows itself, each driven on a real pseudo-terminal by the same few words. POSIX only."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from hybridchat.render.aloud import aloud
from tests.cli.run import bare
from tests.cli.talk import Talk
from tests.script.conversation import LOCAL, Choose
from tests.support.terminal import Terminal

SETTLE = 0.8
"""Seconds after which a question of the full screen takes letters: those that come at once were meant for the composer."""
WORDS = {Choose.SEND: "send", Choose.ALWAYS: "always", Choose.VIEW: "view", Choose.HERE: "answer here", Choose.KEEP: "keep it"}
"""How a choice is called on the screen. Leaving it is Esc, and Enter without a number."""
VIEW = re.compile(r"esc (back|close)|find: .* of \d")
MENU = "number, or Enter for none: "


class Front(Protocol):
    """A running program. Words on it are compared without white space and emphasis."""

    def type(self, text: str) -> None: ...
    def choose(self, answer: Choose) -> None: ...
    def asks(self, words: str) -> None:
        """Waits for a question with these words."""
        ...

    def rests(self) -> None:
        """Waits until the next message can be typed."""
        ...

    def shows(self, words: str) -> None:
        """Waits until the words stand there, since the last thing that was typed or chosen."""
        ...

    def answered(self, model: str) -> None:
        """Waits for the label of an answer: which model, and where."""
        ...

    def back(self) -> None:
        """Leaves a view."""
        ...

    def leave(self) -> int: ...
    def close(self) -> None: ...


def plain_text(text: str) -> str:
    return "".join(text.replace("*", "").split())


class Lines:
    """Plain mode."""

    WORDS = WORDS | {Choose.ALWAYS: "do not ask again"}

    def __init__(self, env: Mapping[str, str]) -> None:
        self._talk = Talk("--plain", env=env, columns=120)
        self._talk.until("\nyou: ")
        self._from = 0

    def _new(self) -> str:
        return self._talk.raw.decode("utf-8", "replace").replace("\r\n", "\n")[self._from :]

    def _until(self, done: Callable[[str], object], what: str) -> None:
        deadline = time.monotonic() + 30
        while not done(self._new()):
            assert time.monotonic() < deadline, f"{what!r} did not come; this did:\n{self._new()}"
            assert self._talk.terminal.alive, self._new()
            self._talk.terminal.pump(0.2)

    def type(self, text: str) -> None:
        self._from = len(self._talk.raw.decode("utf-8", "replace").replace("\r\n", "\n"))
        self._talk.terminal.send(text, "enter")
        # the terminal repeats what is typed; the answer comes after it
        self._until(lambda said: "\n" in said, text)
        self._from += self._new().index("\n")

    def choose(self, answer: Choose) -> None:
        rows = re.findall(r"^  (\d+) (.*)$", self._new(), re.MULTILINE)
        self.type(next((number for number, said in rows if self.WORDS[answer] in said), "") if answer in self.WORDS else "")

    def asks(self, words: str) -> None:
        self._until(lambda said: plain_text(words) in plain_text(said) and said.endswith(MENU), words)

    def rests(self) -> None:
        while True:
            self._until(lambda said: said.endswith(("\nyou: ", MENU)), "you: ")
            if self._new().endswith("\nyou: "):
                return
            # a list of choices that nothing is taken from
            self._talk.terminal.send("enter")
            self._until(lambda said: not said.endswith(MENU), "\n")

    def shows(self, words: str) -> None:
        heard = aloud(words)
        self._until(lambda said: plain_text(heard) in plain_text(said), heard)

    def answered(self, model: str) -> None:
        self.shows(f"\n{model}, {'local' if model == LOCAL else 'cloud'}: ")

    def back(self) -> None:
        pass

    def leave(self) -> int:
        code = self._talk.leave("/quit", "enter")
        assert not self._talk.drawn, "plain lines are for who hears them"
        return code

    def close(self) -> None:
        self._talk.__exit__(None, None, None)


class Screen:
    """The full screen."""

    def __init__(self, env: Mapping[str, str]) -> None:
        inherited = {k: v for k, v in bare().items() if k != "TERM"}
        command = [sys.executable, "-m", "hybridchat"]
        self._terminal = Terminal(command, columns=110, rows=40, env={**inherited, **env})
        self._terminal.wait_for("asks before anything leaves", 30)

    def _until(self, done: Callable[[str], object], what: str) -> None:
        deadline = time.monotonic() + 30
        while not done(self._terminal.text()):
            assert time.monotonic() < deadline, f"{what!r} did not come; the screen:\n{self._terminal.text()}"
            assert self._terminal.alive, self._terminal.text()
            self._terminal.pump(0.05)

    def type(self, text: str) -> None:
        self._terminal.send(text, "enter")

    def choose(self, answer: Choose) -> None:
        ready = time.monotonic() + SETTLE
        while time.monotonic() < ready:
            self._terminal.pump(0.05)
        key = re.search(rf"\[(\w+)\] {WORDS[answer]}", self._terminal.text()) if answer in WORDS else None
        self._terminal.send(key[1] if key else "esc")
        if answer is Choose.VIEW:
            self._terminal.wait_for("esc back")

    def asks(self, words: str) -> None:
        if "esc back" in self._terminal.text():
            self._terminal.send("esc")
        self._until(lambda said: plain_text(words) in plain_text(said) and ("[y] send" in said or "[q] keep" in said), words)

    def rests(self) -> None:
        self._until(lambda said: "esc stop" not in said and "[y] send" not in said and "[q] keep" not in said, "an end")

    def shows(self, words: str) -> None:
        self._until(lambda said: plain_text(words) in plain_text(said), words)

    def answered(self, model: str) -> None:
        where = "on this machine" if model == LOCAL else "cloud"
        self.shows(f"{model} · {where} ·")

    def back(self) -> None:
        self._until(VIEW.search, "a view")
        self._terminal.send("esc")
        self._until(lambda said: not VIEW.search(said), "the conversation")

    def leave(self) -> int:
        return self._terminal.close("/quit", "enter")

    def close(self) -> None:
        if self._terminal.alive:
            self._terminal.close()

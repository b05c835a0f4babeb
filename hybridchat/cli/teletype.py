"""A terminal used like a typewriter: lines go down the page; nothing is moved, redrawn or coloured."""

from __future__ import annotations

import locale
import os
import select
import sys
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from itertools import zip_longest
from unicodedata import combining, normalize

from hybridchat.cli.edge import speaks_unicode
from hybridchat.cli.editing import Editing, editing
from hybridchat.commands import parse
from hybridchat.mentions import plain, recalled
from hybridchat.render.aloud import aloud
from hybridchat.render.text import neutralise
from hybridchat.render.words import spell

PASTE_GAP = 0.03
"""Seconds within which lines that follow each other count as pasted together: one message, not many."""
_LETTERS = {"yes": "y", "no": "n", "always": "a", "view": "v", "local": "l"}
_PASTE, _PASTED = "\x1b[200~", "\x1b[201~"
"""What a terminal puts around a paste when a program before us asked for that."""
CUT_LINES = frozenset({1023, 1024, 4095, 4096})
"""Bytes after which the line discipline of macOS and of Linux throws the rest of a typed line away."""


def ascii_only() -> bool:
    """Whether the terminal takes nothing but ASCII, as far as the encoding and the locale say.

    In the C locale Python speaks UTF-8 all the same (PEP 540); what the terminal was said to understand is ASCII.
    """
    if not speaks_unicode(sys.stdout):
        return True
    said = os.environ.get("PYTHONIOENCODING") or os.environ.get("PYTHONUTF8")
    return os.name == "posix" and not said and "ascii" in _locale_encoding()


def _locale_encoding() -> str:
    name = locale.getencoding().lower()
    return "ascii" if name in {"ansi_x3.4-1968", "646", "us-ascii"} else name


class Teletype:
    """Prints lines and reads them. Raises `EOFError` and `KeyboardInterrupt` as `input` does."""

    def __init__(self) -> None:
        self.ascii_only = ascii_only()
        self._open = False
        self._ahead: list[str] = []
        self.next: list[str] = []
        """Messages typed while an answer came, oldest first: sent in order, never taken for the answer to a question."""
        self._over = False
        self.editing = editing(self._put, ascii_only=self.ascii_only)
        if self.ascii_only and isinstance(sys.stdin, TextIOWrapper):
            # what is typed is no word of ours: it may be more than ASCII, and must not be lost
            sys.stdin.reconfigure(encoding="utf-8", errors="replace")

    def line(self, text: str = "") -> None:
        """Prints a line of our own words, on a line of its own; its marks are words."""
        self.quote(aloud(text))

    def quote(self, text: str) -> None:
        """Prints a line that holds somebody else's words, sign for sign."""
        self.begin(text)
        self._put("\n")

    def begin(self, text: str) -> None:
        """Prints our own words and leaves the line open."""
        self.end_line()
        self._put(self._spelt(neutralise(text)))

    def say(self, text: str) -> None:
        """Prints somebody else's words as they come."""
        text = neutralise(text)
        if self.ascii_only and not text.isascii():
            # an accent less is still the word; a sign that only our own spelling knows comes after
            text = "".join(c for c in normalize("NFKD", text) if not combining(c))
        self._put(self._spelt(text))

    def end_line(self) -> None:
        """Goes to a new line unless the last one is empty."""
        if self._open:
            self._put("\n")

    def bell(self) -> None:
        sys.stdout.write("\a")
        sys.stdout.flush()

    def message(self, prompt: str) -> str:
        """One message: a line, what was pasted with it, and the lines after each that ends with a backslash.

        What was not typed just now begins with `mentions.MARKED` where it holds an `@name`: nobody need have meant that.
        """
        if self.next:
            text = self.next.pop(0)
            self.quote(prompt + plain(text))
            return text
        first = self._read(prompt)
        lines, pasted = [first.replace(_PASTE, "").replace(_PASTED, "")], _PASTE in first
        while parse(lines[0]) is None:
            if lines[-1].endswith("\\") and not lines[-1].endswith("\\\\"):
                lines[-1] = lines[-1][:-1]
                try:
                    lines.append(self._read("... "))
                except EOFError:
                    break
            elif self._more_waits():
                self._gather(lines)
                pasted = True
            else:
                break
        text = "\n".join(lines)
        untyped = pasted or (self.editing is not None and self.editing.brought_back(text))
        return recalled(text) if untyped else text

    def collect(self) -> None:
        """Takes what was typed meanwhile as messages that follow."""
        before = len(self.next)
        # elsewhere a line counts as typed with its first key, and reading it would wait for the rest
        while os.name == "posix" and not self._over and waiting(0):
            # not by `input`: readline would say once more what the terminal has repeated already
            typed = sys.stdin.readline()
            if not typed:
                self._over = True
                return
            typed = typed.rstrip("\n")
            if self.next and self.next[-1].endswith("\\"):
                self.next[-1] = f"{self.next[-1][:-1]}\n{typed}"
            elif typed.strip():
                self.next.append(typed)
        if len(self.next) > before + 1:  # at once, as from a paste
            self.next[before:] = map(recalled, self.next[before:])

    def choose(self, title: str, choices: Sequence[str], letters: Sequence[str] = ()) -> int | None:
        """A choice by its number or its letter, counted from 0. `letters` stand for the choices in order, `""` for none.

        `None` for Enter, Ctrl+C or Ctrl+D, and for a command, which is taken next. Nothing else is an answer: several lines at
        once are a message, which is next, and anything that is no number and no letter of these is asked for again.
        """
        self.line(title)
        for number, (choice, letter) in enumerate(zip_longest(choices, letters, fillvalue=""), 1):
            self.quote(f"  {number} {choice}{f' ({letter})' if letter else ''}")
        known = [letter for letter in letters if letter]
        prompt = f"{', '.join(known)} or a number, or Enter for none: " if known else "number, or Enter for none: "
        while True:
            typed = (self.ask(prompt) or "").strip()
            if not typed:
                return None
            if self._kept_for_later(typed):
                self.line("Several lines at once are no answer here: they are your next message.")
                continue
            word = _LETTERS.get(typed.lower(), typed.lower())
            if word in known:
                return list(letters).index(word)
            if typed.isdecimal() and 0 < int(typed) <= len(choices):
                return int(typed) - 1
            said = f" or one of {', '.join(known)}" if known else ""
            self.line(f"A number from 1 to {len(choices)}{said}, please. Enter alone for none, or a command.")

    def _kept_for_later(self, first: str) -> bool:
        """Whether more lines came with the first one, so that somebody pasted; they are kept as the next message."""
        if not (sys.stdin.isatty() and self._more_waits()):
            return False
        lines = [first]
        while self._more_waits():
            self._gather(lines)
        self.next.append(recalled("\n".join(lines)))
        return True

    def ask(self, prompt: str) -> str | None:
        """One line that was typed; `None` for Ctrl+C or Ctrl+D, and for a command, which is never taken for text: it is next."""
        try:
            typed = self._read(prompt)
        except (EOFError, KeyboardInterrupt):
            self.line()
            return None
        if isinstance(parse(typed), tuple):
            self._ahead.insert(0, typed)
            return None
        return typed

    def _read(self, prompt: str) -> str:
        if self._ahead:
            return self._ahead.pop(0)
        if self._over:
            self._over = False
            raise EOFError
        if self.editing is not None:
            return self._edited(self.editing, prompt)
        # the prompt is ours to write: `input` sends it to stderr
        self.begin(prompt)
        typed = input()
        self._open = False
        if os.name == "posix" and len(typed.encode(errors="replace")) in CUT_LINES:
            self.line("The terminal cuts a line of this length; what came after is lost. Longer text: hybridchat ask < FILE")
        return typed

    def _edited(self, editing: Editing, prompt: str) -> str:
        # readline has to know how wide the prompt is, so it writes it
        self.end_line()
        self._open = True
        editing.prompt = self._spelt(neutralise(prompt))
        typed = input(editing.prompt)
        self._open = False
        return typed

    def _gather(self, lines: list[str]) -> None:
        """Takes a line that was pasted with the others; a command among them stays a command."""
        try:
            following = input()
        except EOFError:
            self._over = True
            return
        if parse(following) is None:
            lines.append(following)
        else:
            self._ahead.append(following)

    def _more_waits(self) -> bool:
        return not self._ahead and not self._over and waiting(PASTE_GAP)

    def _spelt(self, text: str) -> str:
        return spell(text, ascii_only=self.ascii_only)

    def _put(self, text: str) -> None:
        if text:
            sys.stdout.write(text)
            sys.stdout.flush()
            self._open = not text.endswith("\n")


def _waiting_posix(seconds: float) -> bool:
    return bool(select.select([sys.stdin], [], [], seconds)[0])


def _waiting_windows(seconds: float) -> bool:
    import msvcrt  # there is no such module elsewhere
    import time

    time.sleep(seconds)
    return bool(getattr(msvcrt, "kbhit")())  # noqa: B009 the type checker only knows the name on Windows


waiting: Callable[[float], bool] = _waiting_windows if os.name == "nt" else _waiting_posix
"""Whether a line was typed that nobody read yet; looks for at most that many seconds."""

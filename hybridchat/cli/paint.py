"""Prints a growing answer: Markdown on a terminal, the text itself into a pipe."""

from __future__ import annotations

import sys

from hybridchat.render.text import Splitter, written


class Printer:
    """Writes an answer to stdout as it grows.

    On a terminal each paragraph appears once it is settled, rendered as Markdown; in a pipe the text passes through as it
    comes, less control characters.
    """

    def __init__(self, *, stream: bool) -> None:
        self._stream = stream
        self._rich = sys.stdout.isatty()
        self._text = ""
        self._splitter = Splitter()
        self._ends_line = True

    def write(self, text: str) -> None:
        if not self._rich and self._stream:
            self._put(written(text))
            return
        self._text += text
        if self._stream:
            for chunk in self._splitter.advance(self._text):
                self._markdown(chunk.of(self._text))

    def finish(self) -> None:
        """Prints what is left, and ends the last line."""
        if self._rich:
            rest = self._splitter.tail(self._text).of(self._text) if self._stream else self._text
            if rest.strip():
                self._markdown(rest)
            self._text, self._splitter = "", Splitter()
        elif not self._stream:
            self._put(written(self._text))
            self._text = ""
        if not self._ends_line:
            self._put("\n")

    def _put(self, text: str) -> None:
        if text:
            sys.stdout.write(text)
            sys.stdout.flush()
            self._ends_line = text.endswith("\n")

    def _markdown(self, text: str) -> None:
        # imported here: Rich's Markdown and Pygments cost 0.1 s, and a pipe needs neither
        from rich.console import Console

        from hybridchat.render.markdown import document

        Console().print(document(text))

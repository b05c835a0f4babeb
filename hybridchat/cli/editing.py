"""The line that is typed in plain mode, where the standard library has readline: Tab completes, ↑ brings questions back.

Without it (Windows, a dumb terminal, one that takes only ASCII, no terminal at all) the system's own line is used.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from hybridchat.commands import completed, matching
from hybridchat.mentions import undone
from hybridchat.render.text import one_line, written

REMEMBERED = 200
"""Questions of a conversation that the arrow brings back."""
Show = Callable[[str], None]


class _Readline(Protocol):
    """What is used of the module, which not every system has."""

    __doc__: str | None

    def parse_and_bind(self, line: str, /) -> None: ...
    def set_auto_history(self, on: bool, /) -> None: ...
    def set_completer_delims(self, delims: str, /) -> None: ...
    def set_completer(self, completer: Callable[[str, int], str | None], /) -> None: ...
    def set_completion_display_matches_hook(self, hook: Callable[[str, Sequence[str], int], None], /) -> None: ...
    def get_line_buffer(self) -> str: ...
    def get_begidx(self) -> int: ...
    def get_endidx(self) -> int: ...
    def clear_history(self) -> None: ...
    def add_history(self, line: str, /) -> None: ...


def completions(line: str, begin: int, base: Path) -> list[str]:
    """What may stand from `begin` on in place of the end of `line`, which is being written. Reads a folder for `@na`."""
    if (here := undone(line)) is not None:
        from hybridchat.attaching import offers  # imported here: for who names a file

        start, part = here
        found, _ = offers(part, base)
        # a name with a space in it is completed from its last word on
        texts = [one.text[max(0, begin - start) :] for one in found if not one.why]
        # several that do not begin so would have what is there taken away
        return texts if len(texts) == 1 else [text for text in texts if text.startswith(line[begin:])]
    commands = matching(line) if begin == 0 else []
    if len(commands) == 1:
        return [completed(line)]
    names = {name for command in commands for name in (command.name, *command.aliases)}
    return [f"/{name}" for name in sorted(names) if name.startswith(line[1:].lower())]


class Editing:
    """Readline as this program uses it. `show` prints a line of what may be meant, and `prompt` what stood there before."""

    def __init__(self, module: _Readline, show: Show) -> None:
        self._module, self._show = module, show
        self.prompt = ""
        self._known: frozenset[str] = frozenset()
        self._found: list[str] = []
        libedit = "libedit" in (module.__doc__ or "")
        settings = ["enable-bracketed-paste off", "enable-meta-key off", "show-all-if-ambiguous on", "colored-stats off"]
        for setting in [] if libedit else [f"set {one}" for one in settings]:
            module.parse_and_bind(setting)
        module.parse_and_bind("bind ^I rl_complete" if libedit else "tab: complete")
        module.set_auto_history(False)
        module.set_completer_delims(" \t\n")
        module.set_completer(self._completed)
        module.set_completion_display_matches_hook(self._tell)

    def remember(self, texts: Iterable[str]) -> None:
        """These are what the arrow brings back from now on, the last one first."""
        texts = list(dict.fromkeys(written(text) for text in texts))[-REMEMBERED:]
        self._known = frozenset(texts)
        self._module.clear_history()
        for text in texts:
            self._module.add_history(text)

    def brought_back(self, text: str) -> bool:
        """Whether it was brought back and not changed."""
        return text in self._known

    def _completed(self, _: str, state: int) -> str | None:
        if state == 0:
            line = self._module.get_line_buffer()[: self._module.get_endidx()]
            try:
                self._found = completions(line, self._module.get_begidx(), Path.cwd())
            except OSError:  # the folder we stand in is gone
                self._found = []
        return self._found[state] if state < len(self._found) else None

    def _tell(self, _: str, matches: Sequence[str], __: int) -> None:
        self._show(f"\n{', '.join(one_line(one).strip() for one in matches)}\n")
        self._show(f"{self.prompt}{self._module.get_line_buffer()}")


def editing(show: Show, *, ascii_only: bool) -> Editing | None:
    """Readline made ready, where it is there and can be used."""
    if sys.platform == "win32" or ascii_only or os.environ.get("TERM", "dumb") in {"", "dumb"}:
        return None
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    try:
        import readline  # imported here: 3 ms, and not everywhere; it takes over how `input` reads
    except ImportError:
        return None
    return Editing(readline, show)

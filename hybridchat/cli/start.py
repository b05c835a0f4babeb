"""Opens the chat: the screen, or plain lines; on the user's models, or on the demo ones."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hybridchat.cli import edge
from hybridchat.cli.edge import Exit
from hybridchat.config import Config, load
from hybridchat.facts import Mode

if TYPE_CHECKING:
    from hybridchat.assemble import Setup

NO_TERMINAL = 'The chat needs a terminal. Without one, ask a single question: hybridchat ask "your question"'


@dataclass(frozen=True, slots=True)
class Opening:
    """What the command line said about the chat to open."""

    demo: bool = False
    plain: bool = False
    local: bool = False
    save: bool = True
    model: str | None = None
    session: str | None = None

    def setup(self, config: Config) -> Setup:
        """How to assemble the chat that was asked for."""
        from hybridchat.assemble import Setup  # imported here: 0.1 s, and the screen is painted before it is needed

        return Setup(
            save=self.save,
            demo=self.demo,
            mode=Mode.ONLY_LOCAL if self.local else None,
            wanted=self.model,
            config=config,
        )


def open_chat(opening: Opening) -> int:
    """Runs the chat until the user leaves; returns the exit code. Raises `Exit`, `ConfigError`."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Exit(edge.USAGE, NO_TERMINAL)
    config = load()
    if opening.plain or config.plain:
        from hybridchat.cli.plain import run

        return run(opening, config)
    from hybridchat.cli.screen import run as run_screen

    return run_screen(opening, config)

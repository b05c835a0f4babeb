"""Opens the chat: the screen, or plain lines; on the user's models, or on the demo ones."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from hybridchat.cli import edge
from hybridchat.cli.edge import Exit
from hybridchat.config import Config, load
from hybridchat.facts import Mode
from hybridchat.value import value

if TYPE_CHECKING:
    from hybridchat.assemble import Setup
    from hybridchat.chat import Chat

NO_TERMINAL = 'The chat needs a terminal. Without one, ask a single question: hybridchat ask "your question"'


@value
class Opening:
    """What the command line said about the chat to open."""

    demo: bool = False
    plain: bool = False
    local: bool = False
    save: bool = True
    private: bool = False
    model: str | None = None
    session: str | None = None

    def setup(self, config: Config) -> Setup:
        """How to assemble the chat that was asked for."""
        from hybridchat.assemble import Setup  # imported here: 0.1 s, and the screen is painted before it is needed

        return Setup(
            save=self.save,
            private=self.private,
            asks=True,
            demo=self.demo,
            mode=Mode.ONLY_LOCAL if self.local else None,
            kept_here=self.local,
            session=self.session,
            wanted=self.model,
            config=config,
        )


def open_chat(opening: Opening) -> int:
    """Runs the chat until the user leaves; returns the exit code. Raises `Exit`, `ConfigError`."""
    served = _served()
    # a stream that the caller closed is None
    if not served and not (sys.stdin is not None and sys.stdin.isatty() and sys.stdout is not None and sys.stdout.isatty()):
        raise Exit(edge.USAGE, NO_TERMINAL)
    if opening.private and opening.session is not None:
        raise Exit(edge.USAGE, "A private conversation goes on with no saved one: leave --session out.")
    config = load()
    if not served and (opening.plain or config.plain or not edge.speaks_unicode(sys.stdout)):
        from hybridchat.cli.plain import run

        return run(opening, config)
    from hybridchat.cli.screen import run as run_screen

    return run_screen(opening, config)


def _served() -> bool:
    """Whether a browser shows the screen: `hybridchat serve` started us. Then it is ended when the server is gone."""
    if not os.environ.get("TEXTUAL_DRIVER", "").startswith("textual.drivers.web_driver"):
        return False
    # read when Textual is imported, which nobody did yet
    os.environ["TEXTUAL_DRIVER"] = "hybridchat.tui.served:Served"
    # the terminal is the one in the page, not the one that the server was started in
    os.environ["TERM"] = "xterm-256color"
    os.environ.pop("TMUX", None)
    return True


def wanted(chat: Chat, opening: Opening) -> tuple[str | None, str | None]:
    """Ids of the session and of the model that the command line named; the session is pinned to the model. Raises `Exit`."""
    try:
        pin = chat.world.find(opening.model).id if opening.model is not None else None
        session = chat.store.session(opening.session) if opening.session is not None else None
    except LookupError as error:
        raise Exit(edge.USAGE, f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
    if opening.session is not None and session is None:
        raise Exit(edge.USAGE, f"There is no conversation {opening.session}. `hybridchat sessions` lists them.")
    if session is not None and pin is not None:
        chat.store.set_session(session.id, pin=pin)
    if session is not None and opening.local:
        # --local is a promise, whatever was held in that conversation before
        chat.store.set_session(session.id, mode=Mode.ONLY_LOCAL)
    return session.id if session is not None else None, pin

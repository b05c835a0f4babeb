"""After the user moved questions by hand a few times: one quiet line that asks whether to start there, and its answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the screen calls these and hands itself in; at run time nothing points back
    from hybridchat.repair import Suggestion
    from hybridchat.tui.screen import ChatScreen

ANSWERS = ("/yes", "/no")


class Habits:
    """What was asked last and not answered yet."""

    def __init__(self, screen: ChatScreen) -> None:
        self._screen = screen
        self._asked: Suggestion | None = None

    def offer(self) -> None:
        """Asks, when the turn that ended gives reason to; what was asked after an earlier turn no longer waits."""
        self._asked = self._screen.opened.chat.suggestion(self._screen.current.session.id)
        if self._asked is not None:
            self._screen.say(f"▪ {self._asked.question} {' or '.join(ANSWERS)}")

    async def answered(self, text: str) -> bool:
        """Whether `text` was the answer to what was asked; says what follows from it."""
        asked = self._asked
        if asked is None or text.strip().lower() not in ANSWERS:
            return False
        self._asked = None
        repair = self._screen.opened.chat.repair
        if text.strip().lower() == "/no":
            repair.decline(asked)
            self._screen.say("Nothing changes.")
            return True
        from hybridchat.config.errors import ConfigError  # imported here: once in a while, and not before first paint

        try:
            # off the event loop: the rule is written to a file
            self._screen.say(await asyncio.to_thread(repair.accept, asked))
        except (ConfigError, OSError) as error:
            self._screen.say(f"The rule could not be written: {error}")
        return True

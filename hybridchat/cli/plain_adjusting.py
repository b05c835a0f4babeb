"""Plain mode's commands that change how this conversation, or the program, answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the conversation calls these and hands itself in; at run time nothing points back
    from hybridchat.cli.plain import Plain


def set_(plain: Plain, text: str) -> None:
    _change(plain, text, think=False)


def think(plain: Plain, text: str) -> None:
    _change(plain, text, think=True)


def _change(plain: Plain, text: str, *, think: bool) -> None:
    path = plain.path()
    last = path[-1].answer if path else None
    try:
        plain.session, told = plain.chat.set(plain.session, text, think=think, last=last.model_id if last is not None else None)
    except ValueError as error:
        plain.say(str(error))
        return
    plain.say(*told.splitlines())


ADJUSTING: Mapping[str, Callable[[Plain, str], None]] = {"set": set_, "think": think}

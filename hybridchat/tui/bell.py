"""A sign for who looks elsewhere: the bell, and a notification of the desktop, when an answer took long. Decided here, purely."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from hybridchat.render.terminal import Terminal
from hybridchat.value import value

if TYPE_CHECKING:  # the exchange calls this with its screen; at run time nothing points back
    from hybridchat.events import Ended
    from hybridchat.tui.screen import ChatScreen

HERE = "The answer is here."
STOPPED = "There is no answer."
ASKS = "A question waits for you."
"""What a notification says: these words and no others. It may be shown on a locked screen, and what a model said is not ours."""


@value
class Bell:
    """What the user wants of it. `after_s`: seconds from which an answer took long."""

    ring: bool = True
    notify: bool = True
    after_s: float = 10.0


@runtime_checkable
class Signals(Protocol):
    """Knows whether somebody looks, and writes to the terminal: the program; an app in a test need not."""

    @property
    def looked_at(self) -> bool: ...
    def signal(self, sign: str) -> None: ...


def signal(bell: Bell, terminal: Terminal, said: str, *, took_s: float, looked_at: bool) -> str:
    """What to write to the terminal; empty when somebody looks at it, or it went quickly.

    OSC 9 is `ESC ] 9 ; text ST`, OSC 777 is `ESC ] 777 ; notify ; title ; text ST`; which one a terminal reads is in
    `render.terminal`.
    """
    if looked_at or took_s < bell.after_s:
        return ""
    rung = "\a" if bell.ring else ""
    match terminal.notice if bell.notify else "":
        case "9":
            return f"{rung}\x1b]9;hybridchat: {said}\x1b\\"
        case "777":
            return f"{rung}\x1b]777;notify;hybridchat;{said}\x1b\\"
    return rung


def over(screen: ChatScreen, took_s: float, ended: Ended | None) -> None:
    """An answer ended, or with `None` waits for the user's word."""
    tell(screen, took_s, ASKS if ended is None else HERE if ended.ending in {"complete", "cut"} else STOPPED)


def tell(screen: ChatScreen, took_s: float, said: str) -> None:
    """Says one of the above to who looks elsewhere, after `took_s` seconds."""
    app, launch = screen.app, screen.launch
    if isinstance(app, Signals):
        app.signal(signal(launch.bell, launch.terminal, said, took_s=took_s, looked_at=app.looked_at))

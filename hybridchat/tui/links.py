"""Links: the whole address first, and only then the browser, where there is one in front of the user."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hybridchat.render.tokens import openable

if TYPE_CHECKING:  # the screen calls this and hands itself in; at run time nothing points back
    from hybridchat.tui.messages import Linked
    from hybridchat.tui.screen import ChatScreen

LONGEST = 300
"""Characters of an address that can be taken in at a glance; a longer one is shown in the conversation and only copied."""


async def linked(screen: ChatScreen, message: Linked) -> None:
    """Shows the address, or opens it once it was seen."""
    address = message.address
    if len(address) > LONGEST:
        screen.say(f"▪ {len(address):,} characters, so it is only copied, not opened:\n{address}")
        screen.copy(address, "address")
    elif not message.confirmed:
        text = f"{address}\n\nEnter or a second click opens it."
        screen.notify(text, title=f"{message.what} leads to", timeout=10, markup=False)
    else:
        await _open(screen, address)


async def _open(screen: ChatScreen, address: str) -> None:
    opener = browser(sys.platform, os.environ)
    if not openable(address):
        screen.notify("Only pages and mail addresses are opened.", timeout=3)
    elif screen.app.is_web:
        screen.app.open_url(address)
    elif not opener or not await asyncio.to_thread(_started, opener, address):
        screen.app.copy_to_clipboard(address)
        screen.notify("No browser here: address copied.", timeout=5)
    else:
        screen.notify("Opened.", timeout=2)


def browser(platform: str, env: Mapping[str, str]) -> tuple[str, ...]:
    """The command that opens an address in front of the user; none over SSH and without a display."""
    if env.get("SSH_CONNECTION") or env.get("SSH_TTY"):
        return ()
    if platform == "win32":
        return ("rundll32", "url.dll,FileProtocolHandler")
    if platform == "darwin":
        return ("open",)
    return ("xdg-open",) if env.get("DISPLAY") or env.get("WAYLAND_DISPLAY") else ()


def _started(command: tuple[str, ...], address: str) -> bool:
    try:
        # it must not write into the screen, nor go away with this program
        subprocess.Popen(
            [*command, address],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    return True

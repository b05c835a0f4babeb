"""Whether the way out is paid by volume, as NetworkManager knows it; asked without sending a packet."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from shutil import which

ASK = ("-t", "-f", "GENERAL.DEVICE,GENERAL.TYPE,GENERAL.STATE,GENERAL.METERED,IP4.GATEWAY,IP6.GATEWAY", "device", "show")
TIMEOUT_S = 3.0
"""It answers within 50 ms; a NetworkManager that hangs must not hold its thread."""
CONNECTED = "100"
"""NM_DEVICE_STATE_ACTIVATED."""


def metered_line() -> bool | None:
    """`True` when every device with a way out counts as metered, guesses included. Blocks for milliseconds.

    `None`: there is no NetworkManager (another system, a server), or it does not know.
    """
    program = which("nmcli")
    if program is None:
        return None
    try:
        # a fixed command of this system; its words are translated, so they are asked for in English
        done = subprocess.run(
            [program, *ASK],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return read(done.stdout) if done.returncode == 0 else None


def fixed(said: bool | None) -> Callable[[], bool | None]:  # noqa: FBT001 - it is the answer itself
    """Who to ask: nobody when the user said it, else the system."""
    return metered_line if said is None else lambda: said


def read(text: str) -> bool | None:
    """What nmcli's answer says: one device after another, each a few `NAME:VALUE` lines from its GENERAL.DEVICE on."""
    devices: list[dict[str, str]] = []
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name == "GENERAL.DEVICE":
            devices.append({})
        if devices and value.strip() not in {"", "--"}:
            devices[-1][name] = value.strip()
    ways = [device for device in devices if _leads_out(device)]
    words = [device.get("GENERAL.METERED", "").partition(" ")[0] for device in ways]
    if not words or any(word not in {"yes", "no"} for word in words):
        return None
    return all(word == "yes" for word in words)


def _leads_out(device: dict[str, str]) -> bool:
    connected = device.get("GENERAL.STATE", "").partition(" ")[0] == CONNECTED
    return connected and ("IP4.GATEWAY" in device or "IP6.GATEWAY" in device)


def unsaid(_state: bool | None, _reason: str) -> None:  # noqa: FBT001 - the sampler's state is the answer itself
    """The system could not be asked: unknown."""


@dataclass(frozen=True, slots=True)
class Paid:
    """One answer to whether the line is metered; in a value of its own, because no sample at all is `None` to a sampler."""

    line: bool | None

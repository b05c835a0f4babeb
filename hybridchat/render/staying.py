"""What a conversation that stays in the cloud is told about the way back. Plain strings, as in `words`."""

from __future__ import annotations

from hybridchat.facts import Decision, Return
from hybridchat.render.words import seconds, short


def staying(decision: Decision, key: str = "") -> str:
    """`still gpt-5.4-mini: going back costs about 12 s of reading · f3`; empty unless it stays though it could go back.

    `key` is the one that keeps the conversation on this machine.
    """
    if decision.chosen is None or decision.back is None:
        return ""
    said = f"still {short(decision.chosen.id)}: {cost(decision.back)}"
    return f"{said} · {key}" if key else said


def cost(back: Return) -> str:
    """`going back costs about 12 s of reading`; without figures what is never measured stays a word."""
    if back.read_s is None:
        return "going back means reading it all again"
    total = back.load_s + back.read_s
    if total < 1.0:
        return "going back costs nothing"
    if back.read_s < 1.0:
        return f"going back costs about {_about(total)} of loading"
    return f"going back costs about {_about(total)} of {'loading and ' if back.load_s >= 1.0 else ''}reading"


def _about(value: float) -> str:
    return seconds(max(10.0, value)) if value >= 9.5 else f"{value:.0f} s"

"""What would have changed a decision, in words."""

from __future__ import annotations

from hybridchat.facts import Decision, Request, Snapshot
from hybridchat.late import late
from hybridchat.render.words import short
from hybridchat.replay import Recorded, recorded
from hybridchat.routing.decide import decide
from hybridchat.routing.policy import Policy
from hybridchat.routing.whatif import what_if
from hybridchat.routing.words import place
from hybridchat.sessions.past import Past

_BORDER = late(r"were it (harder|easier), \w+ difficulty ([\d.]+) .*")


def changes(request: Request, snapshot: Snapshot, policy: Policy) -> list[tuple[str, str]]:
    """`With LOCAL ONLY` -> `llama3.2 on this machine would answer`. Some 200 decisions, 20 ms: off the event loop."""
    made = decide(request, snapshot, policy)
    return [(_condition(change.condition), _outcome(made, change.decision)) for change in what_if(request, snapshot, policy)]


def hindsight(past: Past, turn_id: str, attempt_id: str = "") -> tuple[Recorded | None, list[tuple[str, str]]]:
    """What the decision behind an attempt, or a turn's answer, was made of, and what would have changed it.

    Reads the store and decides again, 20 ms.
    """
    made = past.made(turn_id, attempt_id)
    record = recorded(made) if made is not None else None
    return record, [] if record is None else changes(record.request, record.snapshot, record.policy)


def _condition(said: str) -> str:
    """`were it harder, from difficulty 0.45 on` -> `Were the message harder (0.45 of 1, or more)`."""
    if (border := _BORDER.fullmatch(said)) is not None:
        return f"Were the message {border[1]} ({border[2]} of 1, or {'more' if border[1] == 'harder' else 'less'})"
    return f"{said[:1].upper()}{said[1:]}"


def _outcome(made: Decision, other: Decision) -> str:
    if other.chosen is None:
        return "no model could answer"
    offered = f"{short(other.offer)} would be offered" if other.offer else ""
    if made.chosen is not None and other.chosen.id == made.chosen.id:
        return f"{offered} beside it" if offered else "nothing else would be offered"
    return f"{other.chosen.name} {place(other.chosen)} would answer{f', and {offered}' if offered else ''}"

"""A conversation as Markdown or JSON: pure functions of a session and the turns of one branch."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from hybridchat.conversation import Attempt, Ending, Session, Turn
from hybridchat.facts import Locality
from hybridchat.sessions.notes import plain

if TYPE_CHECKING:
    from hybridchat.sessions.intake import Intake

SCHEMA = 1
WHERE = {Locality.ON_DEVICE: "this machine", Locality.LAN: "local network", Locality.REMOTE: "cloud"}
_OPEN_ENDED = {
    Ending.STOPPED: "stopped",
    Ending.CUT: "answer interrupted",
    Ending.FAILED: "failed",
    Ending.HELD: "waits for consent",
    Ending.QUEUED: "waits to be sent",
    Ending.UNROUTED: "nothing could answer",
}


def markdown(session: Session, turns: Sequence[Turn], *, thinking: bool = False) -> str:
    """Front matter, then question and standing answer of each turn, as they are; `thinking` adds the reasoning, quoted."""
    models = list(dict.fromkeys(t.answer.model_id for t in turns if t.answer))
    head = {
        "title": session.title,
        "id": session.id,
        "created": _when(session.created),
        "updated": _when(session.updated),
        "models": models,
        "system": session.system,
    }
    # JSON strings and lists are YAML as well, whatever stands in a title
    lines = ["---", *(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in head.items() if value), "---", ""]
    for turn in turns:
        lines += ["## you", "", turn.question, ""]
        lines += _answer(turn.answer, turn.ending, thinking=thinking)
    return "\n".join(lines).rstrip("\n") + "\n"


class Shelf(Protocol):
    """Where the turns are read from."""

    @property
    def intake(self) -> Intake: ...
    def path(self, session_id: str, leaf_id: str | None = None) -> Sequence[Turn]: ...


def to_file(store: Shelf, session: Session, said: str) -> Path:
    """Writes a conversation to the file `said`, for this user only: whole as JSON where it ends so, else this branch as Markdown.

    Without a name it is named after its title, in the working directory. Reads the store and writes the disk. Raises `OSError`,
    `FileExistsError` among them: nothing is overwritten.
    """
    # pathlib raises for somebody who is not there, this leaves the name as it is
    path = Path(os.path.expanduser(said)) if said else _free(session.title)  # noqa: PTH111
    if path.suffix.lower() == ".json":
        text = as_json(session, store.intake.tree(session.id))
    else:
        text = markdown(session, store.path(session.id, session.leaf_id))
    number = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(number, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return path.absolute()


def _free(title: str) -> Path:
    name = "-".join(re.findall(r"\w+", title.lower()))[:40].strip("-") or "conversation"
    path, n = Path(f"{name}.md"), 1
    while path.exists():
        n += 1
        path = Path(f"{name}-{n}.md")
    return path


def _answer(attempt: Attempt | None, ending: Ending | None, *, thinking: bool) -> list[str]:
    mark = _OPEN_ENDED.get(ending) if ending else None
    if attempt is None:
        return [f"*({mark})*", ""] if mark else []
    lines = [f"## {attempt.model_id} · {WHERE[attempt.locality]}", ""]
    if thinking and attempt.thinking:
        lines += [*(f"> {line}".rstrip() for line in attempt.thinking.splitlines()), ""]
    if attempt.text:
        lines += [attempt.text, ""]
    if mark:
        lines += [f"*({mark}{': ' + attempt.error if attempt.error else ''})*", ""]
    return lines


def as_json(session: Session, turns: Sequence[Turn]) -> str:
    """Everything that is known of the turns, every attempt with its figures; times as ISO 8601 in UTC, an unknown is `null`."""
    return json.dumps(
        {"schema": SCHEMA, "session": _dated(plain(session), "created", "updated"), "turns": [_turn(t) for t in turns]},
        ensure_ascii=False,
        indent=2,
    )


def _turn(turn: Turn) -> dict[str, Any]:
    told = _dated(plain(turn), "created")
    told["answer"] = turn.answer.id if turn.answer else None
    told["attempts"] = [_dated(attempt, "started") for attempt in told["attempts"]]
    return told


def _dated(told: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: _when(value, exact=True) if name in names else value for name, value in told.items()}


def _when(at: float, *, exact: bool = False) -> str:
    """To the second, or `exact`: to the microsecond, as far as there are any."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="auto" if exact else "seconds").replace("+00:00", "Z")

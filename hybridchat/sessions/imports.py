"""A conversation out of an exported file. Whatever is wrong with the file is told with its name and the place in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec

from hybridchat.conversation import Attempt, Ending, Session, Turn
from hybridchat.facts import Locality, Mode, Timings, Usage
from hybridchat.parameters import common, from_stored
from hybridchat.sessions.export import SCHEMA
from hybridchat.sessions.tags import names

_CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff"
"""What could steer a terminal: the file is somebody else's, and names and ids are shown in lists and sentences."""
_NO_CONTROLS = rf"\A[^{_CONTROLS}]*\Z"
_YEARS = (1970, 9998)
"""Between these every system can tell a time, whatever the zone."""

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=_NO_CONTROLS)]
Name = Annotated[str, msgspec.Meta(pattern=_NO_CONTROLS)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Amount = Annotated[float, msgspec.Meta(ge=0)]


class Unreadable(ValueError):
    """The file is no exported conversation; the message names the file, the place in it and what is wrong there."""


class _Usage(msgspec.Struct):
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cache_read_tokens: Count | None = None
    cache_write_tokens: Count | None = None
    reasoning_tokens: Count | None = None


class _Timings(msgspec.Struct):
    first_token_s: Amount | None = None
    total_s: Amount | None = None
    load_s: Amount | None = None
    prefill_s: Amount | None = None
    generate_s: Amount | None = None


class _Attempt(msgspec.Struct):
    id: Id
    model_id: Id
    host: Name
    locality: Locality
    started: datetime
    text: str = ""
    thinking: str = ""
    ending: Ending | None = None
    usage: _Usage = msgspec.field(default_factory=_Usage)
    timings: _Timings = msgspec.field(default_factory=_Timings)
    cost: Amount | None = None
    error: str = ""
    note: str = ""


class _Turn(msgspec.Struct):
    id: Id
    question: str
    created: datetime
    parent_id: Name | None = None
    ending: Ending | None = None
    attempts: list[_Attempt] = []
    chosen_attempt: Name | None = None


class _Session(msgspec.Struct):
    id: Id
    title: str
    created: datetime
    updated: datetime
    kind: Literal["chat", "ask", "api"] = "chat"
    mode: Mode | None = None
    pin: Name | None = None
    system: str = ""
    leaf_id: Name | None = None
    parameters: dict[str, Any] = {}
    tags: list[str] = []
    on_top: bool = False
    archived: bool = False


class _File(msgspec.Struct):
    schema: int
    session: _Session
    turns: list[_Turn]


def read(data: bytes, name: str) -> tuple[Session, tuple[Turn, ...]]:
    """The session and all its turns, parents first, as `export.as_json` wrote them. Raises `Unreadable`; `name` is the file's.

    What was still open when it was exported has been cut since, and what waited in a queue waits for the user's word. Of the
    modes only LOCAL ONLY is taken over, and no pin and no strategy: a file may not let anything leave that the configuration or
    a rule keeps here.
    """
    body = data.removeprefix(b"\xef\xbb\xbf")
    try:
        told = msgspec.json.decode(body, type=_Header)
        if told.schema != SCHEMA:
            raise Unreadable(f"{name}: $.schema is {told.schema}, and this program reads {SCHEMA}; update hybridchat")
        found = msgspec.json.decode(body, type=_File)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at ")
        what = "it holds control characters" if "matching regex" in what else what
        raise Unreadable(f"{name}: {place.strip('`') or '$'}: {what[:1].lower()}{what[1:]}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"{name}{_where(body, error)}: it is not JSON as `hybridchat sessions export` writes it") from None
    _check(found, name)
    session = _session(found.session, len(found.turns))
    return session, tuple(_turn(turn, session.id) for turn in found.turns)


class _Header(msgspec.Struct):
    schema: int


def _where(body: bytes, error: Exception) -> str:
    """`, line 3, column 14`, where the decoder says it."""
    place = str(error).rpartition("(byte ")[2].rstrip(")")
    if not place.isdecimal():
        return ""
    lines = body[: int(place)].split(b"\n")
    return f", line {len(lines)}, column {len(lines[-1]) + 1}"


def _check(found: _File, name: str) -> None:
    """Raises `Unreadable` where one part of the file speaks of another that is not there."""
    _check_time(found.session.created, f"{name}: $.session.created")
    _check_time(found.session.updated, f"{name}: $.session.updated")
    seen: set[str] = set()
    attempts: set[str] = set()
    for n, turn in enumerate(found.turns):
        place = f"{name}: $.turns[{n}]"
        if turn.id in seen:
            raise Unreadable(f"{place}.id: {turn.id} stands there twice")
        if turn.parent_id is not None and turn.parent_id not in seen:
            raise Unreadable(f"{place}.parent_id: no turn {turn.parent_id} comes before it")
        _check_time(turn.created, f"{place}.created")
        for m, attempt in enumerate(turn.attempts):
            _check_time(attempt.started, f"{place}.attempts[{m}].started")
            if attempt.id in attempts:
                raise Unreadable(f"{place}.attempts[{m}].id: {attempt.id} stands there twice")
            attempts.add(attempt.id)
        if turn.chosen_attempt is not None and turn.chosen_attempt not in {a.id for a in turn.attempts}:
            raise Unreadable(f"{place}.chosen_attempt: the turn has no attempt {turn.chosen_attempt}")
        seen.add(turn.id)
    if found.session.leaf_id is not None and found.session.leaf_id not in seen:
        raise Unreadable(f"{name}: $.session.leaf_id: there is no turn {found.session.leaf_id}")


def _check_time(at: datetime, place: str) -> None:
    if not _YEARS[0] <= at.year <= _YEARS[1]:
        raise Unreadable(f"{place}: the year {at.year} cannot be told here")


def _session(told: _Session, turns: int) -> Session:
    return Session(
        told.id,
        " ".join(re.sub(f"[{_CONTROLS}]", " ", told.title).split()),
        _epoch(told.created),
        _epoch(told.updated),
        told.kind,
        told.mode if told.mode is Mode.ONLY_LOCAL else None,
        None,
        told.system,
        told.leaf_id,
        turns,
        parameters=from_stored(told.parameters),
        tags=tuple(sorted(names(" ".join(told.tags)))),
        on_top=told.on_top,
        archived=told.archived,
    )


def _turn(told: _Turn, session_id: str) -> Turn:
    ending = {None: Ending.CUT, Ending.QUEUED: Ending.HELD}.get(told.ending, told.ending)
    attempts = tuple(_attempt(attempt, told.id) for attempt in told.attempts)
    return Turn(told.id, session_id, told.parent_id, told.question, _epoch(told.created), ending, attempts, told.chosen_attempt)


def _attempt(told: _Attempt, turn_id: str) -> Attempt:
    return Attempt(
        told.id,
        turn_id,
        told.model_id,
        told.host,
        told.locality,
        told.text,
        told.thinking,
        told.ending or Ending.CUT,
        Usage(**_values(told.usage)),
        Timings(**_values(told.timings)),
        told.cost,
        told.error,
        _epoch(told.started),
        told.note,
    )


def _values(told: msgspec.Struct) -> dict[str, Any]:
    return msgspec.structs.asdict(told)


def _epoch(at: datetime) -> float:
    """Epoch seconds; a time without a zone is meant in UTC."""
    return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()


def merged(first: tuple[Session, Sequence[Turn]], second: tuple[Session, Sequence[Turn]]) -> tuple[Session, tuple[Turn, ...]]:
    """One conversation of two: the second one's questions follow where the first one ends; every branch of both is kept.

    The stricter mode holds, a pin, strategy or parameter only where both have it, both system prompts and the tags of both. It
    is archived where both are, and on top where one is. Ids stay: whoever stores it makes new ones.
    """
    (a, before), (b, after) = first, second
    leaf = a.leaf_id or (before[-1].id if before else None)
    turns = (*before, *(replace(t, parent_id=leaf) if t.parent_id is None else t for t in after))
    system = "\n\n".join(dict.fromkeys(s for s in (a.system, b.system) if s))
    title = " + ".join(dict.fromkeys(s for s in (a.title, b.title) if s))
    end = b.leaf_id or (after[-1].id if after else leaf)
    made = replace(a, title=title, created=min(a.created, b.created), updated=max(a.updated, b.updated))
    pin, strategy = a.pin if a.pin == b.pin else None, a.strategy if a.strategy == b.strategy else None
    tags = tuple(sorted({*a.tags, *b.tags}))
    made = replace(made, tags=tags, on_top=a.on_top or b.on_top, archived=a.archived and b.archived)
    made = replace(made, strategy=strategy, parameters=common(a.parameters, b.parameters))
    return replace(made, mode=_stricter(a.mode, b.mode), pin=pin, system=system, leaf_id=end, turns=len(turns)), turns


_STRICT = (Mode.ONLY_LOCAL, Mode.PREFER_LOCAL, Mode.AUTO, Mode.PREFER_CLOUD, Mode.ONLY_CLOUD)


def _stricter(one: Mode | None, other: Mode | None) -> Mode | None:
    """`None` leaves it to the configuration, which may be stricter than anything but LOCAL ONLY."""
    if None in (one, other):
        return Mode.ONLY_LOCAL if Mode.ONLY_LOCAL in (one, other) else None
    return next(mode for mode in _STRICT if mode in (one, other))

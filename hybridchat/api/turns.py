"""How a turn ended, told to a program: a response, or the error whose name says what can be done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hybridchat.api.errors import AnswerCut, HybridError, NothingLeft, ProviderFailed
from hybridchat.api.events import Kind
from hybridchat.api.response import Hearing, Response
from hybridchat.conversation import Ending
from hybridchat.events import Decided, Event, FellBack

_KEYS = re.compile(r" \((?:f\d+|\^\w)\)")
"""Keys of the terminal program, which say nothing to a program's user."""


def conclude(hearing: Hearing) -> Response:
    """The response of an answered turn. Raises `NothingLeft`, `ProviderFailed` or `AnswerCut` for any other."""
    ended = hearing.ended
    if ended is None:
        raise HybridError(
            "the turn waits for a consent that only a person can give; set privacy.cloud in the configuration, "
            "or say pictures_may_leave=True where it is for pictures"
        )
    response = hearing.response()
    if ended.ending is Ending.COMPLETE:
        return response
    said = _KEYS.sub("", ended.text) or f"the answer ended: {ended.ending.value}"
    if response["response"]:
        raise AnswerCut(f"The answer is incomplete: {said}", kind=ended.error, response=response)
    if ended.ending is Ending.UNROUTED:
        unlock = _KEYS.sub("", hearing.decision.unlock) if hearing.decision is not None else ""
        raise NothingLeft(said, unlock=unlock, routing_decision=hearing.record())
    raise ProviderFailed(said, kind=ended.error, model_id=response["model_id"] or None)


def told_of(event: Event, hearing: Hearing) -> tuple[Kind, Mapping[str, Any]] | None:
    """What an event is to those who watch: nothing that holds text of the message."""
    match event:
        case Decided():
            return "decision", {**hearing.record(), "agent_checks": hearing.checks()}
        case FellBack():
            return "fallback", hearing.fallbacks[-1]
    return None

"""What a decision was made of, beside the gauges, as JSON to store: with it the decision can be made again."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from hybridchat.facts import Request
from hybridchat.routing.policy import Policy


class Basis(msgspec.Struct, frozen=True):
    request: Request
    policy: Policy


def basis(request: Request, policy: Policy) -> str:
    """The JSON of both. Holds no text of the message.

    What agents said in words stays out: they are the user's own code, may quote the message, and words decide nothing.
    """
    silent = tuple(replace(check, reason="", metrics={}) for check in request.checks)
    return msgspec.json.encode(Basis(replace(request, checks=silent), policy)).decode()


def from_json(text: str) -> Basis:
    """What `basis` was given, less the agents' words. Raises `msgspec.DecodeError` for anything else."""
    return msgspec.json.decode(text, type=Basis)

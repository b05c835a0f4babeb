"""What a request to the messages protocol says beside the messages, and what a model turned out not to take of it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from hybridchat.parameters import THOUGHTS
from hybridchat.providers.base import Call
from hybridchat.providers.wire import output_limit

_MIN_BUDGET = 1024
"""The fewest thinking tokens the protocol takes."""


def asked(call: Call, untaken: AbstractSet[str]) -> dict[str, Any]:
    """Arguments for the SDK, without what the model turned out not to take."""
    options: dict[str, Any] = {}
    # the SDK has no place for these two any more, while most models still take them
    extra = {"temperature": call.temperature, "top_p": call.top_p}
    if told := {name: wanted for name, wanted in extra.items() if wanted is not None and name not in untaken}:
        options["extra_body"] = told
    if call.stop and "stop" not in untaken:
        options["stop_sequences"] = list(call.stop)
    return options | _thinking(call, untaken)


def _thinking(call: Call, untaken: AbstractSet[str]) -> dict[str, Any]:
    limit = output_limit(call)
    if call.think is None or "thinking" in untaken:
        return {}
    if call.think == "off":
        return {"thinking": {"type": "disabled"}}
    if "adaptive" in untaken:
        # half of what the answer may take: the other half is for what is read
        budget = max(_MIN_BUDGET, min(THOUGHTS[call.think], limit // 2))
        return {"thinking": {"type": "enabled", "budget_tokens": budget}} if limit > _MIN_BUDGET else {}
    effort = {} if "effort" in untaken else {"output_config": {"effort": call.think}}
    # newer models leave the thoughts out unless asked for them
    return {"thinking": {"type": "adaptive", "display": "summarized"}, **effort}


def untakable(complaint: str, call: Call, untaken: AbstractSet[str]) -> str:
    """What the server complains of, of all that was asked; empty where it is something else."""
    text, sent = complaint.lower(), asked(call, untaken)
    names = {"temperature": "temperature", "top_p": "top_p", "stop": "stop_sequences"}
    for name, word in names.items():
        if word in text and (name in sent.get("extra_body", ()) or word in sent):
            return name
    if "output_config" in sent and "effort" in text:
        return "effort"
    if sent.get("thinking", {}).get("type") == "adaptive" and "adaptive" in text:
        return "adaptive"
    return "thinking" if "thinking" in sent and "thinking" in text else ""


def refused(call: Call, untaken: AbstractSet[str]) -> tuple[str, ...]:
    """The parameters that the model answered without."""
    told = [name for name in ("temperature", "top_p", "stop") if getattr(call, name) and name in untaken]
    if call.think not in {None, "off"} and not _thinking(call, untaken):
        told.append("think")
    return tuple(told)

"""How thinking is asked for where chat completions are spoken: an effort, and on other servers a word to the template."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from hybridchat.parameters import Think

_LADDER: Mapping[Think, tuple[str, ...]] = {
    "off": ("none", "minimal", "low"),
    "low": ("low",),
    "medium": ("medium",),
    "high": ("high",),
}
"""Efforts to try for each level: what a model calls no thinking differs."""
_TEMPLATE = "chat_template_kwargs"


def asked(think: Think, untaken: AbstractSet[str], *, official: bool) -> dict[str, Any]:
    """The members of a request for this much thinking, without what the model turned out not to take."""
    effort = next((word for word in _LADDER[think] if f"effort {word}" not in untaken), None)
    if "reasoning_effort" in untaken:
        effort = None
    if official:
        return {"reasoning_effort": effort} if effort else {}
    made: dict[str, Any] = {}
    if think != "off" and effort:
        made["reasoning_effort"] = effort
    if _TEMPLATE not in untaken:
        # llama.cpp, vLLM and LM Studio hand these to the model's own template
        said = {"enable_thinking": think != "off"} | ({"reasoning_effort": think} if think != "off" else {})
        made["extra_body"] = {_TEMPLATE: said}
    return made


def refused(complaint: str, think: Think | None, untaken: AbstractSet[str], *, official: bool) -> set[str]:
    """What the complaint, in lower case, says the model does not take; empty where it is about something else."""
    if think is None:
        return set()
    sent = asked(think, untaken, official=official)
    if _TEMPLATE in complaint and "extra_body" in sent:
        return {_TEMPLATE}
    if "reasoning" in complaint and "reasoning_effort" in sent:
        # one value that is not known, or the member itself
        return {f"effort {sent['reasoning_effort']}"} if think == "off" else {"reasoning_effort"}
    return set()

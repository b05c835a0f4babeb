"""Loopback servers that speak the real Ollama, OpenAI and Anthropic protocols with canned text, for the demo and for the tests.

The names are resolved on first use: `http.server` costs about 25 ms and nobody outside the demo needs it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hybridchat.demo.conditions import Conditions as Conditions
    from hybridchat.demo.demo import Demo as Demo
    from hybridchat.demo.faults import Fault as Fault
    from hybridchat.demo.journal import Recorded as Recorded
    from hybridchat.demo.server import Server as Server

_HOMES = {
    "Conditions": "hybridchat.demo.conditions",
    "Demo": "hybridchat.demo.demo",
    "Fault": "hybridchat.demo.faults",
    "Recorded": "hybridchat.demo.journal",
    "Server": "hybridchat.demo.server",
}

__all__ = ["Conditions", "Demo", "Fault", "Recorded", "Server"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)

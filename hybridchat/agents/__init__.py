"""Agents: what is asked before a message. The names are resolved on first use, so that importing the package costs nothing."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hybridchat.agents.base import BaseAgent as BaseAgent
    from hybridchat.agents.budget import BudgetAgent as BudgetAgent
    from hybridchat.agents.connectivity import ConnectivityAgent as ConnectivityAgent
    from hybridchat.agents.resources import ResourceMonitor as ResourceMonitor

_HOMES = {
    "BaseAgent": "hybridchat.agents.base",
    "BudgetAgent": "hybridchat.agents.budget",
    "ConnectivityAgent": "hybridchat.agents.connectivity",
    "ResourceMonitor": "hybridchat.agents.resources",
}

__all__ = ["BaseAgent", "BudgetAgent", "ConnectivityAgent", "ResourceMonitor"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)

"""hybridchat from Python: models and agents hooked in code, prompts answered by whichever suits. See docs/api.md."""

from __future__ import annotations

from hybridchat.api.client import HybridClient
from hybridchat.api.current import Current, Figures
from hybridchat.api.errors import (
    AnswerCut,
    BadConfiguration,
    BadFile,
    HookError,
    HybridError,
    NoModel,
    NothingLeft,
    ProviderFailed,
    SessionNotFound,
)
from hybridchat.api.events import Observation
from hybridchat.api.hooks import ModelType
from hybridchat.api.response import Response
from hybridchat.api.stream import Stream

__all__ = [
    "AnswerCut",
    "BadConfiguration",
    "BadFile",
    "Current",
    "Figures",
    "HookError",
    "HybridClient",
    "HybridError",
    "ModelType",
    "NoModel",
    "NothingLeft",
    "Observation",
    "ProviderFailed",
    "Response",
    "SessionNotFound",
    "Stream",
]

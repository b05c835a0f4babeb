"""What is personal or secret in a text, the placeholders that stand for it, and the way back.

The functions `scan.scan` and `rehydrate.rehydrate` are reached through their modules: a package cannot give one name to both.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hybridchat.privacy.placeholders import PlaceholderTable as PlaceholderTable
    from hybridchat.privacy.placeholders import Redacted as Redacted
    from hybridchat.privacy.placeholders import Row as Row
    from hybridchat.privacy.rehydrate import Rehydrator as Rehydrator
    from hybridchat.privacy.scan import ScanError as ScanError
    from hybridchat.privacy.scan import Terms as Terms
    from hybridchat.privacy.scan import left_readable as left_readable
    from hybridchat.privacy.scan import merge as merge

_WHERE = {
    "PlaceholderTable": "placeholders",
    "Redacted": "placeholders",
    "Rehydrator": "rehydrate",
    "Row": "placeholders",
    "ScanError": "scan",
    "Terms": "scan",
    "left_readable": "scan",
    "merge": "scan",
}

__all__ = ["PlaceholderTable", "Redacted", "Rehydrator", "Row", "ScanError", "Terms", "left_readable", "merge"]


def __getattr__(name: str) -> object:
    # On first use: most commands scan nothing.
    if name in _WHERE:
        return getattr(import_module(f"hybridchat.privacy.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

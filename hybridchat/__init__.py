"""Terminal chat that answers on your own machine and asks before anything leaves it.

From Python: `from hybridchat import HybridClient, ModelType`. The names are resolved on first use, so that importing the package
costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
"""Known to type checkers under this name; `typing` itself would cost 5 ms."""

if TYPE_CHECKING:
    from hybridchat.api import HybridClient as HybridClient
    from hybridchat.api import HybridError as HybridError
    from hybridchat.api import ModelType as ModelType

__version__ = "0.1.0"

__all__ = ["HybridClient", "HybridError", "ModelType", "__version__"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # as above: a millisecond that most who import the package can do without

    return getattr(import_module("hybridchat.api"), name)

"""The words about a setting, for every front end."""

from __future__ import annotations

from collections.abc import Iterator

from hybridchat.config.errors import ConfigError
from hybridchat.config.settings import UNSAID, Setting


def about(one: Setting) -> Iterator[str]:
    """What it does, what may stand there, who says what stands there, and from when on a change holds."""
    yield one.description
    default = f" Default: {one.default}." if one.default != UNSAID else ""
    yield f"Allowed: {one.allowed}.{default}"
    by = f"Set by {one.source}." if one.set else "Not set."
    if one.held_by:
        yield f"{by} It wins over the file."
    else:
        yield by if one.live else f"{by} A change holds from the next start on."


def refused(error: ConfigError | OSError) -> str:
    """`privacy.level is "hih" (did you mean `high`?). Allowed: low, normal, high. Nothing was changed.`"""
    if isinstance(error, ConfigError):
        allowed = f" Allowed: {error.allowed}." if error.allowed else ""
        return f"{error.key or error.where} {error.problem}.{allowed} Nothing was changed."
    return f"The file cannot be written: {error.strerror or error}. Nothing was changed."

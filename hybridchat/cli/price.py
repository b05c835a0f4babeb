"""`hybridchat models price`: what a model costs, as the user knows it."""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from hybridchat.cli import edge
from hybridchat.cli.edge import Exit
from hybridchat.config.errors import dotted
from hybridchat.config.paths import config_path
from hybridchat.config.template import set_value


def price(
    model_id: str,
    per_million_in: float,
    per_million_out: float,
    *,
    cache_read: float | None = None,
    cache_write: float | None = None,
    path: Path | None = None,
    today: date | None = None,
) -> int:
    """Writes a price (US dollars per million tokens) into the configuration, true as of today; comments there stay.

    Raises `ConfigError` for a model id or a figure that cannot be one, `Exit` when the file cannot be written.
    """
    file = config_path(os.environ) if path is None else path
    value: dict[str, object] = {"input": per_million_in, "output": per_million_out}
    value |= {name: x for name, x in (("cache_read", cache_read), ("cache_write", cache_write)) if x is not None}
    value["as_of"] = today or datetime.now(UTC).astimezone().date()
    try:
        set_value(file, dotted(("models", model_id, "price")), value)
    except OSError as error:
        raise Exit(edge.USAGE, f"{file} cannot be written: {error.strerror or error}. Nothing was changed.") from None
    sys.stdout.write(f"{model_id} costs ${per_million_in:g} in, ${per_million_out:g} out per million tokens ({file})\n")
    return edge.OK

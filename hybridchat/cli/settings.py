"""`hybridchat config`: where the configuration lies, what it may say, and changing it."""

from __future__ import annotations

import os
import sys

from hybridchat.cli import edge
from hybridchat.cli.edge import Exit, say
from hybridchat.config import load
from hybridchat.config.errors import dotted
from hybridchat.config.load import in_file, read
from hybridchat.config.paths import config_path, data_dir, themes_dir
from hybridchat.config.rules import pointless


def where() -> int:
    sys.stdout.write(f"config  {config_path(os.environ)}\ndata    {data_dir(os.environ)}\nthemes  {themes_dir(os.environ)}\n")
    return edge.OK


def check() -> int:
    path = config_path(os.environ)
    odd = list(pointless(load()))
    for found in odd:
        say(f"{in_file(read(path), str(path))(found.path)}: key `{dotted(found.path)}`: {found.problem}")
    if odd:
        return edge.USAGE
    sys.stdout.write(f"{path} is fine\n" if path.exists() else f"{path} does not exist; the defaults hold\n")
    return edge.OK


def show() -> int:
    from hybridchat.config.template import default_toml  # imported here: tomlkit costs 22 ms that a check does not need

    sys.stdout.write(default_toml())
    return edge.OK


def write(key: str, value: str | None) -> int:
    """Sets the key in the file; `None` takes it out. Raises `Exit`, `ConfigError`."""
    from hybridchat.config.template import set_value  # as above

    path = config_path(os.environ)
    try:
        set_value(path, key, value)
    except OSError as error:
        raise Exit(edge.USAGE, f"{path} cannot be written: {error.strerror or error}. Nothing was changed.") from None
    say(f"{key} is {'back at its default' if value is None else value} in {path}")
    return edge.OK

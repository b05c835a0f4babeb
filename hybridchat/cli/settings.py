"""`hybridchat config`: where the configuration lies, what it may say, and changing it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hybridchat.cli import edge
from hybridchat.cli.edge import Exit, say
from hybridchat.config import folder, load
from hybridchat.config.errors import ConfigError, Fault
from hybridchat.config.load import VARIABLES, in_file, read, split, told
from hybridchat.config.paths import DEFAULT, PROFILE, config_path, data_dir, profile, themes_dir
from hybridchat.config.paths import profiles as known_profiles
from hybridchat.config.settings import UNSAID
from hybridchat.referring import doubts
from hybridchat.render.words import size


def where() -> int:
    sys.stdout.write(f"config  {config_path(os.environ)}\ndata    {data_dir(os.environ)}\nthemes  {themes_dir(os.environ)}\n")
    if (here := Path(folder.NAME)).exists():
        sys.stdout.write(f"folder  {here.absolute()}\n")
    return edge.OK


def profiles() -> int:
    """One line for each: its name, where it lies, and how much; `*` marks the one that holds."""
    held = profile(os.environ) or DEFAULT
    rows = [(("* " if name == held else "  ") + name, *_kept_by(name)) for name in known_profiles(os.environ)]
    wide = max(len(name) for name, *_ in rows)
    sys.stdout.write("".join(f"{name:<{wide}}  {size:>9}  {at}\n" for name, size, at in rows))
    return edge.OK


def _kept_by(name: str) -> tuple[str, Path]:
    at = data_dir({**os.environ, PROFILE: name})
    try:
        return size((at / "hybridchat.db").stat().st_size), at
    except OSError:
        return "empty", at


def check() -> int:
    path = config_path(os.environ)
    config = load()
    here = folder.here()
    odd = list(doubts(config, os.environ))
    for found in odd:
        say(str(_placed(found, path)))
    if odd:
        return edge.USAGE
    sys.stdout.write(f"{path} is fine\n" if path.exists() else f"{path} does not exist; the defaults hold\n")
    if here.path is not None:
        sys.stdout.write(f"{here.sentence}\n")
    return edge.OK


def _placed(found: Fault, path: Path) -> ConfigError:
    """With the line of the file, or the variable that says it and wins over the file."""
    variable = next((name for name, key in VARIABLES.items() if split(key) == found.path and os.environ.get(name)), "")
    return told(found, (lambda _: f"environment variable {variable}") if variable else in_file(read(path), str(path)))


def show() -> int:
    from hybridchat.config.template import default_toml  # imported here: tomlkit costs 22 ms that a check does not need

    sys.stdout.write(default_toml())
    return edge.OK


def write(key: str, value: str | None) -> int:
    """Sets the key in the file; `None` takes it out. Raises `Exit`, `ConfigError`."""
    from hybridchat.configuring import Configuring  # as above

    port = Configuring()
    try:
        say(port.set(key, value))
    except OSError as error:
        raise Exit(edge.USAGE, f"{port.path} cannot be written: {error.strerror or error}. Nothing was changed.") from None
    return edge.OK


def tell(key: str) -> int:
    """The value that holds on stdout, who says so on stderr. Raises `ConfigError` where there is no such key."""
    from hybridchat.configuring import Configuring  # as above

    one = Configuring().one(key)
    sys.stdout.write("" if one.value == UNSAID else f"{one.typed or one.value}\n")
    say("not set, and there is no default" if one.value == UNSAID else one.source)
    return edge.OK

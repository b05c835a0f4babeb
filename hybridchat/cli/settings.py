"""`hybridchat config`: where the configuration lies, what it may say, and changing it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from hybridchat.bindings import faults
from hybridchat.catalogue import models_for
from hybridchat.cli import edge
from hybridchat.cli.edge import Exit, say
from hybridchat.config import Config, folder, load
from hybridchat.config.endpoints import endpoints
from hybridchat.config.errors import Fault, dotted, suggestion
from hybridchat.config.load import in_file, read
from hybridchat.config.paths import DEFAULT, PROFILE, config_path, data_dir, profile, themes_dir
from hybridchat.config.paths import profiles as known_profiles
from hybridchat.config.rules import pointless, rules_of
from hybridchat.config.settings import UNSAID
from hybridchat.facts import Locality
from hybridchat.render.words import size


def where() -> int:
    sys.stdout.write(f"config  {config_path(os.environ)}\ndata    {data_dir(os.environ)}\nthemes  {themes_dir(os.environ)}\n")
    if (here := Path.cwd() / folder.NAME).exists():
        sys.stdout.write(f"folder  {here}\n")
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
    here = folder.of(Path.cwd())
    odd = [*pointless(config), *_unknown(config), *(Fault(("keys",), said) for said in faults(config.keys))]
    for found in odd:
        say(f"{in_file(read(path), str(path))(found.path)}: key `{dotted(found.path)}`: {found.problem}")
    if odd:
        return edge.USAGE
    sys.stdout.write(f"{path} is fine\n" if path.exists() else f"{path} does not exist; the defaults hold\n")
    if here.path is not None:
        sys.stdout.write(f"{here.sentence}\n")
    return edge.OK


def _unknown(config: Config) -> Iterator[Fault]:
    """Rules that name a cloud's model which neither the catalogue nor `[models]` knows; other servers say what they have."""
    clouds = {place.name: place for place in endpoints(config, os.environ) if place.locality is Locality.REMOTE}
    for number, rule in enumerate(rules_of(config)):
        place = clouds.get((rule.model or "").partition(":")[0])
        if rule.model is None or place is None or place.own_base or rule.model in config.models:
            continue
        known = [model.id for model in models_for(place, config)]
        if rule.model not in known:
            problem = f"{rule.name} names {rule.model}, which is not known{suggestion(rule.model, known)}"
            yield Fault(("rule", number, "use"), f"{problem}; a table [models.{json.dumps(rule.model)}] makes it known")


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
    sys.stdout.write("" if one.value == UNSAID else f"{one.value}\n")
    say("not set, and there is no default" if one.value == UNSAID else one.source)
    return edge.OK

"""`hybridchat config`: where the configuration lies, what it may say, and changing it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator

from hybridchat.catalogue import models_for
from hybridchat.cli import edge
from hybridchat.cli.edge import Exit, say
from hybridchat.config import Config, load
from hybridchat.config.endpoints import endpoints
from hybridchat.config.errors import Fault, dotted, suggestion
from hybridchat.config.load import in_file, read
from hybridchat.config.paths import config_path, data_dir, themes_dir
from hybridchat.config.rules import pointless, rules_of
from hybridchat.facts import Locality


def where() -> int:
    sys.stdout.write(f"config  {config_path(os.environ)}\ndata    {data_dir(os.environ)}\nthemes  {themes_dir(os.environ)}\n")
    return edge.OK


def check() -> int:
    path = config_path(os.environ)
    config = load()
    odd = [*pointless(config), *_unknown(config)]
    for found in odd:
        say(f"{in_file(read(path), str(path))(found.path)}: key `{dotted(found.path)}`: {found.problem}")
    if odd:
        return edge.USAGE
    sys.stdout.write(f"{path} is fine\n" if path.exists() else f"{path} does not exist; the defaults hold\n")
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
    from hybridchat.config.template import set_value  # as above

    path = config_path(os.environ)
    try:
        set_value(path, key, value)
    except OSError as error:
        raise Exit(edge.USAGE, f"{path} cannot be written: {error.strerror or error}. Nothing was changed.") from None
    say(f"{key} is {'back at its default' if value is None else value} in {path}")
    return edge.OK

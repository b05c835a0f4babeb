"""Every setting as it holds here: its value, who says so, what else may stand there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import field
from enum import Enum
from pathlib import Path
from typing import Any

from hybridchat.config import themes
from hybridchat.config.endpoints import URL_VARIABLES, endpoints
from hybridchat.config.errors import ConfigError, dotted, suggestion
from hybridchat.config.folder import NAME, Folder
from hybridchat.config.load import VARIABLES, Where, in_file, load, parse, read, split
from hybridchat.config.paths import themes_dir
from hybridchat.config.rule_file import FORM, NEW, OFF, ON, spoken
from hybridchat.config.rules import MODES, in_words
from hybridchat.config.schema import STRATEGIES, Config, RuleConditions
from hybridchat.config.template import LISTS, PLACES, Entry, entries, toml
from hybridchat.facts import Mode
from hybridchat.value import value

UNSAID = "–"
"""Stands where a setting has no value and no default."""
_RULE = f"{ON}, {OFF}, or as in {FORM}"
_LIVE = ("strategy", "strategies", "mode", "theme", "retention", "privacy.cloud", "privacy.history", "privacy.level", "routing",
         "rule", "limits.daily_budget", "limits.budget_window", "limits.max_output", "limits.reserve")  # fmt: skip
"""What holds as soon as it is changed; the rest is read when the program starts."""


@value
class Setting:
    """One key. `source` says who set it: `default`, `config.toml:12`, a variable's name, the folder's file."""

    key: str
    group: str
    """The table it stands in, `general` for none."""
    name: str
    value: str
    """As a person would type it; `–` for none."""
    source: str
    default: str
    allowed: str
    description: str
    choices: tuple[str, ...] = ()
    line: int | None = None
    """Where in the file it is said."""
    held_by: str = ""
    """What wins over the file, so that a change of the file has no effect now."""
    path: tuple[str, ...] = field(default=())
    typed: str = ""
    """What a person types for it, where that is not the value."""

    @property
    def live(self) -> bool:
        """Whether a change holds at once."""
        return is_live(self.key)

    @property
    def set(self) -> bool:
        """Whether anybody said something."""
        return self.source != "default"


def is_live(key: str) -> bool:
    """Whether a change of the setting holds at once, not from the next start."""
    return any(key == name or key.startswith(f"{name}.") for name in _LIVE)


def settings(path: Path, env: Mapping[str, str] | None = None, here: Folder | None = None) -> tuple[Setting, ...]:
    """All of them, in the schema's order, as file, environment and folder have it now. Reads the file. Raises `ConfigError`.

    Of tables whose entries the user names, those that are there; the user's rules come last.
    """
    env = os.environ if env is None else env
    text = read(path)
    said = parse(text, str(path))
    config = load(path, env=env)
    where = in_file(text, path.name)
    by_variable = {split(key): name for name, key in VARIABLES.items() if env.get(name)}
    by_variable |= {("endpoints", name, "base_url"): said_by for name, said_by in URL_VARIABLES.items() if env.get(said_by)}
    if env.get("TERM") == "dumb":
        by_variable.setdefault(("plain",), "TERM")
    read_here = _Said(config, said, where, by_variable, here or Folder(), env)
    found = [
        _one(entry, at, read_here) for entry in entries() if entry.path[0] not in LISTS for at in _places(entry, config, env)
    ]
    # what belongs together stands together: the schema goes key by key through tables that are there several times
    order = {name: n for n, name in enumerate(dict.fromkeys(one.group for one in found))}
    return (*sorted(found, key=lambda one: order[one.group]), *_rules(config, where))


def _places(entry: Entry, config: Config, env: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """The key paths that an entry of the schema stands for here."""
    table = entry.path[0]
    if table == "keys":
        yield from (("keys", name) for name in config.keys)
    elif table not in PLACES:
        yield entry.path
    else:
        names: Mapping[str, object] = getattr(config, table)
        known = [place.name for place in endpoints(config, env)] if table == "endpoints" else []
        for name in dict.fromkeys([*known, *names]):
            yield (table, name, *entry.path[2:])


@value
class _Said:
    """What is read for all settings at once."""

    config: Config
    tree: Mapping[str, Any]
    where: Where
    by_variable: Mapping[tuple[str, ...], str]
    here: Folder
    env: Mapping[str, str]


def _one(entry: Entry, at: tuple[str, ...], said: _Said) -> Setting:
    in_it, line, config = _stated(said.tree, at), None, said.config
    source = held = ""
    content = _content(config, at)
    if variable := said.by_variable.get(at):
        source = held = variable
        content = said.env.get(variable) if at[-1] == "base_url" else content
    if at == ("mode",) and said.here.local_only:
        source = held = NAME
        content = Mode.ONLY_LOCAL
    if in_it:
        place = said.where(at)
        line = int(place.rpartition(":")[2])
        source = source or place
    names = _names(at, said)
    return Setting(
        key=dotted(at),
        group=dotted(at[:-1]) or "general",
        name=at[-1],
        value=shown(entry.default if content is None else content),
        source=source or "default",
        default=UNSAID if at[0] == "keys" else shown(entry.default),
        allowed=", ".join(names) or entry.allowed,
        description=entry.description,
        choices=names or _choices(entry.allowed),
        line=line,
        held_by=held,
        path=at,
    )


def _names(at: tuple[str, ...], said: _Said) -> tuple[str, ...]:
    """What there is to name, for a setting that names something."""
    if at == ("strategy",):
        return (*STRATEGIES, *said.config.strategies)
    return themes.names([str(themes_dir(said.env))]) if at == ("theme",) else ()


def _rules(config: Config, where: Where) -> Iterator[Setting]:
    """Each rule of the user's own, and last the one that could be added."""
    for number, said in enumerate(config.rule):
        place = where(("rule", number))
        yield Setting(
            key=f"rule.{number + 1}",
            group="rule",
            name=said.name.strip() or f"rule {number + 1}",
            value=in_words(said) if said.enabled else f"off: {in_words(said)}",
            source=place,
            default=UNSAID,
            allowed=_RULE,
            description=f"{in_words(said)}. Written: {spoken(said)}",
            line=int(place.rpartition(":")[2]),
            path=("rule", str(number + 1)),
            typed=spoken(said),
            choices=(OFF if said.enabled else ON, spoken(said)),
        )
    conditions = ", ".join(RuleConditions.__struct_fields__)
    added = f"Adds a rule; the first one whose conditions all hold says where a message goes. Conditions: {conditions}."
    uses = f"as in {FORM}; use is {', '.join(MODES)}, or ENDPOINT:NAME"
    yield Setting(f"rule.{NEW}", "rule", NEW, UNSAID, "default", UNSAID, uses, added, path=("rule", NEW))


def shown(content: object) -> str:
    """A value as a person would type it."""
    if content is None:
        return UNSAID
    if isinstance(content, Enum):
        return str(content.value)
    return content if isinstance(content, str) else toml(content)


def found(every: tuple[Setting, ...], key: str) -> Setting:
    """The setting of that key. Raises `ConfigError` with the nearest one there is."""
    path = split(key)
    for one in every:
        if one.path == path:
            return one
    problem = "is not a setting" + suggestion(dotted(path), [one.key for one in every])
    raise ConfigError("command line", dotted(path), problem)


def _stated(said: Mapping[str, Any], at: tuple[str, ...]) -> bool:
    tree: Any = said
    for part in at:
        if not isinstance(tree, Mapping) or part not in tree:
            return False
        tree = tree[part]
    return True


def _content(config: Config, at: tuple[str, ...]) -> object:
    content: Any = config
    for part in at:
        content = content.get(part) if isinstance(content, Mapping) else getattr(content, part, None)
        if content is None:
            return None
    return content


def _choices(allowed: str) -> tuple[str, ...]:
    parts = tuple(allowed.split(", "))
    return parts if len(parts) > 1 and not any(" " in part for part in parts) else ()

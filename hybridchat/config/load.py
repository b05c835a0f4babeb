"""File, then environment, then flags, into one frozen `Config`. Reads nothing else, writes nothing."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from hybridchat.config.errors import ConfigError, Fault, KeyPath, dotted
from hybridchat.config.paths import NAMED, config_path
from hybridchat.config.schema import Config

VARIABLES: Mapping[str, str] = {
    "HYBRIDCHAT_STRATEGY": "strategy",
    "HYBRIDCHAT_MODE": "mode",
    "HYBRIDCHAT_THEME": "theme",
    "HYBRIDCHAT_PLAIN": "plain",
    "HYBRIDCHAT_MOUSE": "mouse",
    "HYBRIDCHAT_SAVE": "save",
    "HYBRIDCHAT_CLOUD": "privacy.cloud",
    "HYBRIDCHAT_DAILY_BUDGET": "limits.daily_budget",
    "HYBRIDCHAT_MAX_OUTPUT": "limits.max_output",
    "HYBRIDCHAT_LOCAL_MODEL": "pair.local",
    "HYBRIDCHAT_CLOUD_MODEL": "pair.cloud",
}
"""Environment variable -> the key it sets. An empty variable counts as not set."""

Tree = dict[str, Any]
Where = Callable[[KeyPath], str]


def load(
    path: Path | None = None,
    env: Mapping[str, str] | None = None,
    flags: Mapping[str, object] | None = None,
) -> Config:
    """The effective configuration.

    `path` is the file (default: `config_path(env)`; a file that is not there counts as empty, unless the environment names it),
    `env` the environment
    (default: the process's own), `flags` maps dotted keys to values, `None` meaning not given. Raises `ConfigError`.
    """
    env = os.environ if env is None else env
    if path is None:
        path = config_path(env)
        _refuse_missing(path, env)
    text = read(path)
    data = parse(text, str(path))
    config = build(data, in_file(text, str(path)))
    overlay, said_by = _overlay(env, flags or {})
    if not overlay:
        return config
    blame_file = in_file(text, str(path))
    return build(merge(data, overlay), lambda at: said_by.get(tuple(p for p in at if isinstance(p, str))) or blame_file(at))


def _refuse_missing(path: Path, env: Mapping[str, str]) -> None:
    """A file that somebody named is meant: with a slip of the finger the rules in it would silently not hold."""
    try:
        missing = bool(env.get(NAMED)) and not path.exists()
    except OSError:
        return  # reading it says why it cannot be
    if missing:
        problem = "names a file that is not there; correct the name, or unset it and the defaults hold"
        raise ConfigError(f"environment variable {NAMED}", "", f"{problem} ({path})")


def read(path: Path) -> str:
    """Text of the file, empty when there is none. A byte order mark at its start is left out."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}:{line}", "", "is not UTF-8 text; save the file as UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{path}:1", "", f"cannot be read: {error.strerror or type(error).__name__}") from error


def parse(text: str, name: str) -> Tree:
    """The file's tables, untyped. `name` is how an error calls the file."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # the position stands in the message only, before Python 3.14
        at = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = int(at[1]) if at else max(1, len(text.rstrip().split("\n")))
        reason = re.sub(r" \(at (line|end).*", "", str(error), flags=re.DOTALL)
        raise ConfigError(f"{name}:{line}", "", f"is not TOML: {_without_values(reason)}") from None
    except (RecursionError, ValueError) as error:
        # a bare number of more than 4300 digits, or brackets nested a thousand deep
        raise ConfigError(f"{name}:1", "", "is not usable TOML: a number too long or a value nested too deep") from error


def _without_values(reason: str) -> str:
    return re.sub(r"(?s): '.*", "", reason)


def build(data: Tree, where: Where) -> Config:
    """`data` typed and checked; `where` says who said a key. Raises `ConfigError`."""
    if not data:
        return Config()  # the defaults are valid, and working out the types takes 3 ms of every start
    from hybridchat.config.check import faults  # imported here: needed only for a file that says something

    try:
        config = msgspec.convert(data, Config)
    except msgspec.ValidationError as error:
        from hybridchat.config.locate import fault  # needed only when something is wrong: type introspection

        raise told(fault(error, data, Config), where) from None
    for found in faults(config):
        raise told(found, where)
    return config


def in_file(text: str, name: str) -> Where:
    """Says `NAME:LINE` for a key of the file."""

    def where(at: KeyPath) -> str:
        from hybridchat.config.locate import line_of  # as above

        return f"{name}:{line_of(text, at)}"

    return where


def told(found: Fault, where: Where) -> ConfigError:
    """What is wrong, with the place that says it."""
    return ConfigError(where(found.path), dotted(found.path), found.problem, found.allowed)


def merge(below: Tree, above: Tree) -> Tree:
    """`below` with the values of `above` laid over it, table by table."""
    both = dict(below)
    for key, value in above.items():
        under = both.get(key)
        both[key] = merge(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return both


def nested(at: KeyPath, value: object) -> Tree:
    """The tree that says only `value` at `at`."""
    for part in reversed(at):
        value = {part: value}
    return value if isinstance(value, dict) else {}


def split(key: str) -> tuple[str, ...]:
    """A dotted key, quoted parts as in TOML, to its parts. Raises `ConfigError`."""
    parts: list[str] = []
    try:
        tree: Any = tomllib.loads(f"{key} = 0")
        while isinstance(tree, dict):
            ((part, tree),) = tree.items()
            parts.append(part)
    except ValueError:  # not TOML, or more than one key
        fix = 'a dotted key as in limits.max_output or models."ollama:phi".tier'
        raise ConfigError("command line", key, "is not a key", fix) from None
    return tuple(parts)


def typed(at: tuple[str, ...], value: object) -> object:
    """Text from an environment variable or a command line as what its key wants; left as it is when that fails."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    words: dict[str, object] = {"1": True, "yes": True, "on": True, "0": False, "no": False, "off": False}
    readings = (value, _literal(text), _literal(text.lower()), words.get(text.lower()))
    return next((r for r in readings if r is not None and _fits(at, r)), value)


def _literal(text: str) -> object:
    try:
        return tomllib.loads(f"x = {text}")["x"]
    except (ValueError, RecursionError):
        return None


def _fits(at: KeyPath, value: object) -> bool:
    try:
        msgspec.convert(nested(at, value), Config)
    except msgspec.ValidationError:
        return False
    return True


def _overlay(env: Mapping[str, str], flags: Mapping[str, object]) -> tuple[Tree, dict[tuple[str, ...], str]]:
    tree: Tree = {}
    said_by: dict[tuple[str, ...], str] = {}
    if env.get("TERM") == "dumb" or env.get("ACCESSIBLE", "0") not in ("", "0"):
        tree = {"plain": True}
    said = [(f"environment variable {name}", key, env[name]) for name, key in VARIABLES.items() if env.get(name)]
    given = [("command line", key, value) for key, value in flags.items() if value is not None]
    for source, key, value in (*said, *given):
        at = split(key)
        tree = merge(tree, nested(at, typed(at, value)))
        said_by[at] = source
    return tree, said_by

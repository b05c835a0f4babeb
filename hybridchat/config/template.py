"""`config.toml` as a text: a commented default made from the schema, and changes that keep the user's own comments."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec

from hybridchat.config.errors import ConfigError, dotted
from hybridchat.config.holding import Busy, held, replaced
from hybridchat.config.load import Tree, build, in_file, merge, nested, parse, read, split, typed
from hybridchat.config.locate import allowed, element, plain
from hybridchat.config.paths import make_private
from hybridchat.config.schema import Config, Table

PLACES = {"endpoints": "NAME", "models": "ENDPOINT:NAME", "strategies": "NAME"}
"""Tables whose entries the user names, and how their names look."""

LISTS = frozenset({"rule"})
"""Tables that may be there several times, as `[[rule]]`."""

_TRIES = 5
"""How often the file is read anew because somebody saved it meanwhile."""
_EXAMPLES = {"endpoints": "work", "models": "openai:gpt-6.1-terra", "strategies": "mine"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of the schema. `default` is `None` where there is none; `example` then shows what could stand there."""

    path: tuple[str, ...]
    default: object
    example: object
    allowed: str
    description: str

    @property
    def key(self) -> str:
        return ".".join(self.path)


def entries(kind: type = Config, at: tuple[str, ...] = ()) -> Iterator[Entry]:
    """Every key there is, in the schema's order; tables before their keys are left to the reader of `path`."""
    hints = get_type_hints(kind, include_extras=True)
    for info in msgspec.structs.fields(kind):
        hint, path = hints[info.name], (*at, info.name)
        inner = plain(hint)
        if isinstance(inner, type) and issubclass(inner, Table):
            yield from entries(inner, path)
        elif info.name in LISTS and not at:
            yield from entries(element(inner, list), path)
        elif get_origin(inner) is dict and info.name in PLACES and not at:
            yield from entries(element(inner, dict), (*path, PLACES[info.name]))
        else:
            description, example = _notes(hint)
            yield Entry(path, _default(info), example, "text = text" if info.name == "keys" else allowed(hint), description)


def default_toml() -> str:
    """A whole `config.toml` in which every line is a comment: what can be said, what may stand there, what holds if not.

    `# ` begins a sentence, `#` alone a line that becomes valid TOML without it.
    """
    lines = [
        "# hybridchat: every key there is. Take the # away from a line to change it; where there is a default,",
        "# the line shows it. Environment variables and flags win over this file. No API key belongs here:",
        "# say where it is with key_env, api_key_cmd or keyring.",
    ]
    table: tuple[str, ...] = ()
    for entry in entries():
        if entry.path == ("keys",):
            lines += ["", *_comment(entry), "#[keys]", '#other = "f8"']
            continue
        if entry.path[:-1] != table:
            table = entry.path[:-1]
            named = tuple(_EXAMPLES[table[0]] if n == 1 and table[0] in PLACES else part for n, part in enumerate(table))
            lines += ["", f"#[[{named[0]}]]" if table[0] in LISTS and len(table) == 1 else f"#[{dotted(named)}]"]
        value = entry.default if entry.default is not None else entry.example
        lines += ["", *_comment(entry), f"#{entry.path[-1]} = {toml(value)}"]
    return "\n".join(lines) + "\n"


def _comment(entry: Entry) -> list[str]:
    allowed_text = "" if entry.allowed == "text" else f" Allowed: {entry.allowed}."
    no_default = "" if entry.default is not None else " No default."
    return textwrap.wrap(
        f"{entry.description}{allowed_text}{no_default}", 100, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
    )


def _notes(hint: Any) -> tuple[str, object]:
    if get_origin(hint) is not Annotated:
        return "", None
    notes = [n for n in get_args(hint)[1:] if isinstance(n, msgspec.Meta)]
    description = next((n.description for n in notes if n.description), "")
    examples = next((n.examples for n in notes if n.examples), [None])
    return description, examples[0]


def _default(info: msgspec.structs.FieldInfo) -> object:
    if info.default is not msgspec.NODEFAULT:
        return info.default
    return info.default_factory() if info.default_factory is not msgspec.NODEFAULT else None


def toml(value: object) -> str:
    """A value as TOML writes it."""
    # imported here: 22 ms, for writing only
    import tomlkit

    return str(tomlkit.item(msgspec.to_builtins(value, builtin_types=(date,))).as_string())


def set_value(path: Path, key: str, value: object, check: Callable[[Config], None] = lambda _: None) -> Config:
    """Sets the dotted `key` in the file at `path` to `value` (`None` takes it away) and returns what the file now says.

    Text is read as what the key wants (`"12"` for a number). Comments and order are kept; the file is replaced in one step
    and is readable by the user alone; what another program changes in it meanwhile is not lost. Nothing is written when the
    result would be wrong, or `check` raises for it: raises `ConfigError`. Raises `OSError` when it cannot be written.
    """
    at = split(key)

    def edit(old: str) -> tuple[Config, str]:
        config, text = _with_value(old, str(path), at, value)
        check(config)
        return config, text

    return changed(path, edit)


def changed(path: Path, edit: Callable[[str], tuple[Config, str]]) -> Config:
    """Puts the text that `edit` makes of the file's in its place; returns what that says. Raises `OSError`, and like `edit`."""
    make_private(path.resolve().parent)
    with held(path.resolve()):
        for _ in range(_TRIES):
            old = read(path)
            config, text = edit(old)
            if text == old:
                return config
            # an editor does not ask whose turn it is: what it saved since is edited anew
            if read(path) == old:
                replaced(path, text)
                return config
    raise Busy(f"{path} is being changed by another program")


def _with_value(old: str, name: str, at: tuple[str, ...], value: object) -> tuple[Config, str]:
    before = parse(old, name)
    value = msgspec.to_builtins(typed(at, value), builtin_types=(date,))
    after = _without(before, at) if value is None else merge(_without(before, at), nested(at, value))
    config = build(after, lambda _: name)
    text = _edited(old, at, value, name)
    if parse(text, name) != after:
        raise ConfigError(
            in_file(old, name)(at), dotted(at), "stands in a form that cannot be changed here; edit the file by hand"
        )
    return config, text


def _without(tree: Tree, at: tuple[str, ...]) -> Tree:
    rest = dict(tree)
    if len(at) == 1:
        rest.pop(at[0], None)
    elif isinstance(rest.get(at[0]), dict):
        rest[at[0]] = _without(rest[at[0]], at[1:])
    return rest


def _edited(text: str, at: tuple[str, ...], value: object, name: str) -> str:
    import tomlkit  # as above
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text)
        table: Any = document
        for part in at[:-1]:
            if part not in table:
                if value is None:
                    return text
                table[part] = tomlkit.table()
            table = table[part]
        if value is None:
            table.pop(at[-1], None)
        else:
            table[at[-1]] = value
        return tomlkit.dumps(document)
    except (TOMLKitError, TypeError, KeyError) as error:
        raise ConfigError(name, dotted(at), "cannot be changed here; edit the file by hand") from error

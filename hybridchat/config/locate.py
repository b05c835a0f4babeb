"""From msgspec's complaint to key, line and allowed values. Runs only when something is wrong.

msgspec says `[...]` where a key of a free table was; the entry is found by converting each one alone. The line comes
from cutting the text into statements with the standard parser: a statement is complete as soon as it parses alone.
"""

from __future__ import annotations

import re
import tomllib
import types
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import inspect

from hybridchat.config.errors import Fault, KeyPath, suggestion
from hybridchat.config.schema import EndpointSettings

_WHERE = re.compile(r" - at `\$([.\[\]a-z_0-9]*)`\Z")
_STEP = re.compile(r"\.([a-z_]+)|\[(\d+)\]|\[(\.\.\.)\]")


def fault(error: msgspec.ValidationError, data: Mapping[str, object], kind: type) -> Fault:
    """What `error`, raised while converting `data` to `kind`, means to the person who wrote `data`."""
    message = str(error)
    where = _WHERE.search(message)
    path, value, hint = _walk(where[1] if where else "", data, kind)
    if message.startswith("Object contains unknown field"):
        known = plain(hint).__struct_fields__
        return _unknown_key((*path, next(k for k in value if k not in known)), hint)
    if missing := re.match(r"Object missing required field `(\w+)`", message):
        inner = get_type_hints(plain(hint), include_extras=True)[missing[1]]
        return Fault((*path, missing[1]), "is missing", allowed(inner))
    return Fault(path, _wrong(value, hint), allowed(hint))


def _walk(where: str, value: Any, hint: Any) -> tuple[KeyPath, Any, Any]:
    path: KeyPath = ()
    for step in _STEP.finditer(where):
        hint = plain(hint)
        if step[1]:
            hint, key = get_type_hints(hint, include_extras=True)[step[1]], step[1]
        elif step[2]:
            hint, key = element(hint, list), int(step[2])
        else:
            hint = element(hint, dict)
            key = next(k for k, v in value.items() if not _fits(v, hint))
        path, value = (*path, key), value[key]
    return path, value, hint


def _fits(value: object, hint: Any) -> bool:
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError:
        return False
    return True


def plain(hint: Any) -> Any:
    """The type that an annotation stands for, without its annotations and without `| None`."""
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if get_origin(hint) in (Union, types.UnionType):
        rest = [a for a in get_args(hint) if a is not type(None)]
        return plain(rest[0]) if len(rest) == 1 else hint
    return hint


def element(hint: Any, container: type) -> Any:
    """Type of what stands in the list or table that `hint` describes, alone or as one of several."""
    options = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    return next(get_args(o)[-1] for o in options if get_origin(o) is container)


def _unknown_key(path: KeyPath, hint: Any) -> Fault:
    table = plain(hint)
    known = table.__struct_fields__
    name = str(path[-1])
    if table is EndpointSettings and name.lower() in {"key", "api_key", "apikey", "token", "secret"}:
        return Fault(path, "unknown key; a key does not belong in this file, say where it is", "key_env, api_key_cmd, keyring")
    return Fault(path, "unknown key" + suggestion(name, known), ", ".join(known))


def _wrong(value: object, hint: Any) -> str:
    if isinstance(value, str):
        # long or secret-looking text is not repeated: somebody may have pasted a key into the wrong line
        shown = f'is "{value}"' if len(value) <= 24 and value.isprintable() and not _keylike(value) else "is another text"
        return shown + suggestion(value, _choices(hint))
    if isinstance(value, bool):
        return f"is {str(value).lower()}"
    if isinstance(value, int | float):
        return f"is {value}" if abs(value) < 1e15 or isinstance(value, float) else "is a very large number"
    if isinstance(value, list):
        return "is a list"
    return "is a table" if isinstance(value, dict) else "is a date or a time"


def _keylike(value: str) -> bool:
    return bool(re.search(r"(?i)^(sk|pk|key|bearer)[-_ ]|[A-Za-z0-9_-]{20,}", value))


def _choices(hint: Any) -> tuple[str, ...]:
    bare = plain(hint)
    if get_origin(bare) is Literal:
        return tuple(str(value) for value in get_args(bare))
    if isinstance(bare, type) and issubclass(bare, Enum):
        return tuple(str(member.value) for member in bare)
    return ()


def _node(hint: Any) -> inspect.Type:
    """msgspec's view of the type, with the ranges and without description and `None`."""
    node = inspect.type_info(hint)
    while isinstance(node, inspect.Metadata | inspect.UnionType):
        if isinstance(node, inspect.Metadata):
            node = node.type
            continue
        rest = [t for t in node.types if not isinstance(t, inspect.NoneType)]
        if len(rest) > 1:
            return node
        node = rest[0]
    return node


def allowed(hint: Any) -> str:
    """What may stand there, for people: from the annotation alone."""
    if choices := _choices(hint):
        return ", ".join(choices)
    return _kind(_node(hint), hint)


def _kind(node: inspect.Type, hint: Any) -> str:
    if isinstance(node, inspect.BoolType):
        return "true, false"
    if isinstance(node, inspect.IntType | inspect.FloatType):
        noun = "a whole number" if isinstance(node, inspect.IntType) else "a number"
        return noun + (f" from {node.ge:,} to {node.le:,}" if node.ge is not None and node.le is not None else "")
    if isinstance(node, inspect.StrType):
        return "a time as in 5m, 1h30m, 0 or -1" if node.pattern else "text"
    if isinstance(node, inspect.ListType):
        inner = _choices(element(plain(hint), list))
        return "a list of " + (", ".join(inner) if inner else "texts")
    if isinstance(node, inspect.UnionType):
        return "text, or a list of texts"
    return "a date as in 2026-11-01" if isinstance(node, inspect.DateType) else "a table"


def line_of(text: str, path: KeyPath) -> int:
    """Line (from 1) where the value at `path` is said, or the nearest table around it."""
    best, depth = 1, 0
    names = tuple(p for p in path if isinstance(p, str))
    first, last = _entry(text, path)
    for number, stated in _statements(text):
        if not first <= number < last:
            continue
        common = len(stated) if stated == names[: len(stated)] else 0
        if common > depth:
            best, depth = number, common
    return best


def _entry(text: str, path: KeyPath) -> tuple[int, float]:
    """The lines, from and before which, of the one `[[table]]` among several that `path` is about."""
    whole: tuple[int, float] = (1, float("inf"))
    if len(path) < 2 or not isinstance(path[1], int):
        return whole
    lines = text.split("\n")
    heads = [number for number, stated in _statements(text) if stated[:1] == path[:1] and lines[number - 1].lstrip()[:2] == "[["]
    if path[1] >= len(heads):
        return whole
    return heads[path[1]], heads[path[1] + 1] if path[1] + 1 < len(heads) else float("inf")


def span(text: str, path: KeyPath) -> tuple[int, int]:
    """First and last line, from 1, of the `[[table]]` at `path`, a name and an index: to its last statement."""
    first, end = _entry(text, path)
    last = first
    for start, stop, stated in _pieces(text):
        if first <= start < end and stated and stated[0] == path[0]:
            last = stop
        elif start > first and stated and stated[0] != path[0]:
            break
    return first, last


def _statements(text: str) -> Iterator[tuple[int, KeyPath]]:
    """Each key path that is said, with the line its statement begins on; `text` is valid TOML."""
    return ((start, path) for start, _, path in _pieces(text))


def _pieces(text: str) -> Iterator[tuple[int, int, KeyPath]]:
    """The same with the line that the statement ends on."""
    table: KeyPath = ()
    start, held = 1, ""
    for number, line in enumerate(text.split("\n"), 1):
        held += line + "\n"
        try:
            said = tomllib.loads(held)
        except tomllib.TOMLDecodeError:
            continue
        header = held.lstrip().startswith("[")
        base: KeyPath = () if header else table
        paths = [base + p for p in _paths(said)]
        if header and paths:
            table = max(paths, key=len)
        for path in paths:
            yield start, number, path
        start, held = number + 1, ""


def _paths(said: Any) -> Iterator[KeyPath]:
    if isinstance(said, list):
        said = said[-1] if said and isinstance(said[-1], dict) else {}
    if isinstance(said, dict):
        for key, value in said.items():
            yield (key,)
            for rest in _paths(value):
                yield (key, *rest)

"""Bindings out of the one table, and the line of keys that every view ends with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from rich.cells import cell_len
from textual.binding import Binding
from textual.content import Content
from textual.events import Key

from hybridchat.bindings import BINDINGS, NONE, UNBOUND, Keys, here

_NAMED = re.compile(r"\{([a-z0-9-]+)\}")


def bind(name: str, action: str, *, priority: bool = False) -> Binding:
    """The binding `name` of the table, which runs `action`. Raises `KeyError` for a name there is not."""
    bound = BINDINGS[name]
    keys = UNBOUND if bound.keys == NONE else bound.keys
    return Binding(keys, action, bound.help, show=False, id=name, priority=priority)


@runtime_checkable
class Keyed(Protocol):
    """Knows which keys do what here: the program; an app in a test need not."""

    keys: Keys


def keys_of(app: object) -> Keys:
    """The keys of the running program."""
    return app.keys if isinstance(app, Keyed) else here()


def meant(names: Mapping[str, str], event: Key, *, fold: bool = True) -> str:
    """Which of `names`, as `Keys.meanings` has them, a key is; empty for none. With `fold` a capital is its small letter too."""
    sign = event.character or ""
    return next((names[one] for one in (event.key, sign, sign.lower() if fold else "") if one in names), "")


def line(app: object, text: str) -> str:
    """A line such as `{list-choose} open · {chats-new} new`, each id written as its key; what has no key here is left out."""
    return spoken(keys_of(app), text)


def spoken(keys: Keys, text: str) -> str:
    """`line` for keys that are at hand."""
    rows = []
    for row in text.split("\n"):
        parts = [_written(keys, part) for part in row.split(" · ")]
        rows.append(" · ".join(part for part in parts if part))
    return "\n".join(rows)


_IN_REASONS = {" (f2)": "model", " (f5)": "auto"}


def with_keys(keys: Keys, text: str) -> str:
    """A reason of the router with the keys that it names as they are here; what is stored has the defaults."""
    for said, name in _IN_REASONS.items():
        text = text.replace(said, f" ({keys.word(name)})")
    return text


def fold(text: str, width: int) -> str:
    """The line broken between two of its parts, so that no key stands apart from what it does."""
    rows: list[str] = []
    for row in text.split("\n"):
        first, *rest = row.split(" · ")
        rows.append(first)
        for part in rest:
            if cell_len(f"{rows[-1]} · {part}") <= width:
                rows[-1] += f" · {part}"
            else:
                rows.append(part)
    return "\n".join(rows)


def answers(keys: Keys, shown: Mapping[str, str], cells: int) -> Content:
    """`[y] send [n] cancel` in rows of at most `cells`, broken so that no key stands apart from what it does.

    `shown` are ids and what each does; one without a key is left out.
    """
    rows = [Content("")]
    for key, word in ((keys.word(name), word) for name, word in shown.items()):
        if not key:
            continue
        item = Content.assemble((f"[{key}]", "$cloud bold"), (f" {word}", "$foreground"))
        if rows[-1] and rows[-1].cell_length + 1 + item.cell_length > cells:
            rows.append(item)
        else:
            rows[-1] = Content.assemble(rows[-1], " " if rows[-1] else "", item)
    return Content("\n").join(rows)


def _written(keys: Keys, part: str) -> str:
    words = {name: keys.word(name) for name in _NAMED.findall(part)}
    return "" if words and not all(words.values()) else _NAMED.sub(lambda found: words[found[1]], part)

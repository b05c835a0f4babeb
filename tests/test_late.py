"""Patterns that wait to be compiled are no less right for it."""

from __future__ import annotations

import re
from importlib import import_module
from itertools import chain

import pytest

from hybridchat.late import late

MODULES = [
    *(
        f"hybridchat.privacy.{n}"
        for n in ("identifiers", "known", "national", "phones", "rehydrate", "secrets", "values", "words", "zones")
    ),
    *(f"hybridchat.routing.{n}" for n in ("doubts", "finals")),
]


def test_a_late_pattern_does_what_the_compiled_one_does() -> None:
    text, compiled, lazy = "Ab1 cd2", re.compile(r"[a-z]+(\d)", re.IGNORECASE), late(r"[a-z]+(\d)", re.IGNORECASE)
    assert [m.span(1) for m in lazy.finditer(text)] == [m.span(1) for m in compiled.finditer(text)]
    assert lazy.sub("", text, 1) == compiled.sub("", text, 1)
    assert lazy.findall(text, 2) == compiled.findall(text, 2)
    assert (lazy.pattern, lazy.flags) == (compiled.pattern, compiled.flags)


@pytest.mark.parametrize("module", MODULES)
def test_every_late_pattern_of_a_module_compiles(module: str) -> None:
    values = list(vars(import_module(module)).values())
    rows = list(chain.from_iterable(v for v in values if isinstance(v, tuple)))
    cells = chain.from_iterable(row for row in rows if isinstance(row, tuple))
    found = [v for v in (*values, *rows, *cells) if type(v) is type(late(""))]
    assert found
    assert all(pattern.groups >= 0 for pattern in found)


def test_a_wrong_pattern_shows_when_it_is_used() -> None:
    with pytest.raises(re.error):
        late("(").search("")

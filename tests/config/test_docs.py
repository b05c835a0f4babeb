"""docs/configuration.md says what the schema says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec

from hybridchat.config.load import VARIABLES
from hybridchat.config.template import entries

TEXT = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
ROWS = re.findall(r"(?m)^\| `([^`]+)` \| (.*?) \| (.*?) \| (.*?) \|$", TEXT)


def test_every_key_is_documented_with_default_allowed_values_and_meaning() -> None:
    said = [
        (key, None if default == "–" else tomllib.loads(f"x = {default.strip('`')}")["x"], what, why)
        for key, default, what, why in ROWS
    ]
    meant = [(e.key, msgspec.to_builtins(e.default), e.allowed, e.description) for e in entries()]
    assert sorted(said, key=str) == sorted(meant, key=str)


def test_every_variable_is_documented() -> None:
    for name, key in VARIABLES.items():
        assert re.search(rf"(?m)^\| `{name}` \| `{re.escape(key)}`", TEXT), name

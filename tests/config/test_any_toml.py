"""Whatever stands in the file: a configuration, or one sentence with file, line and key."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridchat.config import Config, ConfigError, load
from hybridchat.config.errors import dotted
from hybridchat.config.load import nested
from hybridchat.config.template import entries

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8)
SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.sampled_from(["auto", "lan", "on_device", "openai", "http://gpubox:1/v1", "ollama:x", "5m", "cost"]),
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)), max_leaves=6
)
PLACES = [e.path for e in entries()]
PATHS = st.one_of(
    st.lists(NAMES, min_size=1, max_size=4).map(tuple),
    st.sampled_from(PLACES),
    st.sampled_from(PLACES).flatmap(lambda p: st.integers(1, len(p)).map(lambda n: p[:n])),
    st.tuples(st.sampled_from(PLACES), NAMES).map(lambda t: (*t[0][:-1], t[1])),
    st.tuples(st.sampled_from(PLACES), NAMES).map(lambda t: (t[0][0], t[1], *t[0][2:])),
)


def outcome(text: str) -> Config | ConfigError:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_bytes(text.encode())
        try:
            return load(path, env={})
        except ConfigError as error:
            return error


@settings(max_examples=250, deadline=None)
@given(PATHS, VALUES, st.integers(0, 5))
def test_any_value_at_any_key_gives_a_configuration_or_a_sentence_that_finds_it(
    path: tuple[str, ...], value: Any, above: int
) -> None:
    text = "# a comment\n" * above + tomlkit.dumps(nested(path, value))
    result = outcome(text)
    if isinstance(result, Config):
        return
    found = re.match(r"(?s).*config\.toml:(\d+): key `(.*?)`: .", str(result))
    assert found, str(result)
    assert above < int(found[1]) <= text.count("\n") + 1
    first = dotted(path[:1])
    assert result.key == first or result.key.startswith((first + ".", first + "["))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_configuration_or_a_sentence_with_the_line(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    result = outcome(text)
    assert isinstance(result, Config) or re.search(r"config\.toml:\d+: ", str(result))


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["HYBRIDCHAT_MODE", "HYBRIDCHAT_SAVE", "HYBRIDCHAT_DAILY_BUDGET", "HYBRIDCHAT_LOCAL_MODEL"]),
    st.text(max_size=20),
)
def test_any_text_in_the_environment_gives_a_configuration_or_a_sentence_that_names_it(name: str, text: str) -> None:
    said = ""
    try:
        load(Path("/nowhere/config.toml"), env={name: text})
    except ConfigError as error:
        said = str(error)
    assert said == "" or said.startswith(f"environment variable {name}: key `")

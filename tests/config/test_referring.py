"""Settings that name something: what is not there is refused when it is written, and told when it stands in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from hybridchat.config import Config, ConfigError, load
from hybridchat.config.pair import starting_pair
from hybridchat.configuring import Configuring
from hybridchat.facts import Locality, Model
from hybridchat.referring import doubts, refuse
from tests.cli.run import inside


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_a_theme_that_is_not_there_is_refused_with_those_there_are_and_where_one_would_go(file: Path) -> None:
    port = Configuring({"HYBRIDCHAT_CONFIG": str(file)})
    with pytest.raises(ConfigError, match=r'is "drak", which is no theme \(did you mean `dark`\?\)') as caught:
        port.set("theme", "drak")
    assert caught.value.allowed.startswith("colour-blind, dark, high-contrast, light, terminal, terminal-light, or NAME for ")
    assert caught.value.allowed.endswith(f"NAME.toml in {file.parent / 'themes'}")
    assert not file.exists()


def test_a_theme_of_ones_own_can_be_named_as_soon_as_its_file_is_there(file: Path) -> None:
    port = Configuring({"HYBRIDCHAT_CONFIG": str(file)})
    (file.parent / "themes").mkdir()
    (file.parent / "themes" / "dusk.toml").touch()
    assert port.set("theme", "dusk") == f"theme is dusk in {file}"
    assert "dusk" in port.one("theme").choices


def test_a_file_that_names_a_theme_not_there_yet_is_read_and_check_says_so(file: Path) -> None:
    file.write_text('mode = "auto"\ntheme = "dusk"\n', encoding="utf-8")
    assert load(file, env={}).theme == "dusk"
    done = inside("config", "check", env={"HYBRIDCHAT_CONFIG": str(file)})
    assert done.returncode == 2
    assert f'{file}:2: key `theme`: is "dusk", which is no theme; allowed: colour-blind' in done.stderr.decode()
    done = inside("config", "check", env={"HYBRIDCHAT_CONFIG": str(file), "HYBRIDCHAT_THEME": "dsuk"})
    assert "environment variable HYBRIDCHAT_THEME: key `theme`" in done.stderr.decode()


@pytest.mark.parametrize(
    ("key", "named", "told"),
    [
        ("pair.cloud", "openai:gpt-0", r"which is not known.*makes it known.*allowed: openai:"),
        ("pair.cloud", "opnai:gpt-0", r"did you mean `openai`"),
        ("pair.local", "llama", r"is not a model id; allowed: ENDPOINT:NAME"),
        ("strategy", "qualty", r"did you mean `quality`.*allowed: local-first, cost"),
        ("strategies.mine.base", "qualty", r"did you mean `quality`"),
        ("mode", "only_loca", r"did you mean `only_local`.*allowed: only_local, prefer_local"),
    ],
)
def test_every_other_name_is_checked_when_it_is_written(file: Path, key: str, named: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        Configuring({"HYBRIDCHAT_CONFIG": str(file), "OPENAI_API_KEY": "k"}).set(key, named)
    assert not file.exists()


def test_a_local_model_is_checked_where_its_server_said_what_it_has() -> None:
    there = (Model("ollama:phi:latest", "127.0.0.1:11434", Locality.ON_DEVICE, 1, 4096),)

    def said(name: str) -> Config:
        return load(Path("none.toml"), env={}, flags={"pair.local": name})

    with pytest.raises(ConfigError, match=r"did you mean `ollama:phi:latest`.*allowed: ollama:phi:latest"):
        refuse(("pair", "local"), said("ollama:phj:latest"), {}, there)
    assert not list(doubts(said("ollama:phi"), {}, there))
    assert not list(doubts(said("ollama:anything"), {}))
    assert starting_pair(there, {}, said("ollama:phi")).missing == ()

"""The commented default, and changes to the user's file that keep what is theirs."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from pathlib import Path

import pytest

from hybridchat.config import Config, ConfigError, load
from hybridchat.config.template import default_toml, entries, set_value

MINE = """\
# my settings
mode = "auto"   # for now

[limits]
# money
daily_budget = 1.0

[models."openai:x"]   # the good one
tier = 3
"""

posix = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(MINE, encoding="utf-8")
    return path


def test_the_default_file_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(default_toml(), encoding="utf-8")
    assert load(path, env={}) == Config()


def test_the_default_file_names_every_key_and_is_valid_without_its_marks(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(re.sub(r"(?m)^#(?! )", "", default_toml()), encoding="utf-8")
    load(path, env={})
    tree = tomllib.loads(path.read_text(encoding="utf-8"))
    places = {"NAME": {"endpoints": "work", "strategies": "mine"}, "ENDPOINT:NAME": {"models": "openai:gpt-6.1-terra"}}
    for entry in entries():
        found = tree
        for part in entry.path:
            found = found[places[part][entry.path[0]] if part in places else part]
            found = found[0] if part == "rule" else found
        if entry.default is not None and entry.path != ("keys",):
            assert found == entry.default


def test_a_change_keeps_comments_and_order(mine: Path) -> None:
    config = set_value(mine, "limits.daily_budget", "2.5")
    set_value(mine, "mode", "only_local")
    assert config.limits.daily_budget == 2.5
    assert mine.read_text(encoding="utf-8") == MINE.replace("1.0", "2.5").replace('"auto"', '"only_local"')


def test_a_new_key_finds_its_table(mine: Path) -> None:
    set_value(mine, 'models."openai:x".window', "5000")
    set_value(mine, "endpoints.openai.allowed", "yes")
    set_value(mine, "theme", "12")
    config = load(mine, env={})
    assert (config.models["openai:x"].tier, config.models["openai:x"].window) == (3, 5000)
    assert config.endpoints["openai"].allowed is True
    assert config.theme == "12"
    assert "# the good one" in mine.read_text(encoding="utf-8")


def test_a_key_can_be_taken_away(mine: Path) -> None:
    assert set_value(mine, "limits.daily_budget", None).limits.daily_budget is None
    assert set_value(mine, "pair.local", None) == load(mine, env={})


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("mode", "fast", "allowed: only_local"),
        ("limits.daily_budget", "-1", 'is "-1"; allowed: a number from 0'),
        ("limits.nothing", 1, "unknown key"),
        ("limits", 1, "is 1; allowed: a table"),
        ("mode.deep", 1, "is a table"),
        ("not a key =", 1, "is not a key"),
        ("", 1, "is not a key"),
        ("a = 1\nb", 1, "is not a key"),
    ],
)
def test_a_wrong_change_is_refused_and_the_file_stays(mine: Path, key: str, value: object, says: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(says)):
        set_value(mine, key, value)
    assert mine.read_text(encoding="utf-8") == MINE
    assert [p.name for p in mine.parent.iterdir()] == ["config.toml"]


def test_a_file_that_is_wrong_already_is_not_touched(mine: Path) -> None:
    mine.write_text("mode = = 1", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"config\.toml:1: is not TOML"):
        set_value(mine, "theme", "light")
    assert mine.read_text(encoding="utf-8") == "mode = = 1"


def test_windows_line_ends_stay(mine: Path) -> None:
    mine.write_bytes(MINE.replace("\n", "\r\n").encode())
    set_value(mine, "mode", "only_local")
    assert mine.read_bytes() == MINE.replace('"auto"', '"only_local"').replace("\n", "\r\n").encode()


@posix
def test_a_written_file_is_the_user_s_alone_and_so_are_new_directories(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deep" / "config.toml"
    set_value(path, "theme", "light")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700


@posix
def test_a_link_into_a_folder_of_dotfiles_stays_a_link(tmp_path: Path, mine: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(mine)
    set_value(link, "theme", "light")
    assert link.is_symlink()
    assert load(mine, env={}).theme == "light"

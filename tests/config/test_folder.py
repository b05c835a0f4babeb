"""`.hybridchat.toml` in the working directory may only tighten; a profile's data lies apart; a named file has to be there."""

from __future__ import annotations

from pathlib import Path

import pytest

from hybridchat.config import ConfigError, folder, load
from hybridchat.config.paths import data_dir, profile, profiles


def said(at: Path, text: str) -> folder.Folder:
    (at / folder.NAME).write_text(text, encoding="utf-8")
    return folder.of(at)


def test_without_a_file_nothing_holds(tmp_path: Path) -> None:
    assert folder.of(tmp_path) == folder.Folder()
    assert folder.of(tmp_path).sentence == ""


def test_it_may_keep_everything_here_and_hide_more_words(tmp_path: Path) -> None:
    found = said(tmp_path, 'local_only = true\nterms = ["Bluebird", "Acme  Corp", "Bluebird"]\n')
    assert (found.local_only, found.terms) == (True, ("Bluebird", "Acme Corp"))
    assert found.sentence == ".hybridchat.toml in this folder: nothing leaves this machine, 2 more words are hidden"


def test_a_file_above_is_not_read(tmp_path: Path) -> None:
    said(tmp_path, "local_only = true")
    below = tmp_path / "below"
    below.mkdir()
    assert not folder.of(below).local_only


@pytest.mark.parametrize(
    ("text", "line", "key", "problem", "allowed"),
    [
        ('terms = ["a"]\n[endpoints.openai]\nbase_url = "http://x.example"', 2, "endpoints", "only tighten", "local_only, terms"),
        ('mode = "auto"', 1, "mode", "only tighten", "local_only, terms"),
        ('\n[privacy]\ncloud = "auto"', 2, "privacy", "only tighten", "local_only, terms"),
        ("local_only = false", 1, "local_only", "cannot be taken back", "true"),
        ("local_only = 1", 1, "local_only", "cannot be taken back", "true"),
        ("terms = 3", 1, "terms", "is 3", "a list of texts"),
        ('terms = [\n"good",\n3]', 1, "terms[1]", "is 3", "text"),
        ('terms = ["..."]', 1, "terms[0]", "no letter or digit", ""),
        ("terms = ", 1, "", "is not TOML", ""),
    ],
)  # fmt: skip
def test_all_else_is_refused_with_file_line_key_and_what_is_allowed(
    tmp_path: Path, text: str, line: int, key: str, problem: str, allowed: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        said(tmp_path, text)
    assert caught.value.where == f"{tmp_path / folder.NAME}:{line}"
    assert caught.value.key == key
    assert problem in caught.value.problem
    assert caught.value.allowed == allowed


def test_a_named_file_that_is_not_there_is_an_error_and_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"HYBRIDCHAT_CONFIG: names a file that is not there.*confg\.toml"):
        load(env={"HYBRIDCHAT_CONFIG": str(tmp_path / "confg.toml")})


def test_a_profile_has_a_folder_of_its_own_and_the_default_one_stays_where_it_is(tmp_path: Path) -> None:
    env = {"HYBRIDCHAT_DATA_DIR": str(tmp_path)}
    assert data_dir(env) == data_dir({**env, "HYBRIDCHAT_PROFILE": "default"}) == tmp_path
    work = data_dir({**env, "HYBRIDCHAT_PROFILE": "work"})
    assert work == tmp_path / "profiles" / "work"
    assert profiles(env) == ["default"]
    work.mkdir(parents=True)
    assert profiles(env) == ["default", "work"]


@pytest.mark.parametrize("name", ["../up", "Work", "a b", "-x", "nul", "com1", "x" * 33, "ä", "a/b", "."])
def test_a_name_that_cannot_be_a_folder_everywhere_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="is not a usable name"):
        profile({"HYBRIDCHAT_PROFILE": name})

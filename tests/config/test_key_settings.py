"""`[keys]` as a file: what is odd about it is told by `config check`, and stops nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from hybridchat.config import ConfigError
from hybridchat.configuring import Configuring
from tests.cli.run import inside


def test_config_check_names_a_key_bound_twice_and_one_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    env = {"HYBRIDCHAT_CONFIG": str(file)}
    file.write_text('[keys]\nother = "f8"\n', encoding="utf-8")
    assert inside("config", "check", env=env).returncode == 0
    file.write_text('[keys]\ncopy = "ctrl+o"\nnew = "ctlr+n"\n', encoding="utf-8")
    done = inside("config", "check", env=env)
    assert done.returncode == 2
    told = done.stderr.decode()
    assert f"{file}:1: key `keys`: ^o is bound twice: other and copy" in told
    assert f"{file}:3: key `keys.new`: ctlr+n is no key" in told


def test_a_key_that_is_none_is_not_written_and_one_bound_twice_is_written_and_told(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    port = Configuring({"HYBRIDCHAT_CONFIG": str(file)})
    for key, keys, problem in (
        ("keys.new", "ctlr+n", r"ctlr\+n is no key"),
        ("keys.local", "l", "needed for typing"),
        ("keys.nwe", "f8", "did you mean"),
    ):
        with pytest.raises(ConfigError, match=problem):
            port.set(key, keys)
    assert not file.exists()
    assert port.set("keys.copy", "ctrl+o").endswith("^o is bound twice: other and copy")
    assert port.set("keys.copy", "none") == f"keys.copy is none in {file}"

"""Where things lie, and that asking creates nothing."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import platformdirs
import pytest

from hybridchat.config.paths import config_path, data_dir, make_private, themes_dir


def test_the_environment_names_other_places(tmp_path: Path) -> None:
    env = {"HYBRIDCHAT_CONFIG": str(tmp_path / "a" / "c.toml"), "HYBRIDCHAT_DATA_DIR": str(tmp_path / "d")}
    assert config_path(env) == tmp_path / "a" / "c.toml"
    assert themes_dir(env) == tmp_path / "a" / "themes"
    assert data_dir(env) == tmp_path / "d"
    assert list(tmp_path.iterdir()) == []


def test_without_it_the_platform_says_where() -> None:
    assert config_path({}) == Path(platformdirs.user_config_dir("hybridchat", appauthor=False)) / "config.toml"
    assert data_dir({"HYBRIDCHAT_DATA_DIR": ""}) == Path(platformdirs.user_data_dir("hybridchat", appauthor=False))


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_new_directories_are_private_and_old_ones_keep_their_mode(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    made = make_private(shared / "x" / "y")
    assert [stat.S_IMODE(p.stat().st_mode) for p in (shared, made.parent, made)] == [0o755, 0o700, 0o700]

"""Where things lie. Nothing is created by asking."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

APP = "hybridchat"


def config_path(env: Mapping[str, str] | None = None) -> Path:
    """`config.toml` in the user's configuration directory; HYBRIDCHAT_CONFIG names another file."""
    env = os.environ if env is None else env
    if named := env.get("HYBRIDCHAT_CONFIG"):
        return Path(named).expanduser()
    # imported here: 6 ms that a process with both paths in its environment does not need
    import platformdirs

    return platformdirs.user_config_path(APP, appauthor=False) / "config.toml"


def data_dir(env: Mapping[str, str] | None = None) -> Path:
    """Directory of the database and what was learnt; HYBRIDCHAT_DATA_DIR names another one."""
    env = os.environ if env is None else env
    if named := env.get("HYBRIDCHAT_DATA_DIR"):
        return Path(named).expanduser()
    import platformdirs  # as above

    return platformdirs.user_data_path(APP, appauthor=False)


def themes_dir(env: Mapping[str, str] | None = None) -> Path:
    """The user's own themes: `themes` beside `config.toml`."""
    return config_path(env).parent / "themes"


def make_private(directory: Path) -> Path:
    """Creates `directory` and the missing ones above it for this user alone (0700); raises `OSError`.

    Directories that exist keep their mode: they may be shared on purpose.
    """
    missing = [d for d in (directory, *directory.parents) if not d.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
    return directory

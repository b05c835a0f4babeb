"""Where things lie. Nothing is created by asking."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from hybridchat.config.errors import ConfigError

APP = "hybridchat"
NAMED = "HYBRIDCHAT_CONFIG"
DATA = "HYBRIDCHAT_DATA_DIR"
PROFILE = "HYBRIDCHAT_PROFILE"
DEFAULT = "default"
"""Name of the profile whose data lies where it lies without any."""
_PROFILE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
"""Lower case: on some disks `Work` and `work` are the same folder."""
_TAKEN = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")
"""No file can be called so on Windows."""


def config_path(env: Mapping[str, str] | None = None) -> Path:
    """`config.toml` in the user's configuration directory; HYBRIDCHAT_CONFIG names another file. Raises `ConfigError`."""
    env = os.environ if env is None else env
    if named := env.get(NAMED):
        return _home_put_in(named, NAMED)
    # imported here: 6 ms that a process with both paths in its environment does not need
    import platformdirs

    return platformdirs.user_config_path(APP, appauthor=False) / "config.toml"


def _home_put_in(named: str, variable: str) -> Path:
    try:
        return Path(named).expanduser()
    except RuntimeError:  # nobody of that name, or no home
        problem = f"names a home folder that is not known; write the whole path ({named})"
        raise ConfigError(f"environment variable {variable}", "", problem) from None


def data_dir(env: Mapping[str, str] | None = None) -> Path:
    """Directory of the profile's database, terms and what was learnt. Raises `ConfigError` for a name that is none."""
    root, name = data_root(env), profile(env)
    return root / "profiles" / name if name else root


def data_root(env: Mapping[str, str] | None = None) -> Path:
    """Directory of everything that is kept, all profiles together; HYBRIDCHAT_DATA_DIR names another one.

    Raises `ConfigError`.
    """
    env = os.environ if env is None else env
    if named := env.get(DATA):
        return _home_put_in(named, DATA)
    import platformdirs  # as above

    return platformdirs.user_data_path(APP, appauthor=False)


def profile(env: Mapping[str, str] | None = None) -> str:
    """The profile that HYBRIDCHAT_PROFILE (or `--profile`, which sets it) names; empty for the default one.

    Raises `ConfigError` for a name that cannot be one.
    """
    env = os.environ if env is None else env
    name = env.get(PROFILE, "").strip()
    if name in ("", DEFAULT):
        return ""
    if not _PROFILE_NAME.fullmatch(name) or _TAKEN.fullmatch(name):
        raise ConfigError(f"--profile or {PROFILE}", "", "is not a usable name", "up to 32 of a-z, 0-9, _ and -, as in work")
    return name


def profiles(env: Mapping[str, str] | None = None) -> list[str]:
    """Every profile that has kept something, the default one first. Raises `OSError`."""
    root = data_root(env)
    there = root / "profiles"
    named = sorted(p.name for p in there.iterdir() if p.is_dir() and _PROFILE_NAME.fullmatch(p.name)) if there.is_dir() else []
    return [DEFAULT, *named]


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

"""Every setting as it holds here, with who says so; and a change that loses nothing of what others save meanwhile."""

from __future__ import annotations

import os
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from hybridchat.config import ConfigError, load
from hybridchat.config.folder import Folder
from hybridchat.config.holding import STALE_S, Busy, held
from hybridchat.config.settings import UNSAID, Setting, found, settings
from hybridchat.config.template import entries, set_value
from hybridchat.configuring import Configuring

MINE = """\
# mine
mode = "auto"  # for now

[limits]
max_output = 2000

[endpoints.box]
kind = "openai"
base_url = "http://gpubox:8000/v1"
locality = "lan"
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(MINE, encoding="utf-8")
    return path


def one(path: Path, key: str, env: dict[str, str] | None = None, here: Folder | None = None) -> Setting:
    return found(settings(path, env or {}, here), key)


def test_every_key_of_the_schema_is_listed_with_what_it_is_for(mine: Path) -> None:
    listed = {s.key: s for s in settings(mine, {})}
    for entry in entries():
        if entry.path[0] not in {"endpoints", "models", "strategies", "rule", "keys"}:
            assert listed[entry.key].description == entry.description
    assert listed["endpoints.box.locality"].value == "lan"
    assert listed["endpoints.ollama.enabled"].value == "true"
    groups = [s.group for s in settings(mine, {})]
    assert len(set(groups)) == len([g for n, g in enumerate(groups) if n == 0 or groups[n - 1] != g])


def test_who_says_so_is_told_and_what_wins_over_the_file_too(mine: Path) -> None:
    assert (one(mine, "limits.max_output").value, one(mine, "limits.max_output").source) == ("2000", "config.toml:5")
    assert (one(mine, "theme").value, one(mine, "theme").source) == ("dark", "default")
    variable = one(mine, "mode", {"HYBRIDCHAT_MODE": "prefer_cloud"})
    assert (variable.value, variable.source, variable.line) == ("prefer_cloud", "HYBRIDCHAT_MODE", 2)
    folder = one(mine, "mode", {"HYBRIDCHAT_MODE": "prefer_cloud"}, Folder(mine.parent, local_only=True))
    assert (folder.value, folder.held_by) == ("only_local", ".hybridchat.toml")
    assert one(mine, "endpoints.ollama.base_url", {"OLLAMA_HOST": "gpubox"}).source == "OLLAMA_HOST"
    assert one(mine, "plain", {"TERM": "dumb"}).held_by == "TERM"
    assert one(mine, "limits.daily_budget").value == UNSAID


def test_a_key_that_there_is_not_is_told_with_the_nearest(mine: Path) -> None:
    with pytest.raises(ConfigError, match=r"did you mean `privacy\.level`"):
        one(mine, "privacy.levl")


def test_a_change_says_when_it_holds_and_what_wins(mine: Path) -> None:
    env = {"HYBRIDCHAT_CONFIG": str(mine), "HYBRIDCHAT_CLOUD": "never"}
    port = Configuring(env)
    assert port.set("privacy.level", "high") == f"privacy.level is high in {mine}"
    assert port.set("privacy.cloud", "auto").endswith("but HYBRIDCHAT_CLOUD says never and wins")
    assert port.one("privacy.cloud").value == "never"
    assert port.set("limits.max_output", None).startswith("limits.max_output is back at its default")
    assert mine.read_text("utf-8").startswith('# mine\nmode = "auto"  # for now\n')
    with pytest.raises(ConfigError, match="allowed: low, normal, high"):
        port.set("privacy.level", "hih")
    assert port.one("privacy.level").value == "high"


def change(path: str, n: int) -> None:
    set_value(Path(path), f'models."ollama:m{n}".tier', 2)


def test_changes_by_several_processes_at_once_are_all_kept(mine: Path) -> None:
    with ProcessPoolExecutor(3) as pool:
        list(pool.map(change, [str(mine)] * 9, range(9)))
    config = load(mine, env={})
    assert sorted(config.models) == [f"ollama:m{n}" for n in range(9)]
    assert config.limits.max_output == 2000
    assert [left.name for left in mine.parent.iterdir()] == ["config.toml"]


def test_what_an_editor_saves_meanwhile_is_not_lost(mine: Path) -> None:
    from hybridchat.config.template import _with_value, changed

    seen: list[str] = []

    def edit(old: str) -> tuple[object, str]:
        seen.append(old)
        if len(seen) == 1:
            # saved by somebody who does not know of our mark, after we have read it
            mine.write_text(old + "[ui]\nbell = false\n", "utf-8")
        return _with_value(old, str(mine), ("theme",), "light")

    changed(mine, edit)  # type: ignore[arg-type] # a spy in front of the editing that set_value does
    config = load(mine, env={})
    assert (config.ui.bell, config.theme, len(seen)) == (False, "light", 2)


def test_a_mark_left_by_a_dead_program_is_taken_away_and_a_living_one_is_waited_for(mine: Path) -> None:
    mark = mine.with_name(".config.toml.lock")
    mark.touch()
    os.utime(mark, (time.time() - STALE_S - 1,) * 2)
    set_value(mine, "theme", "light")
    assert load(mine, env={}).theme == "light"
    with ThreadPoolExecutor(1) as pool:
        with held(mine):
            waiting = pool.submit(set_value, mine, "theme", "dark")
            assert load(mine, env={}).theme == "light"
        waiting.result(timeout=10)
    assert load(mine, env={}).theme == "dark"


def test_who_waits_too_long_is_told(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hybridchat.config.holding.PATIENCE_S", 0.05)
    with held(mine), pytest.raises(Busy, match="being changed by another program"):
        set_value(mine, "theme", "dark")

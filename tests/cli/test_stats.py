"""`hybridchat stats`: the sums as a table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hybridchat.demo import Demo
from tests.cli.run import inside
from tests.support.chats import environment

CONFIG = """\
[pair]
local = "ollama:llama3.2:3b"
cloud = "openai:gpt-6.1-terra"
"""
PRICE = """\
[models."openai:gpt-6.1-terra".price]
input = 1000
output = 5000
as_of = 2026-11-01
"""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """One question answered here, one in the cloud; read only."""
    folder = tmp_path_factory.mktemp("stats")
    (folder / "config.toml").write_text(CONFIG + PRICE)
    with Demo(chunks_per_second=0) as demo:
        env = environment(demo, folder)
        assert inside("ask", "Which proof is the shortest?", env=env).returncode == 0
        assert inside("ask", "-c", "--cloud", "-m", "openai:gpt-6.1-terra", "And the longest?", env=env).returncode == 0
        yield env


def test_the_sums_are_told_by_day_and_by_model(asked: dict[str, str]) -> None:
    done = inside("stats", env=asked)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode()
    heads, day, every, _, _, *models = text.splitlines()
    assert heads.split() == ["day", "asked", "here", "tries", "tokens", "spent", "saved", "fell", "moved"]
    assert "████░░░░" in day
    assert day.split()[2:6] == ["2", "50", "%", "2"]
    assert every.split()[1:5] == ["2", "50", "%", "2"]
    assert {line.split()[0] for line in models[:2]} == {"llama3.2:3b", "gpt-6.1-terra"}
    assert "an estimate, what 1 answer of this machine would have cost at openai:gpt-6.1-terra's list price of 2026-11-01" in text


def test_json_says_the_same_with_what_it_is_compared_with(asked: dict[str, str]) -> None:
    done = inside("stats", "--days", "7", "--json", env=asked)
    made = json.loads(done.stdout)
    assert made["schema"] == 1
    assert made["compared_with"] == {"model_id": "openai:gpt-6.1-terra", "input": 1000, "output": 5000, "as_of": "2026-11-01"}
    total = made["total"]
    assert (total["questions"], total["attempts"], total["local_share"], total["switches"]) == (2, 2, 0.5, 1)
    assert total["spent"] > 0
    assert total["saved"] > 0
    assert [line["questions"] for line in made["days"]] == [2]
    assert {line["name"]: line["local"] for line in made["models"]} == {"ollama:llama3.2:3b": 1, "openai:gpt-6.1-terra": 0}


def test_without_a_price_what_was_saved_is_unknown(asked: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(CONFIG)
    env = {**asked, "HYBRIDCHAT_CONFIG": str(file)}
    assert "saved: unknown, no price is known for openai:gpt-6.1-terra" in inside("stats", env=env).stdout.decode()
    assert json.loads(inside("stats", "--json", env=env).stdout)["total"]["saved"] is None


def test_a_poor_terminal_gets_ascii(asked: dict[str, str]) -> None:
    out = inside("stats", env={**asked, "TERM": "dumb"}).stdout
    assert out.isascii()
    assert b"####...." in out


@pytest.mark.parametrize("days", ["0", "-1", "99999999", "x"])
def test_a_number_of_days_that_cannot_be_is_refused(asked: dict[str, str], days: str) -> None:
    done = inside("stats", "--days", days, env=asked)
    assert done.returncode == 2
    assert b"--days" in done.stderr
    assert b"Traceback" not in done.stderr


def test_with_nothing_saved_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "c.toml").touch()
    (tmp_path / "c.toml").touch()
    done = inside("stats", env={"HYBRIDCHAT_DATA_DIR": str(tmp_path), "HYBRIDCHAT_CONFIG": str(tmp_path / "c.toml")})
    assert done.returncode == 0
    assert b"Nothing is saved yet." in done.stderr

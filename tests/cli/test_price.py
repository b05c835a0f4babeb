"""Prices the user sets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hybridchat.cli import sentences
from hybridchat.cli.price import price
from hybridchat.config import ConfigError, load
from hybridchat.demo import Demo
from hybridchat.facts import Price, price_age
from hybridchat.tui.consent import question
from tests.cli.run import hybridchat
from tests.support.chats import environment
from tests.support.scripted import package

TODAY = date(2026, 11, 20)


def test_a_price_is_written_with_its_day_and_comments_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "config.toml"
    path.write_text("# mine\nplain = true\n", "utf-8")
    price("openai:gpt-4", 30.0, 60.0, path=path, today=TODAY)
    price("openai:gpt-4", 3.0, 6.0, cache_read=0.5, path=path, today=TODAY)
    said = load(path, env={}).models["openai:gpt-4"].price
    assert said is not None
    assert (said.input, said.output, said.cache_read, said.as_of) == (3.0, 6.0, 0.5, TODAY)
    assert "# mine" in path.read_text("utf-8")
    assert "$3 in, $6 out" in capsys.readouterr().out


@pytest.mark.parametrize(("model", "read"), [("openai:gpt-4", -1.0), ("gpt-4", 1.0), ("openia:gpt-4", 1.0)])
def test_what_cannot_be_a_price_changes_nothing(tmp_path: Path, model: str, read: float) -> None:
    path = tmp_path / "config.toml"
    with pytest.raises(ConfigError):
        price(model, read, 1.0, path=path)
    assert not path.exists()


NOW = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        (date(2026, 8, 22), ""),
        (date(2026, 8, 21), "price of 2026-08-21, check it"),
        (None, "price without a date, check it"),
    ],
)
def test_a_price_older_than_90_days_is_said_to_be(as_of: date | None, said: str) -> None:
    assert price_age(Price(1.0, 2.0, as_of=as_of), NOW) == said
    assert price_age(None, NOW) == ""


OLD = '[models."openai:gpt-6.1-terra"]\nprice = { input = 1.0, output = 5.0, as_of = 2026-01-02 }\n'
SAID = "price of 2026-01-02, check it"


def test_wherever_a_price_is_shown_before_spending_its_age_is_until_it_is_set_anew(demo: Demo, tmp_path: Path) -> None:
    env = environment(demo, tmp_path)
    Path(env["HYBRIDCHAT_CONFIG"]).write_text(OLD)
    commands = (
        ("ask", "--dry-run", "-m", "openai:gpt-6.1-terra", "hello"),
        ("models",),
        ("route", "-m", "openai:gpt-6.1-terra", "hello"),
    )
    for command in commands:
        assert SAID.encode() in hybridchat(*command, env=env).stdout, command
    hybridchat("models", "price", "openai:gpt-6.1-terra", "--in", "1", "--out", "5", env=env)
    for command in commands:
        assert b"check it" not in hybridchat(*command, env=env).stdout, command


def test_the_question_for_consent_says_that_the_price_is_old() -> None:
    old = replace(package(), est_cost=0.004, old_price=SAID)
    assert f"about $0.004 ({SAID})" in question(old)
    assert f"about $0.004, {SAID}" in sentences.consent(old)
    assert "check it" not in question(package())

"""Prices the user sets."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hybridchat.cli.price import age, price
from hybridchat.config import ConfigError, load
from hybridchat.facts import Price, is_old

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


@pytest.mark.parametrize(
    ("as_of", "old", "said"),
    [
        (date(2026, 8, 22), False, ""),
        (date(2026, 8, 21), True, "price of 2026-08-21, check it"),
        (None, True, "no date, check it"),
    ],
)
def test_a_price_older_than_90_days_is_said_to_be(as_of: date | None, old: bool, said: str) -> None:
    known = Price(1.0, 2.0, as_of=as_of)
    assert is_old(known, TODAY) is old
    assert age(known, TODAY) == said

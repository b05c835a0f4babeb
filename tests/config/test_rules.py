"""`[[rule]]` in the file: read, refused with its line, and reported when it can match nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from hybridchat.config import ConfigError, load
from hybridchat.config.rules import pointless, rules_of
from hybridchat.facts import Mode
from hybridchat.routing.preferences import Rule
from tests.cli.run import inside

TWO = """\
[[rule]]
name = "SQL"
use = "prefer_cloud"
when = { kind = "sql", words = ["join"], max_tokens = 4000 }

[[rule]]
use = "ollama:llama3.2:3b"
[rule.when]
folder = "~/notes"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_rules_are_read_in_order(file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    file.write_text(TWO)
    first, second = rules_of(load(file, env={}))
    assert first == Rule("SQL", ("join",), "sql", max_tokens=4000, mode=Mode.PREFER_CLOUD)
    assert second.name == "rule 2"
    assert second.model == "ollama:llama3.2:3b"
    assert Path(second.folder) == tmp_path / "notes"


@pytest.mark.parametrize(
    ("text", "line", "key", "told"),
    [
        (f'{TWO}[[rule]]\nname = "x"\n', 10, "rule[2].use", "is missing"),
        (TWO.replace("ollama:llama3.2:3b", "prefer_clod"), 7, "rule[1].use", "did you mean `prefer_cloud`?"),
        (TWO.replace("ollama:llama3.2:3b", "olama:x"), 7, "rule[1].use", "did you mean `ollama`?"),
        (TWO.replace('"sql"', '"sqll"'), 4, "rule[0].when.kind", "did you mean `sql`?"),
        (TWO.replace("4000", "-1"), 4, "rule[0].when.max_tokens", "is -1"),
        (TWO.replace("folder", "foldr"), 9, "rule[1].when.foldr", "did you mean `folder`?"),
    ],
)
def test_a_mistake_is_told_with_its_line(file: Path, text: str, line: int, key: str, told: str) -> None:
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(file, env={})
    assert str(caught.value).startswith(f"{file}:{line}: key `{key}`")
    assert told in str(caught.value)


def test_rules_without_effect_are_told(file: Path) -> None:
    file.write_text(
        '[privacy]\ncloud = "never"\n[models."openai:x"]\nhidden = true\n'
        '[[rule]]\nname = "a"\nuse = "only_cloud"\nwhen.words = ["a"]\n'
        '[[rule]]\nname = "b"\nuse = "openai:x"\nwhen.words = ["b"]\n'
    )
    assert [fault.problem for fault in pointless(load(file, env={}))] == [
        'a has no effect: privacy.cloud is "never"',
        "b has no effect: openai:x is hidden",
    ]


def test_config_check_names_rules_that_can_match_nothing(file: Path) -> None:
    env = {"HYBRIDCHAT_CONFIG": str(file)}
    file.write_text(TWO)
    assert inside("config", "check", env=env).returncode == 0
    file.write_text(f'{TWO}\n[[rule]]\nname = "odd"\nuse = "auto"\nwhen = {{ min_tokens = 9, max_tokens = 8 }}\n')
    done = inside("config", "check", env=env)
    assert done.returncode == 2
    assert f"{file}:11: key `rule[2]`: odd can match nothing: min_tokens (9) is more than max_tokens (8)" in done.stderr.decode()


def test_config_check_names_cloud_models_that_nobody_knows(file: Path) -> None:
    env = {"HYBRIDCHAT_CONFIG": str(file), "OPENAI_API_KEY": "k"}
    rule = '[[rule]]\nname = "odd"\nuse = "openai:gpt-6.1-tera"\nwhen = { words = ["x"] }\n'
    file.write_text(rule)
    done = inside("config", "check", env=env)
    assert done.returncode == 2
    assert "did you mean `openai:gpt-6.1-terra`?" in done.stderr.decode()
    for known in ('[models."openai:gpt-6.1-tera"]\ntier = 3\n', '[endpoints.openai]\nbase_url = "https://gateway.example/v1"\n'):
        file.write_text(rule + known)
        assert inside("config", "check", env=env).returncode == 0
    file.write_text(rule.replace("openai:gpt-6.1-tera", "ollama:whatever"))
    assert inside("config", "check", env=env).returncode == 0

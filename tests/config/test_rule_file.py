"""Rules of one's own, changed on one line: listed in words, added, written anew, switched and taken out, comments kept."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridchat.config import ConfigError, load
from hybridchat.config.rule_file import heard, spoken
from hybridchat.config.rules import in_words, rules_of
from hybridchat.config.schema import RuleConditions, RuleSettings
from hybridchat.configuring import Configuring, said
from tests.cli.run import inside

THREE = """\
# on top
mode = "auto"

# moved to the cloud three times
[[rule]]  # the first
name = "SQL"
use = "prefer_cloud"  # quick
when = { kind = "sql", words = [
    "join",
] }

# about notes
[[rule]]
use = "only_local"
[rule.when]
folder = "~/notes"  # mine

# the last
[[rule]]
use = "ollama:phi"
when.min_tokens = 5

# the screen
[ui]
bell = false  # quiet
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(THREE, encoding="utf-8")
    return path


@pytest.fixture
def port(file: Path) -> Configuring:
    return Configuring({"HYBRIDCHAT_CONFIG": str(file)})


def test_each_is_listed_in_words_with_its_line(port: Configuring) -> None:
    rows = [(one.key, one.name, one.value, one.source) for one in port.all() if one.group == "rule"]
    assert rows == [
        ("rule.1", "SQL", "SQL questions with “join”: the cloud first", "config.toml:5"),
        ("rule.2", "rule 2", "questions in ~/notes: this machine only", "config.toml:13"),
        ("rule.3", "rule 3", "questions of at least 5 tokens: ollama:phi first", "config.toml:19"),
        ("rule.new", "new", "–", "default"),
    ]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_one_is_switched_off_and_on_again_and_the_file_is_as_before(port: Configuring, file: Path, number: int) -> None:
    assert ", and off in" in port.set(f"rule.{number}", "off")
    names = [rule.name for rule in rules_of(load(file, env={}))]
    assert names == [name for n, name in enumerate(["SQL", "rule 2", "rule 3"], 1) if n != number]
    assert port.one(f"rule.{number}").value.startswith("off: ")
    assert "# quick" in file.read_text("utf-8")
    port.set(f"rule.{number}", "on")
    # a blank line before the rule's own table is all that may be new
    assert [line for line in file.read_text("utf-8").split("\n") if line] == [line for line in THREE.split("\n") if line]


@pytest.mark.parametrize(
    ("number", "gone"),
    [
        (1, "# moved to the cloud three times"),
        (2, "# about notes"),
        (3, "# the last"),
    ],
)
def test_one_is_taken_out_with_the_comment_above_it_and_nothing_else(
    port: Configuring, file: Path, number: int, gone: str
) -> None:
    before = port.one(f"rule.{number}").typed
    told = port.set(f"rule.{number}", None)
    assert told.endswith(f"To have it back: rule.new {before}")
    text = file.read_text("utf-8")
    comments = ["# on top", "# moved to the cloud three times", "# about notes", "# the last", "# the screen", "# quiet"]
    assert [c for c in comments if c not in text] == [gone]
    assert (len(load(file, env={}).rule), load(file, env={}).ui.bell) == (2, False)
    assert "\n\n\n" not in text
    port.set("rule.new", before)
    assert spoken(load(file, env={}).rule[-1]) == before


def test_one_is_written_anew_in_place_and_what_is_not_said_any_more_goes(port: Configuring, file: Path) -> None:
    told = port.set("rule.1", "use=prefer_local kind=sql max_tokens=4,000 name=SQL")
    assert told == f"rule.1 is “SQL questions of at most 4,000 tokens: this machine first” in {file}"
    text = file.read_text("utf-8")
    assert ('use = "prefer_local"  # quick' in text, "[[rule]]  # the first" in text, "join" in text) == (True, True, False)
    assert load(file, env={}).rule[0].when == RuleConditions(kind="sql", max_tokens=4000)
    port.set("rule.2", "off")
    port.set("rule.2", "use=only_local folder=~/diary")
    assert not load(file, env={}).rule[1].enabled, "what is off stays off"
    assert 'folder = "~/diary"  # mine' in file.read_text("utf-8")


def test_one_is_added_where_there_is_none_and_in_a_file_that_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"
    port = Configuring({"HYBRIDCHAT_CONFIG": str(file)})
    file.parent.mkdir()
    file.touch()
    port.set("rule.new", 'use=prefer_cloud words="left join, group by"')
    assert file.read_text("utf-8") == '[[rule]]\nuse = "prefer_cloud"\nwhen = { words = ["left join", "group by"] }\n'


@pytest.mark.parametrize(
    ("key", "line", "told"),
    [
        ("rule.new", "use=prefer_clod kind=sql", r"key `rule\.4\.use`: .*did you mean `prefer_cloud`.*allowed: only_local, "),
        ("rule.new", "use=auto kind=sqll", r"key `rule\.4\.kind`: is \"sqll\" \(did you mean `sql`.*allowed: code, sql"),
        ("rule.1", "use=auto kind=sqll", r"config\.toml:8: key `rule\.1\.kind`"),
        ("rule.new", "use=auto min_tokens=few", r"key `rule\.4\.min_tokens`: .*a whole number from 0"),
        ("rule.new", "kind=sql", r"key `rule\.4\.use`: is missing"),
        ("rule.new", "use=auto", r"key `rule\.4`: rule 4 can match nothing: it has no condition"),
        ("rule.new", "use=auto knd=sql", r"key `rule\.new\.knd`: unknown key \(did you mean `kind`.*allowed: name, use, words"),
        ("rule.new", "prefer_cloud", r"has 'prefer_cloud' without a key before it; allowed: on, off, or as in use="),
        ("rule.new", 'use=auto words="a', r"a quote that is not closed"),
        ("rule.7", "off", r"is no rule that there is; allowed: rule\. with one of 1, 2, 3, new"),
        ("rule.1", "use=olama:x kind=sql", r"did you mean `ollama`"),
    ],
)
def test_what_is_wrong_is_told_and_changes_nothing(port: Configuring, file: Path, key: str, line: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        port.set(key, line)
    assert file.read_text("utf-8") == THREE


def test_rules_in_a_form_that_cannot_be_changed_are_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    text = 'rule = [{ use = "auto", when = { kind = "sql" } }, { use = "auto", when = { kind = "math" } }]\n'
    file.write_text(text, encoding="utf-8")
    port = Configuring({"HYBRIDCHAT_CONFIG": str(file)})
    with pytest.raises(ConfigError, match="edit the file by hand"):
        port.set("rule.1", None)
    with pytest.raises(ConfigError, match="edit the file by hand"):
        port.set("rule.new", "use=auto kind=code")
    assert file.read_text("utf-8") == text


def test_the_shell_does_all_of_it(file: Path) -> None:
    env = {"HYBRIDCHAT_CONFIG": str(file)}
    assert inside("config", "get", "rule.2", env=env).stdout == b"use=only_local folder=~/notes\n"
    assert inside("config", "set", "rule.new", "use=only_local words=diary", env=env).returncode == 0
    assert inside("config", "unset", "rule.1", env=env).returncode == 0
    assert inside("config", "set", "rule.1", "off", env=env).returncode == 0
    assert [in_words(rule) for rule in load(file, env={}).rule if rule.enabled] == [
        "questions of at least 5 tokens: ollama:phi first",
        "questions with “diary”: this machine only",
    ]


TEXT = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8).filter(lambda t: "," not in t)
RULES = st.builds(
    RuleSettings,
    name=st.just("") | TEXT,
    use=st.sampled_from(["auto", "prefer_cloud", "ollama:phi"]),
    when=st.builds(
        RuleConditions,
        words=st.lists(TEXT, max_size=3),
        kind=st.none() | st.sampled_from(["sql", "other"]),
        folder=st.just("") | TEXT,
        min_tokens=st.none() | st.integers(0, 9999),
    ),
)


@settings(max_examples=60, deadline=None)
@given(RULES)
def test_what_is_spoken_is_heard_as_it_was(rule: RuleSettings) -> None:
    tree = heard(spoken(rule), "rule.1")
    assert RuleSettings(name=tree.get("name", ""), use=tree["use"], when=RuleConditions(**tree["when"])) == rule
    assert shlex.split(spoken(rule))[0].startswith("use=")


@pytest.mark.parametrize(
    ("typed", "key", "value"),
    [
        ("theme light", "theme", "light"),
        ("theme = light", "theme", "light"),
        ("theme=light", "theme", "light"),
        ("rule.new use=auto kind=sql", "rule.new", "use=auto kind=sql"),
        ("theme", "theme", ""),
        ("", "", ""),
    ],
)
def test_key_and_value_are_told_apart_by_the_first_sign_between_them(typed: str, key: str, value: str) -> None:
    assert said(typed) == (key, value)

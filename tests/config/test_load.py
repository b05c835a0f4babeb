"""What `load` makes of file, environment and flags, and how it says what is wrong."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from hybridchat.config import Config, ConfigError, load
from hybridchat.config.load import VARIABLES
from hybridchat.configuring import Configuring
from hybridchat.facts import Locality, Mode


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_bytes(text.encode())
    return path


def complaint(tmp_path: Path, text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, text), env={})
    return caught.value


def test_a_missing_file_is_an_empty_one(tmp_path: Path) -> None:
    assert load(tmp_path / "nowhere" / "config.toml", env={}) == Config()


def test_every_kind_of_value_arrives_typed(tmp_path: Path) -> None:
    config = load(
        written(
            tmp_path,
            """
            mode = "only_local"
            save = false
            [limits]
            daily_budget = 2
            [endpoints.gpubox]
            kind = "openai"
            base_url = "http://gpubox:8000/v1"
            locality = "lan"
            trusted = true
            api_key_cmd = ["pass", "show", "gpubox"]
            [models."gpubox:big one"]
            tier = 4
            price = { input = 1, output = 2.5, as_of = 2026-10-01 }
            [keys]
            models = "f6"
            """,
        ),
        env={},
    )
    assert config.mode is Mode.ONLY_LOCAL
    assert not config.save
    assert config.limits.daily_budget == 2.0
    assert config.endpoints["gpubox"].locality is Locality.LAN
    price = config.models["gpubox:big one"].price
    assert price is not None
    assert (price.input, price.output, str(price.as_of)) == (1.0, 2.5, "2026-10-01")
    assert config.keys == {"models": "f6"}


def test_the_configuration_is_frozen() -> None:
    with pytest.raises(AttributeError):
        Config().mode = Mode.ONLY_CLOUD  # type: ignore[misc]  # the point of the test


@pytest.mark.parametrize(
    ("text", "line", "key", "says", "allowed"),
    [
        (
            '\nmode = "autoo"',
            2,
            "mode",
            'is "autoo" (did you mean `auto`?)',
            "only_local, prefer_local, auto, prefer_cloud, only_cloud",
        ),
        ("plain = 1", 1, "plain", "is 1", "true, false"),
        ("modee = 1", 1, "modee", "unknown key (did you mean `mode`?)", None),
        (
            "[limits]\n# why\nmax_outptu = 3",
            3,
            "limits.max_outptu",
            "did you mean `max_output`?",
            "daily_budget, budget_window, max_output, reserve, metered",
        ),
        ("[limits]\n\nmax_output = 0", 3, "limits.max_output", "is 0", "a whole number from 1 to 1,000,000"),
        ("limits.daily_budget = -1", 1, "limits.daily_budget", "is -1", "a number from 0 to 1,000,000"),
        ("limits.daily_budget = nan", 1, "limits.daily_budget", "is nan", "a number from 0 to 1,000,000"),
        ("limits.daily_budget = inf", 1, "limits.daily_budget", "is inf", "a number from 0 to 1,000,000"),
        ("[[limits]]\nx = 1", 1, "limits", "is a list", "a table"),
        ('[privacy]\ncloud = "sometimes"', 2, "privacy.cloud", 'is "sometimes"', "ask, auto, never"),
        (
            "[endpoints.a]\nkind='openai'\n[endpoints.b]\nkind='opnai'",
            4,
            "endpoints.b.kind",
            "did you mean `openai`?",
            "ollama, openai, anthropic",
        ),
        ("[endpoints]\na = 3", 2, "endpoints.a", "is 3", "a table"),
        ("[endpoints.a]\n\n", 1, "endpoints.a.kind", "is missing", "ollama, openai, anthropic"),
        ("[endpoints.openai]\nkind='ollama'", 2, "endpoints.openai.kind", "differs from the endpoint's name", "openai"),
        ("[endpoints.a]\nkind='ollama'", 1, "endpoints.a.base_url", "is missing", "an http:// or https:// URL"),
        ("[endpoints.openai]\nbase_url='gpubox'", 2, "endpoints.openai.base_url", "is not an http:// or https:// URL", None),
        ("[endpoints.openai]\ntrusted=true", 2, "endpoints.openai.trusted", 'only with locality = "lan"', "false"),
        ("[endpoints.openai]\napi_key_cmd=['a',\n 3]", 2, "endpoints.openai.api_key_cmd[1]", "is 3", "text"),
        ("[endpoints.openai]\napi_key_cmd='a \"b'", 2, "endpoints.openai.api_key_cmd", "is not a command", None),
        (
            "[endpoints.ollama]\nkeep_alive='soon'",
            2,
            "endpoints.ollama.keep_alive",
            'is "soon"',
            "a time as in 5m, 1h30m, 0 or -1",
        ),
        ("[endpoints.'a b']\nkind='openai'", 1, 'endpoints."a b"', "is not a usable name", None),
        (
            "[endpoints.a]\nkind='openai'\nbase_url='http://gpubox'\nlocality='on_device'",
            4,
            "endpoints.a.locality",
            "gpubox is not a loopback address",
            "lan, remote",
        ),
        (
            "[endpoints.a]\nkind='openai'\nbase_url='http://8.8.8.8'\nlocality='lan'",
            4,
            "endpoints.a.locality",
            "8.8.8.8 is an address on the public internet",
            "remote",
        ),
        ("[models.'openai:x']\ntier = 5", 2, 'models."openai:x".tier', "is 5", "a whole number from 1 to 4"),
        (
            "[models.'openai:x']\nprice = {input = 3}",
            2,
            'models."openai:x".price.output',
            "is missing",
            "a number from 0 to 1,000,000",
        ),
        ("[models.'openai:x'.price]\ninput = 3\noutput = -1", 3, 'models."openai:x".price.output', "is -1", None),
        ("[models.'openai:x']\ncapabilities = ['vison']", 2, 'models."openai:x".capabilities[0]', "did you mean `vision`?", None),
        ("[models.x]\ntier = 1", 1, "models.x", "is not a model id", "ENDPOINT:NAME, as in ollama:llama3.2"),
        ("[pair]\ncloud = 'opnai:x'", 2, "pair.cloud", "did you mean `openai`?", "ollama, openai, anthropic"),
        (
            "strategy = 'qualty'",
            1,
            "strategy",
            "did you mean `quality`?",
            "local-first, cost, quality, offline-first, performance, oblix-perf, oblix-cost",
        ),
        ("[strategies.cost]", 1, "strategies.cost", "is the name of a shipped strategy", None),
        ("[strategies.a]\nbase = 'b'", 2, "strategies.a.base", "is not a shipped strategy", None),
        ("[strategies.a.weights]\nprice = 1", 2, "strategies.a.weights.price", "unknown key", "quality, cost, speed, locality"),
        (
            "[thresholds.resources]\ncpu = 90\ncritical_cpu = 80",
            3,
            "thresholds.resources.critical_cpu",
            "is below cpu (90)",
            None,
        ),
        ("[keys]\na = 3", 2, "keys.a", "is 3", "text"),
        ('[keys]\nohter = "f8"', 2, "keys.ohter", "is no binding (did you mean `other`?)", "a command, or an id of docs/keys.md"),
        ('x = 1\n[privacy]\ncloud = """\nask"""\nmouse = 1', 1, "x", "unknown key", None),
        ('theme = """\na\nb"""\nmouse = 3', 4, "mouse", "is 3", "true, false"),
    ],
)
def test_a_wrong_value_names_file_line_key_and_what_is_allowed(
    tmp_path: Path, text: str, line: int, key: str, says: str, allowed: str | None
) -> None:
    error = complaint(tmp_path, text)
    assert str(error).startswith(f"{tmp_path / 'config.toml'}:{line}: key `{key}`: ")
    assert says in str(error)
    if allowed is not None:
        assert str(error).endswith(f"; allowed: {allowed}")


@pytest.mark.parametrize(
    ("text", "line"),
    [("a = 1\nb = = 2", 2), ("\n\nx = [1,\n2", 4), ("a = 1\na = 2", 2), ("a = " + "[" * 5000, 1), ("a = " + "9" * 5000, 1)],
)
def test_what_is_not_toml_names_file_and_line(tmp_path: Path, text: str, line: int) -> None:
    error = complaint(tmp_path, text)
    assert str(error).startswith(f"{tmp_path / 'config.toml'}:{line}: is not")


def test_a_file_that_is_not_utf8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b'theme = "dark"\n# caf\xe9\n')
    with pytest.raises(ConfigError, match=r"config.toml:2: is not UTF-8"):
        load(path, env={})


def test_a_byte_order_mark_and_windows_line_ends_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b'\xef\xbb\xbfmode = "only_local"\r\n[limits]\r\nmax_output = 0\r\n')
    with pytest.raises(ConfigError, match=r":3: key `limits.max_output`"):
        load(path, env={})


def test_a_directory_in_the_file_s_place_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path, env={})


def test_a_pasted_key_is_not_repeated(tmp_path: Path) -> None:
    key = "sk-proj-" + "a1B2" * 10
    for text in (f'[endpoints.openai]\napi_key = "{key}"', f'mode = "{key}"', f'mode = "{key}', "mode = 'sk-short1'"):
        error = complaint(tmp_path, text)
        assert key not in str(error)
        assert "sk-short1" not in str(error)
    assert "key_env, api_key_cmd, keyring" in str(complaint(tmp_path, f'[endpoints.openai]\napi_key = "{key}"'))


@pytest.mark.parametrize("key", ["sk-proj-" + "a1B2" * 10, "gsk_" + "a1B2" * 10, "a1b2c3d4" * 4])
def test_a_key_in_place_of_its_variable_is_refused_and_neither_written_nor_repeated(tmp_path: Path, key: str) -> None:
    error = complaint(tmp_path, f'[endpoints.openai]\nkey_env = "{key}"')
    assert "is not the name of an environment variable" in str(error)
    assert key not in str(error)
    path = tmp_path / "own.toml"
    with pytest.raises(ConfigError) as refused:
        Configuring({"HYBRIDCHAT_CONFIG": str(path)}).set("endpoints.openai.key_env", key)
    assert key not in str(refused.value)
    assert not path.exists() or key not in path.read_text(encoding="utf-8")
    Configuring({"HYBRIDCHAT_CONFIG": str(path)}).set("endpoints.openai.key_env", "MY_COMPANY_OPENAI_API_KEY_2")


def test_environment_beats_file_and_flags_beat_both(tmp_path: Path) -> None:
    path = written(tmp_path, 'mode = "only_cloud"\ntheme = "light"\n[limits]\nmax_output = 10\nreserve = 20')
    env = {"HYBRIDCHAT_MODE": "prefer_local", "HYBRIDCHAT_MAX_OUTPUT": "11"}
    config = load(path, env, {"mode": "only_local", "theme": None})
    assert (config.mode, config.theme) == (Mode.ONLY_LOCAL, "light")
    assert (config.limits.max_output, config.limits.reserve) == (11, 20)
    assert load(path, env).mode is Mode.PREFER_LOCAL


@pytest.mark.parametrize(
    ("text", "means"), [("1", True), ("yes", True), ("TRUE", True), ("0", False), ("off", False), ("", True)]
)
def test_switches_in_the_environment(tmp_path: Path, text: str, means: bool) -> None:
    assert load(tmp_path / "x", {"HYBRIDCHAT_SAVE": text}).save is means


def test_every_variable_sets_the_key_it_says(tmp_path: Path) -> None:
    good = {
        "strategy": "cost",
        "mode": "only_local",
        "theme": "12",
        "plain": "true",
        "mouse": "false",
        "save": "false",
        "privacy.cloud": "never",
        "limits.daily_budget": "1.5",
        "limits.max_output": "77",
        "pair.local": "ollama:a",
        "pair.cloud": "openai:b",
    }
    assert set(VARIABLES.values()) == set(good)
    for name, key in VARIABLES.items():
        tree = msgspec.to_builtins(load(tmp_path / "x", {name: good[key]}))
        for part in key.split("."):
            tree = tree[part]
        assert str(tree).lower() == good[key]


def test_a_wrong_variable_or_flag_is_named_and_the_file_is_not_blamed(tmp_path: Path) -> None:
    path = written(tmp_path, 'mode = "auto"')
    with pytest.raises(ConfigError, match=r"^environment variable HYBRIDCHAT_MODE: key `mode`: is \"fast\"; allowed: only_local"):
        load(path, {"HYBRIDCHAT_MODE": "fast"})
    with pytest.raises(ConfigError, match=r"^environment variable HYBRIDCHAT_DAILY_BUDGET: key `limits.daily_budget`: is \"-1\""):
        load(path, {"HYBRIDCHAT_DAILY_BUDGET": "-1"})
    with pytest.raises(ConfigError, match=r"^command line: key `pair.local`: is not a model id"):
        load(path, {}, {"pair.local": "phi"})
    with pytest.raises(ConfigError, match=r"^command line: key `limits.max`: unknown key"):
        load(path, {}, {"limits.max": 3})


def test_a_variable_does_not_hide_a_mistake_in_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"config.toml:1: key `mode`"):
        load(written(tmp_path, 'mode = "fast"'), {"HYBRIDCHAT_MODE": "auto"})


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"ACCESSIBLE": "1"}])
def test_a_terminal_that_wants_it_plain_gets_it_plain(tmp_path: Path, env: dict[str, str]) -> None:
    assert load(tmp_path / "x", env).plain
    assert not load(tmp_path / "x", {"TERM": "xterm", "ACCESSIBLE": "0"}).plain
    assert not load(tmp_path / "x", {**env, "HYBRIDCHAT_PLAIN": "0"}).plain


def test_the_file_named_in_the_environment_is_read(tmp_path: Path) -> None:
    assert load(env={"HYBRIDCHAT_CONFIG": str(written(tmp_path, "save = false"))}).save is False


def test_a_dot_env_file_in_the_working_directory_is_never_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=stolen\nOPENAI_BASE_URL=http://evil.example/v1\nHYBRIDCHAT_MODE=only_cloud\n")
    code = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
from hybridchat.config import load
from hybridchat.config.endpoints import endpoints
config = load()
print(config.mode, [e.name for e in endpoints(config)], any(name.endswith(".env") for name in opened))
"""
    env = {"HYBRIDCHAT_CONFIG": str(written(tmp_path, "")), "PYTHONPATH": str(Path(__file__).parents[2])}
    env |= {"SYSTEMROOT": os.environ.get("SYSTEMROOT", "")}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "auto ['ollama'] False"


def test_loading_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a" / "config.toml"
    load(path, {})
    assert list(tmp_path.iterdir()) == []


def test_loading_a_good_file_brings_no_writer_and_no_sdk(tmp_path: Path) -> None:
    path = written(tmp_path, 'mode = "auto"\n[pair]\nlocal = "ollama:phi"')
    code = (
        "import sys; from pathlib import Path; from hybridchat.config import load; "
        f"load(Path({str(path)!r}), {{}}); "
        "print(sorted({'tomlkit', 'openai', 'anthropic', 'ollama', 'httpx', 'textual', 'rich', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout.strip() == "[]"


def test_an_error_carries_its_parts(tmp_path: Path) -> None:
    error = complaint(tmp_path, "[limits]\nmax_output = 0")
    assert re.fullmatch(r".*config\.toml:2", error.where)
    assert (error.key, error.problem, error.allowed) == ("limits.max_output", "is 0", "a whole number from 1 to 1,000,000")

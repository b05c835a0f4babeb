"""The first screen's lines: what is there, what is missing, and the exact command that mends it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hybridchat.assemble import Setup, assembled
from hybridchat.config import Config
from hybridchat.config.schema import PairSettings, Privacy
from hybridchat.demo import Demo
from hybridchat.welcome import DEMO, Found, found, install_ollama

HERE = pytest.MonkeyPatch


async def lines(config: Config | None = None, *, demo: bool = False) -> tuple[Found, ...]:
    config = config or Config()
    async with assembled(Setup(save=False, samplers=False, config=config, demo=demo)) as chat:
        return found(chat.world, config, demo=demo)


async def test_with_nothing_found_it_names_the_command_of_this_system_and_the_demo(monkeypatch: HERE, tmp_path: Path) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:9")
    monkeypatch.setenv("PATH", str(tmp_path))
    told = await lines()
    ollama, *_, last = told
    assert not ollama.ok
    assert "nothing answers" in ollama.text
    assert ollama.fix == install_ollama(sys.platform)
    assert not last.ok
    assert last.fix == "hybridchat demo"
    assert any("no cloud key" in line.text for line in told)


@pytest.mark.parametrize(
    ("platform", "command"),
    [("linux", "ollama.com/install.sh"), ("darwin", "brew install ollama"), ("win32", "winget install Ollama.Ollama")],
)
def test_each_system_has_its_own_command(platform: str, command: str) -> None:
    assert command in install_ollama(platform)


@pytest.mark.skipif(sys.platform == "win32", reason="puts an executable file without a suffix on PATH")
async def test_an_installed_ollama_only_has_to_be_started(monkeypatch: HERE, tmp_path: Path) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:9")
    monkeypatch.setenv("PATH", str(tmp_path))
    program = tmp_path / "ollama"
    program.touch(mode=0o755)
    assert (await lines())[0].fix == "ollama serve"


async def test_an_ollama_without_models_is_told_what_to_pull(monkeypatch: HERE) -> None:
    with Demo(models=()) as empty:
        monkeypatch.setenv("OLLAMA_HOST", empty.ollama.url)
        (ollama, *_) = await lines()
    assert (ollama.ok, ollama.fix) == (False, "ollama pull llama3.2")
    assert "no models yet" in ollama.text


async def test_keys_are_found_but_nobody_is_contacted(demo: Demo, monkeypatch: HERE) -> None:
    for name, value in demo.env().items():
        monkeypatch.setenv(name, value)
    ollama, openai, anthropic, *_ = await lines()
    assert ollama.ok
    assert "llama3.2:3b, qwen2.5-coder:7b; in the cloud, not on this machine: gpt-oss:120b-cloud" in ollama.text
    for line, variable in ((openai, "OPENAI_BASE_URL"), (anthropic, "ANTHROPIC_BASE_URL")):
        assert line.ok
        assert line.text.endswith("key found, not contacted")
        assert f"({variable}, not its usual address)" in line.text
    assert demo.openai.connections == demo.anthropic.connections == 0


async def test_a_model_of_the_configuration_that_is_missing_is_told(demo: Demo, monkeypatch: HERE) -> None:
    monkeypatch.setenv("OLLAMA_HOST", demo.ollama.url)
    told = await lines(Config(pair=PairSettings(local="ollama:phi4")))
    assert Found(False, "ollama:phi4, named in the configuration, is not there", "ollama pull phi4") in told


async def test_a_cloud_that_is_never_asked_is_told(demo: Demo, monkeypatch: HERE) -> None:
    monkeypatch.setenv("OLLAMA_HOST", demo.ollama.url)
    told = await lines(Config(privacy=Privacy(cloud="never")))
    assert any("privacy.cloud is never" in line.text for line in told)


async def test_the_demo_is_labelled_and_says_who_plays_whom() -> None:
    first, *others = await lines(demo=True)
    assert first == Found(True, DEMO)
    assert [line.text.split(" ", 1)[1] for line in others] == ["plays this machine", "plays the cloud"]

"""The first screen's lines: what is there, what is missing, and the exact command that mends it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from hybridchat.assemble import Setup, assembled, terms_path
from hybridchat.config import Config
from hybridchat.config.schema import EndpointSettings, PairSettings, Privacy
from hybridchat.demo import Demo
from hybridchat.facts import Device, Locality
from hybridchat.providers.ollama_start import install_ollama
from hybridchat.terms import load
from hybridchat.welcome import DEMO, MOST, Found, _graphics, asks_words, found, keep_words, to_pull
from tests.support.chats import environment

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
    assert (ollama.ok, ollama.fix) == (False, "ollama pull llama3.2:3b")
    assert "no models yet; llama3.2:3b fits most machines (2.0 GB)" in ollama.text


@pytest.mark.parametrize(
    ("memory", "vram", "told", "command"),
    [
        (16, 24, "gemma3:27b fits this machine (17.0 GB)", "ollama pull gemma3:27b"),
        (16, None, "gemma3:4b fits this machine (3.3 GB)", "ollama pull gemma3:4b"),
        (1, None, "gemma3:1b needs 815 MB of memory and more, 1.0 GB are free", "ollama pull gemma3:1b"),
    ],
)
def test_what_to_pull_follows_from_the_memory_there_is(memory: int, vram: int | None, told: str, command: str) -> None:
    device = Device(memory_free=memory * 10**9, vram_free=None if vram is None else vram * 10**9)
    assert to_pull(device) == (told, command)


@pytest.mark.parametrize(
    ("device", "platform", "told"),
    [
        (Device(gpu_name="H200"), "linux", "GPU: H200"),
        (Device(gpu_absent=True), "linux", "no NVIDIA GPU was found"),
        (Device(gpu_absent=True), "darwin", ""),
        (Device(), "linux", ""),
    ],
)
def test_a_graphics_card_is_told_only_as_far_as_it_is_known(device: Device, platform: str, told: str) -> None:
    assert _graphics(device, platform) == told


def test_words_that_must_never_leave_are_asked_for_once_and_kept_as_terms(demo: Demo, tmp_path: Path) -> None:
    async def asked(*, save: bool = True, private: bool = False) -> bool:
        setup = Setup(save=save, private=private, samplers=False, config=Config(), env=environment(demo, tmp_path))
        async with assembled(setup) as chat:
            first = asks_words(chat)
            if first:
                assert keep_words(chat.hide, " Zanzibar; Mr.  Toad ,, Zanzibar, !") == (
                    "Zanzibar, Mr. Toad: hidden from now on, wherever they occur. /terms lists all."
                )
                assert keep_words(chat.hide, " , ") == ""
                assert keep_words(chat.hide, "Otter").startswith("Otter is hidden from now on")
            return first

    assert not asyncio.run(asked(save=False))
    assert not asyncio.run(asked(private=True))
    assert asyncio.run(asked())
    assert not asyncio.run(asked())
    assert load(terms_path(environment(demo, tmp_path))).always == ("Zanzibar", "Mr. Toad", "Otter")


async def test_keys_are_found_but_nobody_is_contacted(demo: Demo, monkeypatch: HERE) -> None:
    for name, value in demo.env().items():
        monkeypatch.setenv(name, value)
    ollama, openai, anthropic, *_ = await lines()
    assert ollama.ok
    assert ", 2 models: llama3.2:3b, qwen2.5-coder:7b; in the cloud, not on this machine: gpt-oss:120b-cloud" in ollama.text
    for line, variable in ((openai, "OPENAI_BASE_URL"), (anthropic, "ANTHROPIC_BASE_URL")):
        assert line.ok
        assert line.text.endswith("key found, not contacted")
        assert f"({variable})" in line.text
    assert demo.openai.connections == demo.anthropic.connections == 0


async def test_however_many_servers_and_long_their_addresses_there_are_five_things_at_most(monkeypatch: HERE) -> None:
    far = "http://gateway-of-the-department.inference.example-university.org:8080"
    monkeypatch.setenv("OLLAMA_HOST", far)
    for key in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.setenv(key, "")
    (ollama, *_) = await lines()
    assert ollama.text.startswith("ollama at gateway-of-")
    assert "…" in ollama.text
    assert ollama.text.endswith("-university.org:8080 (OLLAMA_HOST): not contacted")
    assert len(ollama.text) <= 76
    for key in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.setenv(key, "sk-none")
    away = {f"box{n}": EndpointSettings(kind="openai", base_url=f"{far}/{n}") for n in range(4)}
    told = await lines(Config(endpoints=away))
    assert len(told) <= MOST
    assert "not contacted: ollama, openai, anthropic, box0 and 3 more" in [line.text for line in told]
    here = {
        f"near{n}": EndpointSettings(kind="openai", base_url="http://127.0.0.1:9", locality=Locality.ON_DEVICE) for n in range(7)
    }
    told = await lines(Config(endpoints=away | here))
    assert len(told) <= MOST
    assert any("more servers: /doctor tells of all" in line.text for line in told)


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

"""What is wrong is found and told with its fix; nothing off this device is asked unless it was allowed and `--online` says so."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from hybridchat.config import Config
from hybridchat.config.schema import EndpointSettings, PairSettings
from hybridchat.demo import Demo
from hybridchat.doctor import Item, State, examine, sick
from hybridchat.render.doctor import rows, verdict
from tests.cli.run import inside
from tests.support.chats import bench, environment

LOCAL = "ollama:llama3.2:3b"


def of(found: tuple[Item, ...], area: str) -> list[Item]:
    return [item for item in found if item.area == area]


async def test_a_machine_in_order_is_told_to_be_and_no_cloud_is_asked(tmp_path: Path, demo: Demo) -> None:
    env = environment(demo, tmp_path)
    async with bench(tmp_path, demo, save=True) as b:
        found = await examine(b.chat, Config(pair=PairSettings(local=LOCAL)), env)
    assert not sick(found)
    assert not demo.openai.requests
    assert not demo.anthropic.requests
    assert of(found, "server")[0].text.startswith(f"ollama at {demo.ollama.url.removeprefix('http://')} answers")
    assert "not contacted: nothing goes there before you allow it" in of(found, "server")[1].text
    assert of(found, "clock")[0].text == "fits what is stored"
    assert {"program", "terminal", "disk", "configuration", "server", "models", "privacy", "database", "gpu"} <= {
        i.area for i in found
    }


async def test_the_model_it_begins_with_is_the_one_used_last(tmp_path: Path, demo: Demo) -> None:
    async with bench(tmp_path, demo, save=True) as b:
        for used in (LOCAL, "ollama:qwen2.5-coder:7b"):
            b.chat.store.remember("last-local", used)
            async with asyncio.timeout(20):
                while b.chat.store.recall("last-local") != used:
                    await asyncio.sleep(0.01)
            found = await examine(b.chat, Config(), environment(demo, tmp_path))
            assert any(f"begins with {used}" in item.text for item in of(found, "models"))


@pytest.mark.parametrize("online", [False, True])
async def test_a_cloud_that_was_allowed_is_asked_only_when_told_to(tmp_path: Path, demo: Demo, online: bool) -> None:
    config = Config(
        pair=PairSettings(local=LOCAL), endpoints={"openai": EndpointSettings(allowed=True, base_url=demo.openai.base_url)}
    )
    async with bench(tmp_path, demo, config=config) as b:
        before = len(demo.openai.requests)
        found = await examine(b.chat, config, environment(demo, tmp_path), online=online)
    asked = [r.path for r in demo.openai.requests[before:]]
    assert asked == (["/v1/models"] if online else [])
    assert not demo.anthropic.requests
    (told,) = [i.text for i in of(found, "server") if i.text.startswith("openai")]
    assert told.endswith("it answers" if online else "allowed, not contacted now")


async def test_a_server_that_is_gone_is_told_with_the_command_that_starts_it(tmp_path: Path, demo: Demo) -> None:
    config = Config(pair=PairSettings(local=LOCAL))
    async with bench(tmp_path, demo, config=config) as b:
        demo.ollama.stop()
        found = await examine(b.chat, config, environment(demo, tmp_path))
    (gone,) = [i for i in of(found, "server") if i.text.startswith("ollama")]
    assert gone.state is State.WRONG
    assert "ollama" in gone.fix
    assert any(i.state is State.WRONG and LOCAL in i.text for i in of(found, "models"))
    assert sick(found)


async def test_words_that_cannot_be_read_are_wrong(tmp_path: Path, demo: Demo) -> None:
    async with bench(tmp_path, demo, save=True) as b:
        (tmp_path / "data" / "terms.txt").write_bytes(b"\xff\xfe\x00")
        found = await examine(b.chat, Config(pair=PairSettings(local=LOCAL)), environment(demo, tmp_path))
    assert [i.state for i in of(found, "privacy")] == [State.WRONG]


def test_a_wrong_configuration_is_told_with_its_line_and_what_needs_none_is_looked_at_all_the_same(
    tmp_path: Path, demo: Demo
) -> None:
    env = environment(demo, tmp_path)
    (tmp_path / "config.toml").write_text('[privacy]\nlevel = "hih"\n', "utf-8")
    done = inside("doctor", env=env)
    assert done.returncode == 1
    said = done.stdout.decode()
    assert 'config.toml:2: key `privacy.level`: is "hih"' in said
    assert "✓ disk" in said
    assert not demo.ollama.requests


def test_no_secret_is_printed_and_the_exit_code_says_whether_something_is_wrong(tmp_path: Path, demo: Demo) -> None:
    env = environment(demo, tmp_path) | {"OPENAI_API_KEY": "sk-live-4f9a8b7c6d5e4f3a2b1c"}
    (tmp_path / "config.toml").write_text(
        '[endpoints.work]\nkind = "openai"\nbase_url = "https://llm.example/v1"\napi_key_cmd = ["echo", "sk-other-9"]\n'
    )
    done = inside("doctor", env=env)
    assert (done.returncode, done.stderr.decode().strip().splitlines()[-1].startswith("Nothing is wrong")) == (0, True)
    assert b"4f9a8b" not in done.stdout
    assert b"sk-other" not in done.stdout
    assert "a key from a command, which was not run" in done.stdout.decode()
    lines = [json.loads(line) for line in inside("doctor", "--json", env=env).stdout.splitlines()]
    assert {"area", "text", "state", "fix"} == set(lines[0])


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="file modes are POSIX, and mean nothing to root")
def test_a_folder_that_cannot_be_written_is_wrong(tmp_path: Path, demo: Demo) -> None:
    env = environment(demo, tmp_path)
    (tmp_path / "data").mkdir(mode=0o500)
    done = inside("doctor", env=env)
    assert done.returncode == 1
    assert "✗ database" in done.stdout.decode()


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
async def test_a_file_that_others_can_read_is_worth_knowing(tmp_path: Path, demo: Demo) -> None:
    env = environment(demo, tmp_path)
    (tmp_path / "config.toml").chmod(0o644)
    async with bench(tmp_path, demo) as b:
        found = await examine(b.chat, Config(pair=PairSettings(local=LOCAL)), env)
    assert any("can be read by other users" in i.text and i.fix.startswith("chmod 600") for i in of(found, "configuration"))


def test_states_differ_in_shape_and_the_verdict_counts_them() -> None:
    items = [Item("a", "x"), Item("b", "y", State.NOTE, "do"), Item("c", "z", State.WRONG, "mend")]
    assert [line for _, line in rows(items)] == ["✓ a: x", "• b: y", "    → do", "✗ c: z", "    → mend"]
    assert verdict(items) == "1 thing is wrong, 1 thing is worth knowing."
    assert verdict(items[:1]) == "Nothing is wrong."

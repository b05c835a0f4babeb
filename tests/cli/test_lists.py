"""The commands that list, explain and set: run as a user runs them, with good input and bad."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hybridchat.config import load
from hybridchat.demo import Demo
from hybridchat.providers.ollama_start import command as start_ollama
from tests.cli.run import ROOT, bare, hybridchat, inside
from tests.support.chats import environment
from tests.support.faultserver import FaultServer, http


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Demo, dict[str, str]]]:
    """One question asked here and one in the cloud, and the servers that heard them; read only."""
    with Demo(chunks_per_second=0) as demo:
        env = environment(demo, tmp_path_factory.mktemp("asked"))
        hybridchat("ask", "Which proof is the shortest?", env=env)
        hybridchat("ask", "--cloud", "-m", "openai:gpt-6.1-terra", "repeat: a@b.example", env=env)
        yield demo, env


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """Nothing found, nothing saved."""
    (tmp_path / "config.toml").touch()
    return {
        "HYBRIDCHAT_DATA_DIR": str(tmp_path / "data"),
        "HYBRIDCHAT_CONFIG": str(tmp_path / "config.toml"),
        "OLLAMA_HOST": "127.0.0.1:9",
    }


def test_models_are_listed_after_the_problems(asked: tuple[Demo, dict[str, str]], tmp_path: Path) -> None:
    demo, env = asked
    config = tmp_path / "config.toml"
    config.write_text(
        '[pair]\nlocal = "ollama:nope"\n[models."openai:gpt-6.1-terra".price]\ninput = 1\noutput = 5\nas_of = 2026-11-01\n'
    )
    done = hybridchat("models", env={**env, "HYBRIDCHAT_CONFIG": str(config)})
    assert done.returncode == 0, done.stderr
    listed, told = done.stdout.decode(), done.stderr.decode()
    assert "ollama:llama3.2:3b" in listed
    chatting, _, kept = listed.partition("On this machine:")
    assert "nomic-embed-text" not in chatting
    (embedder,) = [row for row in kept.splitlines() if "nomic-embed-text" in row]
    assert "274 MB" in embedder
    assert "embeddings only, " in embedder
    assert "$1 in, $5 out" in listed
    assert "as of 2026-11-01" in listed
    assert "ollama:nope, named in the configuration, is not there." in told
    assert f"openai goes to {demo.openai.base_url} (OPENAI_BASE_URL), not to its usual address." in told
    assert max(map(len, listed.splitlines())) <= 80
    assert demo.openai.connections == 1  # the one question: a list contacts no cloud


def test_with_no_model_the_list_says_how_to_get_one(env: dict[str, str]) -> None:
    done = hybridchat("models", env=env)
    assert done.returncode == 4
    assert start_ollama().encode() in done.stderr
    # which one depends on the memory of this machine
    assert b"ollama pull " in done.stderr
    assert done.stdout == b""


def test_sessions_ledger_and_why_tell_what_happened(asked: tuple[Demo, dict[str, str]]) -> None:
    demo, env = asked
    first, second = hybridchat("sessions", env=env).stdout.decode().splitlines()
    assert "repeat: a@b.example" in first
    assert "Which proof is the shortest?" in second
    (hit,) = hybridchat("sessions", "proof", "shortest", env=env).stdout.decode().splitlines()
    assert hit.startswith(second.split()[0])
    assert b"No saved conversation holds: zebra" in hybridchat("sessions", "zebra", env=env).stderr
    (row,) = hybridchat("ledger", env=env).stdout.decode().splitlines()
    (sent,) = demo.openai.requests
    assert f"question to gpt-6.1-terra: {len(sent.body)} bytes · " in row
    assert "1 email hidden" in row
    (record,) = [json.loads(line) for line in hybridchat("ledger", "--json", env=env).stdout.splitlines()]
    assert record["sha256"] == hashlib.sha256(sent.body).hexdigest()
    assert hybridchat("ledger", "--raw", row.split()[0], env=env).stdout == sent.body
    why = hybridchat("why", env=env).stdout.decode()
    assert why.startswith("gpt-6.1-terra in the cloud was chosen. You asked for it by name.\n")
    assert "\n  claude-haiku-5-5, not asked: another model was chosen by hand.\n" in why
    assert hybridchat("why", record["turn_id"], env=env).stdout.decode() == why


def test_terms_are_added_listed_imported_and_removed(env: dict[str, str], tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("# ours\nAcme\nBourbaki\n")
    assert hybridchat("terms", "add", "Bourbaki", "Henri Cartan", env=env).returncode == 0
    assert hybridchat("terms", "import", str(words), env=env).stderr == b"1 added.\n"
    assert hybridchat("terms", "rm", "bourbaki", env=env).returncode == 0
    assert hybridchat("terms", "list", env=env).stdout == b"Henri Cartan\nAcme\n"


def test_config_is_set_checked_and_unset_with_its_comments_kept(env: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('# mine\nstrategy = "cost"  # cheap\n')
    assert hybridchat("config", "set", "privacy.cloud", "auto", env=env).returncode == 0
    assert load(path, {}).privacy.cloud == "auto"
    assert b"fine" in hybridchat("config", "check", env=env).stdout
    hybridchat("config", "unset", "privacy.cloud", env=env)
    assert load(path, {}).privacy.cloud == "ask"
    assert path.read_text().startswith('# mine\nstrategy = "cost"  # cheap\n')
    assert str(path).encode() in hybridchat("config", "path", env=env).stdout
    assert b"#[privacy]" in hybridchat("config", "show", env=env).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("sessions",), 0, "Nothing is saved yet"),
        (("terms", "add", "..."), 2, "no letter or digit"),
        (("terms", "rm", "nobody"), 2, "Not in the list: nobody"),
        (("terms", "import", "/nowhere.txt"), 2, "no such file"),
        (("config", "set", "privacy.cloud", "sometimes"), 2, "allowed: ask, auto, never"),
        (("config", "set", "privacy.clod", "ask"), 2, "did you mean"),
        (("modles",), 2, "Did you mean 'models'?"),
        (("hello",), 2, 'hybridchat ask "hello"'),
        (("demo", "serve", "--ollama-port", "70000"), 2, "65535"),
        ((), 2, "hybridchat ask"),
        (("demo",), 2, "hybridchat ask"),
    ],
)
def test_bad_input_gets_one_sentence(env: dict[str, str], arguments: tuple[str, ...], code: int, word: str) -> None:
    done = inside(*arguments, env=env)
    assert done.returncode == code, done.stderr
    assert word in done.stderr.decode()
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == b""


def test_rows_and_turns_that_are_not_there(asked: tuple[Demo, dict[str, str]]) -> None:
    _, env = asked
    for arguments, word in (
        (("ledger", "--raw", "zz"), b"no message zz"),
        (("why", "zz"), b"no decision about a turn or conversation zz"),
    ):
        done = inside(*arguments, env=env)
        assert done.returncode == 2
        assert word in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="ends the servers with SIGINT")
def test_demo_serve_prints_lines_with_which_another_shell_can_ask(env: dict[str, str]) -> None:
    serving = subprocess.Popen(
        [sys.executable, "-m", "hybridchat", "demo", "serve", "--rate", "0"],
        env={**bare(), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )
    assert serving.stdout is not None
    lines = [serving.stdout.readline().decode().strip() for _ in range(6)]
    exported = dict(line.removeprefix("export ").split("=", 1) for line in lines if line.startswith("export "))
    assert set(exported) >= {"OLLAMA_HOST", "OPENAI_BASE_URL", "OPENAI_API_KEY", "ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"}
    done = hybridchat("ask", "-q", "--local", "capital of France", env={**env, **exported})
    assert b"Paris" in done.stdout, done.stderr
    port = exported["OLLAMA_HOST"].rpartition(":")[2]
    taken = hybridchat("demo", "serve", "--ollama-port", port, env=env)
    assert taken.returncode == 2
    assert b"port" in taken.stderr
    serving.send_signal(signal.SIGINT)
    _, noise = serving.communicate(timeout=10)
    assert serving.returncode == 0
    assert noise == b""


def test_a_price_of_ones_own_stands_in_the_list(env: dict[str, str]) -> None:
    done = inside("models", "price", "openai:gpt-6.1-terra", "--in", "1.5", "--out", "6", env=env)
    assert done.returncode == 0, done.stderr
    listed = inside("models", env={**env, "OPENAI_API_KEY": "no-key-at-all"}).stdout.decode()
    assert "$1.5 in, $6 out" in listed
    wrong = inside("models", "price", "openai:gpt-6.1-terra", "--in", "-1", "--out", "6", env=env)
    assert wrong.returncode == 2
    assert "price.input" in wrong.stderr.decode()


async def test_a_server_whose_models_are_named_to_steer_the_terminal_is_heard_without_them(
    env: dict[str, str],
) -> None:
    tags = {"models": [{"name": name, "model": name} for name in ("evil\x1b]0;owned\x07:1b", "fine:1b")]}
    show = http({"details": {}, "model_info": {}, "capabilities": ["completion"]})
    async with FaultServer(paths={"/api/tags": http(tags), "/api/ps": http({"models": []}), "/api/show": show}) as server:
        done = await asyncio.to_thread(inside, "models", env={**env, "OLLAMA_HOST": server.url})
        asked = await asyncio.to_thread(inside, "ask", "-m", "evil\x1b[2J", "hello", env={**env, "OLLAMA_HOST": server.url})
    said = (done.stdout + done.stderr + asked.stdout + asked.stderr).decode()
    assert "ollama:fine:1b" in said
    assert not {"\x1b", "\x07"} & set(said)

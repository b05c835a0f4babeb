"""The models of this machine from a shell and line by line: what is kept, pulled with figures, deleted after a question."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hybridchat.demo import Demo, Fault
from tests.cli.run import bare, inside
from tests.support.chats import environment

POSIX = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX pseudo-terminal")
if os.name == "posix":
    from tests.cli.talk import Talk
    from tests.support.terminal import Terminal


@pytest.fixture
def env(demo: Demo, tmp_path: Path) -> dict[str, str]:
    return environment(demo, tmp_path)


def test_the_list_says_what_is_kept_here_and_whether_it_fits(demo: Demo, env: dict[str, str]) -> None:
    inside("ask", "hello", env=env)
    done = inside("models", env=env)
    kept = done.stdout.decode().partition("On this machine:\n")[2].splitlines()
    rows = {row.split()[0]: row for row in kept if " GB " in row and not row.startswith("Free")}
    assert set(rows) == {"llama3.2:3b", "qwen2.5-coder:7b"}
    assert sum("running, " in row and "all on the GPU, until" in row for row in rows.values()) == 1
    assert any(line.startswith("Free for models: ") and "of memory" in line for line in kept)
    assert max(map(len, kept)) <= 80


def test_a_pull_tells_every_ten_percent_and_the_model_is_there(env: dict[str, str]) -> None:
    done = inside("models", "pull", "ollama pull gemma3:4b", env=env)
    assert done.returncode == 0
    told = done.stderr.decode().splitlines()
    assert [line.split(",")[0] for line in told if "%" in line] == [f"gemma3:4b: {n} %" for n in range(0, 101, 10)]
    assert "gemma3:4b is here." in done.stdout.decode()
    assert "gemma3:4b" in inside("models", env=env).stdout.decode()


def test_a_folder_that_keeps_everything_here_pulls_nothing(
    demo: Demo, env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".hybridchat.toml").write_text("local_only = true\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    done = inside("models", "pull", "gemma3:4b", env=env)
    assert done.returncode == 2
    assert "keeps everything on this machine. And to pull gemma3:4b, Ollama asks ollama.com" in done.stderr.decode()
    assert all(r.path != "/api/pull" for r in demo.ollama.requests)


def test_without_a_name_the_model_that_fits_is_pulled(demo: Demo, env: dict[str, str]) -> None:
    assert inside("models", "pull", env=env).returncode == 0
    (asked,) = [r for r in demo.ollama.requests if r.path == "/api/pull"]
    assert b'"model":"' in asked.body


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("pull", "no-such-thing"), 1, "finds no model no-such-thing to pull"),
        (("pull", "two words"), 2, "A model's name is one word"),
        (("rm", "nothing"), 2, "There is no model nothing"),
        (("rm", "openai:gpt-6.1-terra"), 2, "not kept by Ollama"),
        (("unload", "nothing"), 2, "There is no model nothing"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_a_code(
    env: dict[str, str], arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = inside("models", *arguments, env=env)
    assert (done.returncode, said in done.stderr.decode()) == (code, True), done.stderr


def test_a_pull_that_breaks_or_finds_nobody_has_its_own_code(demo: Demo, env: dict[str, str]) -> None:
    demo.ollama.fail(Fault("cut", after=9, path="/api/pull"))
    done = inside("models", "pull", "gemma3:4b", env=env)
    assert (done.returncode, "goes on where it stopped" in done.stderr.decode()) == (1, True)
    demo.ollama.pause()
    assert inside("models", "pull", "gemma3:4b", env=env).returncode == 4


def test_models_are_deleted_and_unloaded_by_name(demo: Demo, env: dict[str, str]) -> None:
    assert inside("models", "unload", "llama3.2", env=env).stdout == b"llama3.2:3b is out of memory.\n"
    assert inside("models", "rm", "ollama:llama3.2:3b", env=env).stdout == b"llama3.2:3b is deleted.\n"
    assert b"llama3.2" not in inside("models", env=env).stdout


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[tuple[Demo, dict[str, str]]]:
    with Demo(chunks_per_second=15, models=()) as demo:
        yield demo, environment(demo, tmp_path)


@POSIX
@pytest.mark.pty
def test_on_a_terminal_a_bar_is_drawn_and_ctrl_c_gives_up(slow: tuple[Demo, dict[str, str]]) -> None:
    demo, env = slow
    inherited = {k: v for k, v in bare().items() if k != "TERM"}
    command = [sys.executable, "-m", "hybridchat", "models", "pull", "gemma3:4b"]
    terminal = Terminal(command, columns=90, rows=12, env={**inherited, **env})
    terminal.wait_for("GB")
    terminal.wait_for("━")
    os.kill(terminal.pid, signal.SIGINT)
    terminal.wait_for("Gave up pulling gemma3:4b. The next pull goes on from there.")
    assert terminal.close("") == 130
    deadline = time.monotonic() + 10
    while demo.ollama.open_streams:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@POSIX
@pytest.mark.pty
def test_plain_mode_says_once_how_words_are_kept_and_gets_the_first_model(slow: tuple[Demo, dict[str, str]]) -> None:
    demo, env = slow
    with Talk("--plain", env=env) as talk:
        said = talk.until("\nyou: ")
        assert "no models yet" in said
        assert "/model pull gets it here." in said
        assert "Words that must never leave: /hide WORD" in said
        talk.line("/local")
        assert "Ollama asks ollama.com for it by name" in talk.line("/model pull gemma3:4b", "number, or Enter for none: ")
        talk.line("2")
        assert all(r.path != "/api/pull" for r in demo.ollama.requests)
        talk.line("/auto")
        said = talk.line("/model pull gemma3:4b")
        assert "Pulling gemma3:4b. Ctrl+C gives up." in said
        assert "gemma3:4b: 50 %, 1.0 of 2.0 GB" in said
        assert "gemma3:4b is here." in said
        # held: a machine as busy as one that runs tests would not begin with a model by itself
        talk.line("/model gemma3:4b")
        assert "The capital of France is **Paris**" in talk.line("What is the capital of France?")
        talk.terminal.send("/model", "enter")
        said = talk.until("number, or Enter for none: ")
        assert "2.0 GB, running, " in said
        talk.line("")
        assert "gemma3:4b is out of memory." in talk.line("/model unload gemma3:4b")
        said = talk.line("/model rm gemma3:4b", until="number, or Enter for none: ")
        assert "Delete gemma3:4b from the disk?" in said
        talk.line("2")
        assert all(r.path != "/api/delete" for r in demo.ollama.requests)
        talk.line("/model rm gemma3:4b", until="number, or Enter for none: ")
        assert "gemma3:4b is deleted.\nIt is held no longer" in talk.line("1")
        talk.leave("ctrl+d")
    with Talk("--plain", env=env) as talk:
        assert "Words that must never leave" not in talk.until("\nyou: ")
        talk.leave("ctrl+d")

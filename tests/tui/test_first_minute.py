"""From a machine with Ollama and nothing else to a first useful answer, on a real terminal: in a minute, and in three keys."""

from __future__ import annotations

import json
import os
import re
import time
import urllib.request
from pathlib import Path

import pytest

from hybridchat.demo import Demo
from tests.cli.run import bare

pytestmark = [pytest.mark.pty, pytest.mark.skipif(os.name != "posix", reason="needs a POSIX pseudo-terminal")]

if os.name == "posix":
    import sys

    from tests.support.terminal import Terminal

QUESTION = "What is the capital of France?"
ANSWER = "The capital of France is Paris"
KEYS = 3
"""Keys beside the question's own letters: what an answer may cost."""
MINUTE = 60.0


class Newcomer:
    """Somebody who has never started the program, and whose keys are counted."""

    def __init__(self, demo: Demo, folder: Path, columns: int = 80, rows: int = 24) -> None:
        clean = {k: v for k, v in bare().items() if k != "TERM"}
        env = {
            **clean,
            "OLLAMA_HOST": demo.ollama.url,
            "HYBRIDCHAT_DATA_DIR": str(folder / "data"),
            "HYBRIDCHAT_CONFIG": str(folder / "config.toml"),
        }
        (folder / "config.toml").touch()
        env |= dict.fromkeys(("OPENAI_API_KEY", "ANTHROPIC_API_KEY"), "")
        self.began = time.monotonic()
        self.terminal = Terminal([sys.executable, "-m", "hybridchat"], columns=columns, rows=rows, env=env)
        self.pressed = 0

    def press(self, key: str) -> None:
        self.pressed += 1
        self.terminal.send(key)

    def types(self, text: str) -> None:
        self.terminal.send(text)

    def until_gone(self, text: str) -> None:
        deadline = time.monotonic() + 20
        while text in self.terminal.text():
            assert time.monotonic() < deadline, self.terminal.text()
            self.terminal.pump(0.1)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began


def loaded(demo: Demo, name: str) -> None:
    """Has the server hold the model in memory: on a machine as busy as one that runs tests another one is not begun with."""
    body = json.dumps({"model": name}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{demo.ollama.url}/api/generate", body, method="POST"), timeout=5).close()


def test_with_a_model_there_the_first_answer_costs_one_key(tmp_path: Path) -> None:
    with Demo(chunks_per_second=150, models=("llama3.2",)) as demo:
        loaded(demo, "llama3.2")
        someone = Newcomer(demo, tmp_path)
        # with the first paint, before it is known what was found: nothing asks for anything first
        someone.terminal.wait_for("message…")
        someone.types(QUESTION)
        someone.press("enter")
        someone.terminal.wait_for(ANSWER, MINUTE)
        assert someone.pressed == 1
        assert someone.seconds < MINUTE
        assert someone.terminal.close("ctrl+q") == 0


def test_without_a_model_one_is_pulled_and_the_question_waits_for_it(tmp_path: Path) -> None:
    """The pull takes 3 s here; what is measured is the program, not the network."""
    with Demo(chunks_per_second=15, models=()) as demo:
        someone = Newcomer(demo, tmp_path)
        terminal = someone.terminal
        terminal.wait_for("tab pulls it")
        terminal.wait_for("Words that must never leave?")
        terminal.wait_for("hybridchat demo")
        said = terminal.text()
        assert said.count("✗") + said.count("✓") <= 4
        someone.press("tab")
        terminal.wait_for("on its way")
        terminal.wait_for("pulling ")
        name = re.findall(r"pulling (\S+)", terminal.text())[0]
        someone.types(QUESTION)
        someone.press("enter")
        terminal.wait_for(f"next: {QUESTION}")
        terminal.wait_for("MB/s")
        terminal.wait_for(ANSWER, MINUTE)
        terminal.wait_for(f"{name} · on this machine ·")
        assert someone.pressed <= KEYS
        assert someone.seconds < MINUTE
        assert demo.openai.connections + demo.anthropic.connections == 0
        assert terminal.close("ctrl+q") == 0
        assert b"Traceback" not in terminal.raw


def test_words_are_asked_for_once_in_a_lifetime(tmp_path: Path) -> None:
    with Demo(chunks_per_second=150, models=("llama3.2",)) as demo:
        first = Newcomer(demo, tmp_path)
        first.terminal.wait_for("Words that must never leave?")
        first.press("enter")
        first.until_gone("Words that must never leave?")
        first.types("xyz")
        first.terminal.wait_for(" xyz")
        assert first.terminal.close("ctrl+q") == 0
        second = Newcomer(demo, tmp_path)
        second.terminal.wait_for("asks before anything leaves")
        second.types("xyz")
        second.terminal.wait_for(" xyz")
        assert "Words that must never leave?" not in second.terminal.text()
        assert second.terminal.close("ctrl+q") == 0


def test_without_ollama_the_exact_command_and_the_demo_are_named(tmp_path: Path) -> None:
    with Demo(models=()) as demo:
        demo.ollama.pause()
        someone = Newcomer(demo, tmp_path)
        terminal = someone.terminal
        terminal.wait_for("hybridchat demo")
        assert "nothing answers" in re.sub(r"\s+", " ", terminal.text())
        assert "ollama" in terminal.text().split("✗")[1]
        # what is missing may be started meanwhile: the screen finds it
        demo.ollama.resume()
        terminal.wait_for("tab pulls it")
        assert terminal.close("ctrl+q") == 0

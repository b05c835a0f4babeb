"""Programs that make the calls of the documents, run as their users run them: alone, and often without a shutdown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hybridchat.demo import Demo

HERE = Path(__file__).parent
WARNING = "oblix_api_key is ignored"
IDLE = """
import runpy, sys, psutil
psutil.cpu_percent = lambda *_: 5.0
psutil.getloadavg = lambda: (0.1, 0.1, 0.1)
runpy.run_path(sys.argv[1], run_name="__main__")
"""
"""Runs a program on a machine that does nothing else: what the tests' own machine does moves no prompt to the cloud."""


def run(name: str, demo: Demo, typed: str = "") -> tuple[list[str], str]:
    """What the program printed, by lines, and what it said on stderr; it has ended by itself, and well."""
    env = {**os.environ, **demo.env(), "PYTHONPATH": str(HERE.parents[1]), "OTHER_PRODUCTS_KEY": "x"}
    done = subprocess.run(
        [sys.executable, "-c", IDLE, str(HERE / "programs" / f"{name}.py")],
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**env, "PYTHONIOENCODING": "utf-8"},
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines(), done.stderr


def quiet_but_for_the_warning(stderr: str) -> bool:
    return stderr.count("Warning") == 1 and WARNING in stderr and len(stderr.splitlines()) == 2


def test_an_answer_says_who_gave_it_and_what_the_agents_thought(demo: Demo) -> None:
    told, stderr = run("basic", demo)
    assert told[0].startswith("from ollama:llama2: ")
    assert "Paris" in told[0]
    assert [line for line in told if line.startswith("resource_monitor=")]
    assert "connectivity_monitor=optimal,cloud" in told
    assert quiet_but_for_the_warning(stderr)


def test_a_hard_prompt_uses_a_higher_tier_than_an_easy_one(demo: Demo) -> None:
    (easy, hard), stderr = run("tiers", demo)
    assert easy == "ollama:phi"
    assert hard.startswith("openai:gpt-")
    assert stderr == ""


def test_a_task_that_wants_thought_uses_the_higher_tier_of_two_local_models(demo: Demo) -> None:
    assert run("steps", demo) == (["ollama:phi", "ollama:llama2"], "")


def test_limits_of_its_own_states_in_lower_case_and_figures_are_told(demo: Demo) -> None:
    told, _ = run("states", demo)
    said = dict(line.split(" ", 1) for line in told)
    assert said["resources"] in {"available", "constrained", "critical", "unknown"}
    assert said["network"] == "optimal"
    assert said["model"] in {"ollama:llama2 on_device", "openai:gpt-4 in_cloud"}
    assert said["figures"] == "True"
    assert said["both"] == "openai:gpt-4 claude:claude-3-opus-20240229"


def test_without_a_network_the_first_answer_already_says_so(demo: Demo) -> None:
    demo.conditions.offline = True
    told, _ = run("loop", demo, "What is the capital of France?\nexit\n")
    assert "<ollama:llama2>" in told[0]
    assert "OFFLINE" in told


def test_a_program_that_blocks_in_input_is_answered_and_ends_without_a_shutdown(demo: Demo) -> None:
    told, stderr = run("loop", demo, "What is the capital of France?\nhello\nexit\n")
    assert "<ollama:llama2>" in told[0]
    assert "Paris" in told[0]
    assert len([line for line in told if "<ollama:llama2>" in line]) == 2
    assert quiet_but_for_the_warning(stderr)


def test_a_forced_model_answers_and_the_time_is_told(demo: Demo) -> None:
    told, stderr = run("speed", demo)
    assert re.fullmatch(r"ollama:phi took \d+\.\d\d seconds", told[0])
    assert len(told) == 2
    assert quiet_but_for_the_warning(stderr)


def test_an_agent_of_the_programs_own_moves_prompts_until_its_money_is_gone(demo: Demo) -> None:
    told, stderr = run("budget", demo)
    assert told == ["ollama:llama2 fine short", "openai:gpt-4 fine long", "ollama:llama2 tight long"]
    assert quiet_but_for_the_warning(stderr)


@pytest.mark.parametrize("ending", ["quit\n", "EXIT\n", ""])
def test_a_chat_reads_lines_until_told_to_stop(demo: Demo, ending: str) -> None:
    told, stderr = run("talk", demo, f"What is the capital of France?\n\n{ending}")
    assert "Paris" in told[0]
    assert told[-2:] == ["[ollama:llama2]", "openai:gpt-4 claude:claude-3-opus-20240229"]
    assert stderr == ""


def test_a_client_survives_its_event_loop(demo: Demo) -> None:
    assert run("twice", demo) == (["ollama:llama2 ollama:llama2"], "")

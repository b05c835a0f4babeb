"""`hybridchat ask` as scripts use it: answer on stdout, notices on stderr, exit codes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from hybridchat.demo import Demo, Fault
from hybridchat.facts import Device, ResourceState, Snapshot
from hybridchat.providers.ollama_start import command as start_ollama
from hybridchat.sessions.store import Store
from tests.cli.run import ROOT, bare, hybridchat, inside
from tests.support.chats import environment

CARD = "4111 1111 1111 1111"
PRIVATE = f"repeat: a@b.example {CARD}"


@pytest.fixture
def env(demo: Demo, tmp_path: Path) -> dict[str, str]:
    return environment(demo, tmp_path)


def test_the_answer_is_on_stdout_and_everything_else_on_stderr(env: dict[str, str]) -> None:
    done = hybridchat("ask", "What is the capital of France?", env=env)
    assert done.returncode == 0, done.stderr
    assert b"Paris" in done.stdout
    assert b"on this machine" in done.stderr
    assert b"on this machine" not in done.stdout
    assert b"\x1b" not in done.stdout + done.stderr


def test_quiet_says_nothing_but_the_answer(env: dict[str, str]) -> None:
    assert inside("ask", "-q", "capital of France", env=env).stderr == b""


def test_piped_text_comes_first_then_the_argument(demo: Demo, env: dict[str, str]) -> None:
    done = hybridchat("ask", "what is this?", env=env, stdin="repeat: grüße\n".encode())
    assert done.stdout.decode() == "grüße\n\nwhat is this?\n"


def test_private_values_never_leave_and_come_back_in_the_answer(demo: Demo, env: dict[str, str]) -> None:
    done = inside("ask", "--cloud", PRIVATE, env=env)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().strip() == PRIVATE.removeprefix("repeat: ")
    (body,) = [r.body for s in (demo.openai, demo.anthropic) for r in s.requests]
    assert b"a@b.example" not in body
    assert CARD.encode() not in body
    listed = inside("ledger", "--json", env=env)
    (row,) = [json.loads(line) for line in listed.stdout.splitlines()]
    assert row["sha256"] == hashlib.sha256(body).hexdigest()
    assert row["bytes"] == len(body)
    assert inside("ledger", "--raw", row["id"], env=env).stdout == body


def test_without_a_terminal_the_cloud_needs_consent_on_the_command_line(demo: Demo, env: dict[str, str]) -> None:
    done = inside("ask", "-m", "anthropic:claude-haiku-5-5", "hello", env=env)
    assert done.returncode == 3
    assert b"--cloud" in done.stderr
    assert not demo.openai.requests
    assert not demo.anthropic.requests


def test_local_is_a_promise(demo: Demo, env: dict[str, str]) -> None:
    demo.ollama.fail(Fault(kind="status", status=500))
    done = inside("ask", "--local", "hello", env=env)
    assert done.returncode == 1
    assert demo.openai.connections == demo.anthropic.connections == 0


def test_json_is_one_object_of_schema_1(env: dict[str, str]) -> None:
    done = hybridchat("ask", "--json", "capital of France", env=env)
    record = json.loads(done.stdout)
    assert record["schema"] == 1
    assert record["model_id"].startswith("ollama:")
    assert "Paris" in record["response"]
    assert set(record["agent_checks"]) == {"resource_monitor", "connectivity_monitor"}
    assert record["agent_checks"]["resource_monitor"]["state"] == "unknown"
    assert record["inference_source"] == "on_device"
    assert record["metrics"]["output_tokens"] > 0
    assert record["metrics"]["total_latency"] > 0
    assert record["redactions"] == {}
    assert record["routing_decision"]["candidates"]


def test_json_holds_nothing_that_steers_the_terminal_it_is_printed_to(env: dict[str, str]) -> None:
    said = "caf\u00e9 \u009b31m red \u202e back"
    done = inside("ask", "--json", f"repeat: {said}", env=env)
    assert json.loads(done.stdout)["response"] == said
    assert not set(done.stdout.decode()) & {"\u009b", "\u202e"}
    assert "caf\u00e9" in done.stdout.decode()


def test_json_counts_redactions_and_names_no_value(env: dict[str, str]) -> None:
    done = inside("ask", "--json", "--cloud", PRIVATE, env=env)
    assert json.loads(done.stdout)["redactions"] == {"EMAIL": 1, "CARD": 1}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [((), 1), (("--local", "--cloud"), 2), (("-m", "openai:gpt-6.1-terra"), 3), (("--session", "ffff"), 2)],
)
def test_json_is_one_object_also_when_it_fails(demo: Demo, env: dict[str, str], arguments: tuple[str, ...], code: int) -> None:
    demo.ollama.fail(Fault(kind="status", status=500))
    done = inside("ask", "--json", *(arguments or ("--local",)), "hello", env=env)
    assert done.returncode == code
    record = json.loads(done.stdout)
    assert record["schema"] == 1
    assert record["response"] == ""
    assert record["error"]["message"]


def test_a_budget_too_small_is_5_and_nothing_is_sent(demo: Demo, env: dict[str, str]) -> None:
    Path(env["HYBRIDCHAT_CONFIG"]).write_text(
        '[limits]\ndaily_budget = 0.0001\n[models."openai:gpt-6.1-terra".price]\ninput = 1.0\noutput = 5.0\n'
    )
    done = inside("ask", "--cloud", "-m", "openai:gpt-6.1-terra", "hello", env=env)
    assert done.returncode == 5, done.stderr
    assert b"budget" in done.stderr
    assert not demo.openai.requests


def test_local_with_a_cloud_model_is_3(demo: Demo, env: dict[str, str]) -> None:
    done = inside("ask", "--local", "-m", "openai:gpt-6.1-terra", "hello", env=env)
    assert done.returncode == 3, done.stderr
    assert not demo.openai.connections


def test_a_model_of_a_dead_server_is_4_and_names_the_fix(demo: Demo, env: dict[str, str]) -> None:
    demo.ollama.pause()
    done = inside("ask", "-m", "ollama:llama3.2:3b", "hello", env=env)
    assert done.returncode == 4
    assert start_ollama().encode() in done.stderr


def test_whole_answers_come_at_once_and_are_the_same(env: dict[str, str]) -> None:
    streamed = inside("ask", "--local", "-q", "Tell me about SQL", env=env)
    whole = inside("ask", "--local", "-q", "--no-stream", "Tell me about SQL", env=env)
    assert streamed.stdout == whole.stdout != b""


def test_a_session_goes_on_by_the_start_of_its_id(demo: Demo, env: dict[str, str]) -> None:
    inside("ask", "repeat: first", env=env)
    (listed,) = inside("sessions", env=env).stdout.decode().splitlines()
    inside("ask", "--session", listed.split()[0][:4], "repeat: second", env=env)
    last = json.loads([r for r in demo.ollama.requests if r.path == "/api/chat"][-1].body)
    assert [m["content"] for m in last["messages"] if m["role"] == "user"] == ["repeat: first", "repeat: second"]


@pytest.mark.parametrize(("age", "state"), [(60.0, "constrained"), (100.0, "unknown")])
def test_the_gauges_of_a_running_chat_count_while_they_are_young(env: dict[str, str], age: float, state: str) -> None:
    store = Store.open(Path(env["HYBRIDCHAT_DATA_DIR"]) / "hybridchat.db")
    left = Snapshot(device=Device(state=ResourceState.CONSTRAINED, reason="cpu 91 %"))
    store.save_snapshot(msgspec.json.encode(left).decode(), time.time() - age)
    store.shut()
    record = json.loads(inside("ask", "--json", "--local", "hello", env=env).stdout)
    assert record["agent_checks"]["resource_monitor"]["state"] == state


def test_a_dry_run_leaves_the_last_question_alone(env: dict[str, str]) -> None:
    here = {**env, "TMUX_PANE": "%7"}
    inside("ask", "repeat: first", env=here)
    inside("ask", "--dry-run", "repeat: not asked", env=here)
    assert len(inside("sessions", env=env).stdout.splitlines()) == 1
    assert inside("ask", "-c", "--dry-run", "repeat: second", env=here).returncode == 0


def test_a_dry_run_sends_nothing(demo: Demo, env: dict[str, str]) -> None:
    done = inside("ask", "--dry-run", "--cloud", "--json", PRIVATE, env=env)
    record = json.loads(done.stdout)
    assert done.returncode == 0
    assert record["redactions"] == {"EMAIL": 1, "CARD": 1}
    assert record["tokens"] > 0
    assert demo.openai.connections == demo.anthropic.connections == 0
    assert not [r for r in demo.ollama.requests if r.path == "/api/chat"]


def test_continue_goes_on_with_this_terminals_last_question(demo: Demo, env: dict[str, str]) -> None:
    here = {**env, "TMUX_PANE": "%7"}
    hybridchat("ask", "repeat: first", env=here)
    hybridchat("ask", "repeat: elsewhere", env={**env, "TMUX_PANE": "%8"})
    hybridchat("ask", "-c", "repeat: second", env=here)
    last = json.loads([r for r in demo.ollama.requests if r.path == "/api/chat"][-1].body)
    said = [m["content"] for m in last["messages"] if m["role"] == "user"]
    assert said == ["repeat: first", "repeat: second"]


def test_no_log_saves_nothing(env: dict[str, str]) -> None:
    inside("ask", "-n", "repeat: unsaved-word", env=env)
    folder = Path(env["HYBRIDCHAT_DATA_DIR"])
    assert not folder.exists() or not any(b"unsaved-word" in f.read_bytes() for f in folder.iterdir())


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(kind="status", status=500), 1),
        (Fault(kind="cut", after=3), 6),
        (Fault(kind="truncate", after=3), 6),
        (Fault(kind="malformed", after=3), 6),
    ],
    ids=lambda value: getattr(value, "kind", str(value)),
)
def test_exit_codes_of_a_failing_server(demo: Demo, env: dict[str, str], fault: Fault, code: int) -> None:
    demo.ollama.fail(fault)
    done = inside("ask", "--local", "Tell me about SQL", env=env)
    assert done.returncode == code, done.stderr
    assert b"Traceback" not in done.stderr


def test_nothing_reachable_is_4_and_names_the_endpoint_and_the_fix(demo: Demo, env: dict[str, str]) -> None:
    demo.ollama.pause()
    done = hybridchat("ask", "--local", "hello", env=env)
    assert done.returncode == 4
    assert demo.ollama.url.removeprefix("http://").encode() in done.stderr
    assert start_ollama().encode() in done.stderr


@pytest.mark.parametrize(
    ("arguments", "stdin", "word"),
    [
        ((), b"", b"Nothing was asked"),
        (("hello",), b"\x7fELF\0\0\0", b"binary"),
        (("hello",), b"caf\xe9", b"UTF-8"),
        (("-m", "ollama:nope", "hello"), b"", b"no model"),
        (("--local", "--cloud", "hello"), b"", b"cannot both"),
        (("--session", "ffff", "hello"), b"", b"no conversation ffff"),
        (("-c", "hello"), b"", b"no earlier question"),
        (("--nonsense", "hello"), b"", b"--nonsense"),
    ],
)
def test_bad_usage_is_2_and_one_sentence(env: dict[str, str], arguments: tuple[str, ...], stdin: bytes, word: bytes) -> None:
    done = inside("ask", *arguments, env=env, stdin=stdin)
    assert done.returncode == 2, done.stderr
    assert word in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == b""


def test_a_question_without_ask_suggests_ask(env: dict[str, str]) -> None:
    done = inside("why is the sky blue?", env=env)
    assert done.returncode == 2
    assert b'hybridchat ask "why is the sky blue?"' in done.stderr


def test_a_wrong_configuration_names_file_line_and_key(env: dict[str, str]) -> None:
    path = Path(env["HYBRIDCHAT_CONFIG"])
    path.write_text('# mine\n[privacy]\ncloud = "sometimes"\n')
    done = inside("ask", "hello", env=env)
    assert done.returncode == 2
    assert f"{path}:3".encode() in done.stderr
    assert b"privacy.cloud" in done.stderr
    assert b"never" in done.stderr
    assert path.read_text().startswith("# mine")


def test_a_one_megabyte_question_is_answered(env: dict[str, str]) -> None:
    done = inside("ask", "--local", env=env, stdin=b"word " * 200_000)
    assert done.returncode in (0, 4), done.stderr
    assert b"Traceback" not in done.stderr


def test_a_closed_pipe_ends_quietly(env: dict[str, str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "hybridchat", "ask", "--local", "a very long essay"],
        env={**bare(), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    noise = process.stderr.read()
    process.wait(30)
    process.stderr.close()
    assert b"Traceback" not in noise
    assert b"BrokenPipe" not in noise


@pytest.mark.skipif(os.name != "posix", reason="sets the encoding of a POSIX pipe")
def test_a_cp1252_stdout_still_gets_utf8(env: dict[str, str]) -> None:
    done = hybridchat("ask", "repeat: naïve → 北京 🙂", env={**env, "PYTHONIOENCODING": "cp1252"})
    assert done.stdout.decode() == "naïve → 北京 🙂\n"


def test_keys_show_nowhere(demo: Demo, env: dict[str, str]) -> None:
    key = "sk-" + "very-secret-" * 3
    own = {**env, "OPENAI_API_KEY": key}
    demo.openai.fail(Fault(kind="status", status=401, message=f"bad key {key}"))
    done = inside("ask", "-m", "openai:gpt-6.1-terra", "--cloud", "hello", env=own)
    assert done.returncode == 1
    assert key.encode() not in done.stdout + done.stderr
    assert b"OPENAI_API_KEY" in done.stderr
    for file in Path(env["HYBRIDCHAT_DATA_DIR"]).iterdir():
        assert key.encode() not in file.read_bytes()


def test_think_reaches_the_model_and_a_model_that_cannot_answers_without(env: dict[str, str], demo: Demo) -> None:
    done = inside("ask", "--think", "high", "--cloud", "-m", "anthropic:claude-haiku-5-5", "capital of France", env=env)
    assert (done.returncode, b"Paris" in done.stdout, b"thought" in done.stderr) == (0, True, True)
    assert json.loads(demo.anthropic.requests[-1].body)["output_config"] == {"effort": "high"}
    done = inside("ask", "--think=high", "-m", "llama3.2:3b", "capital of France", env=env)
    assert b"llama3.2:3b cannot think" in done.stderr
    assert inside("ask", "--think", "high", "--dry-run", "hi", env=env).stdout.count(b"think    cannot think") == 1


def test_a_level_of_thinking_that_there_is_not_is_refused(env: dict[str, str]) -> None:
    done = inside("ask", "--think", "nuts", "hi", env=env)
    assert (done.returncode, done.stderr) == (2, b"--think is off, low, medium, high; 'nuts' is not.\n")

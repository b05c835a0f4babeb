"""Plain mode on a real terminal: append-only lines, the same commands, numbered choices."""

from __future__ import annotations

import asyncio
import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from hybridchat.cli import sentences
from hybridchat.cli.plain_commands import HANDLERS
from hybridchat.cli.plain_turn import Teller
from hybridchat.cli.teletype import Teletype
from hybridchat.commands import COMMANDS
from hybridchat.conversation import Ending
from hybridchat.demo import Demo, Fault
from hybridchat.events import Ended, HandedOver
from hybridchat.facts import Locality, Mode, Timings
from hybridchat.sessions.store import Store
from tests.cli.run import hybridchat
from tests.support.chats import CALM, environment

if os.name != "posix":
    pytest.skip("needs a POSIX pseudo-terminal", allow_module_level=True)

from tests.cli.talk import Talk

pytestmark = pytest.mark.pty


@pytest.fixture
def env(demo: Demo, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "config.toml").write_text('[pair]\nlocal = "ollama:llama3.2:3b"\ncloud = "openai:gpt-6.1-terra"\n')
    return environment(demo, tmp_path)


def cloud_bodies(demo: Demo) -> list[bytes]:
    return [r.body for server in (demo.openai, demo.anthropic) for r in server.requests if r.body]


def test_every_command_of_the_table_has_a_handler() -> None:
    assert set(HANDLERS) == {command.name for command in COMMANDS}


@pytest.mark.parametrize("bell", [True, False])
def test_the_end_of_an_answer_rings_unless_the_setting_says_no(capsys: pytest.CaptureFixture[str], bell: bool) -> None:
    ended = Ended("t", "a", Ending.COMPLETE, "ollama:m", Locality.ON_DEVICE, timings=Timings(total_s=0.4))
    Teller(Teletype(), demo=False, bell=bell).tell(ended)
    assert ("\a" in capsys.readouterr().out) is bell


def test_what_an_answer_waits_for_is_said_while_its_model_is_loaded(capsys: pytest.CaptureFixture[str]) -> None:
    event = HandedOver("t", "a", "ollama:m", "127.0.0.1:11434", Locality.ON_DEVICE, loads=True, load_s=6.2)
    Teller(Teletype(), demo=False, bell=False).tell(event)
    assert "(loading 6 s" in capsys.readouterr().out
    assert sentences.notices(event) == ["m: loading 6 s"]
    assert sentences.notices(replace(event, loads=False)) == []


def test_a_line_that_the_terminal_cut_is_told_and_one_that_it_marks_as_pasted_names_no_file(
    demo: Demo, env: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "key.txt").write_text("not for anybody\n")
    with Talk("--plain", env=env, term="dumb") as talk:
        talk.until("\nyou: ")
        talk.terminal.write(b"repeat: " + b"x" * 5000 + b"\r")
        assert "The terminal cuts a line" in talk.until("\nyou: ")
        talk.terminal.write(f"\x1b[200~repeat: @{tmp_path}/key.txt\x1b[201~\r".encode())
        assert "\nNot typed, but there is such a file: key.txt, " in talk.until("Enter for none: ")
        assert f"local: @{tmp_path}/key.txt\n" in talk.line("")


def test_a_conversation_from_the_first_word_to_the_last(demo: Demo, env: dict[str, str]) -> None:
    with Talk("chat", "--plain", env=env) as talk:
        hello = talk.until("\nyou: ")
        assert "plain mode" in hello
        assert "key found, not contacted" in hello
        answered = talk.line("What is the capital of France?")
        assert "\nllama3.2:3b, local: The capital of France is **Paris**" in answered
        assert "(llama3.2:3b, on this machine, " in answered
        assert not cloud_bodies(demo)

        talk.line("/hide Bourbaki")
        question = talk.line("/other", "number, or Enter for none: ")
        assert "Ask gpt-6.1-terra at 127.0.0.1" in question
        assert "\ny, a, v, l, n, e or a number, or Enter for none: " in question
        for answer in ("3", "v", "View"):
            viewed = talk.line(answer, "number, or Enter for none: ")
            assert "user: What is the capital of France?" in viewed
        for answer in ("yep", "ok", "0", "99", "-1", "x"):
            assert "A number from 1 to " in talk.line(answer, "number, or Enter for none: "), answer
        talk.terminal.write(b"repeat: pasted\ry\r1\r")
        talk.until("are your next message.")
        talk.until("number, or Enter for none: ")
        assert not cloud_bodies(demo)
        told = talk.line("Y", "you: repeat: pasted")
        assert "\nSent to the cloud: 1 turn\nLeft this machine: 0 hidden, " in told
        assert "\ngpt-6.1-terra, cloud: The capital of France" in told
        assert "bytes" in told
        assert len(cloud_bodies(demo)) == 1
        assert ", local: pasted\ny\n1\n" in talk.until("\nyou: ")

        assert "no number" not in talk.line("/cloud")
        talk.line("repeat: write to Bourbaki at n@b.example", "number, or Enter for none: ")
        told = talk.line("a")
        assert "gpt-6.1-terra, cloud: write to Bourbaki at n@b.example" in told
        sent = cloud_bodies(demo)[-1]
        assert b"Bourbaki" not in sent
        assert b"n@b.example" not in sent
        assert "cloud: " in talk.line("repeat: again", "cloud: ")  # not asked again in this conversation
        talk.until("\nyou: ")

        assert "LOCAL ONLY" in talk.line("/local")
        before = len(cloud_bodies(demo))
        assert "llama3.2:3b, local: still here" in talk.line("repeat: still here")
        assert len(cloud_bodies(demo)) == before
        why = talk.line("/why")
        assert "\nllama3.2:3b on this machine was chosen. LOCAL ONLY is on.\n" in why
        assert "\n  gpt-6.1-terra, not asked: LOCAL ONLY is on.\n" in why
        assert "\n  With CLOUD ONLY: gpt-6.1-terra in the cloud would answer.\n" in why
        status = talk.line("/status")
        assert "This machine: " in status
        assert "LOCAL ONLY" in status
        assert "local: still here" in talk.line("/retry")

        assert "is now called: On France" in talk.line("/rename On France")
        talk.line("/new")
        listed = talk.line("/sessions", "number, or Enter for none: ")
        assert listed.count("On France (5 turns, ") == 1
        assert "  2 " not in listed  # the new conversation holds no question, so it is nowhere
        shown = talk.line("1", "\nllama3.2:3b, local: still here\n")
        talk.until("\nyou: ")
        assert "you: What is the capital of France?" in shown
        assert "Deleted: On France" in talk.line("/delete")
        assert "no saved conversation" in talk.line("/sessions")
        assert "Back: On France" in talk.line("/undo", "\nyou: repeat: still here\n")
        talk.until("\nyou: ")
        assert "no command /wyh. Did you mean /why?" in talk.line("/wyh")
        assert "\nCommands begin with a slash: /quit." in talk.line("quit")
        assert "local: " in talk.line("quit")
        assert talk.leave("/quit", "enter") == 0
        assert b"\x1b" not in talk.raw
    assert b"On France" in hybridchat("sessions", env=env).stdout


def test_of_a_long_conversation_that_is_opened_the_end_is_told(env: dict[str, str]) -> None:
    store = Store.open(Path(env["HYBRIDCHAT_DATA_DIR"]) / "hybridchat.db")
    session = store.new_session()

    async def ask() -> None:
        parent = None
        for n in range(12):
            parent = (await store.ask(session.id, f"number {n}", parent_id=parent, ending=Ending.STOPPED)).id
        await store.close()

    asyncio.run(ask())
    with Talk("--plain", "--session", session.id, env=env) as talk:
        opened = talk.until("\nyou: number 11\n")
    assert "\nThe last 10 questions; /find TEXT looks in all of them.\nyou: number 2\n" in opened


def test_local_is_a_promise_also_for_a_conversation_in_which_another_mode_is_held(demo: Demo, env: dict[str, str]) -> None:
    store = Store.open(Path(env["HYBRIDCHAT_DATA_DIR"]) / "hybridchat.db")
    session = store.new_session(mode=Mode.ONLY_CLOUD)
    store.allow(session.id, f"127.0.0.1:{demo.openai.port}")
    asyncio.run(store.close())
    with Talk("--plain", "--local", "--session", session.id, env=env) as talk:
        assert sentences.SAID_OF_MODE[Mode.ONLY_LOCAL] in talk.until("\nyou: ")
        talk.line("repeat: hello there")
    assert not demo.openai.connections


def test_a_conversation_that_another_process_erased_is_told_in_a_sentence_and_the_program_goes_on(env: dict[str, str]) -> None:
    with Talk("--plain", env=env) as talk:
        talk.until("\nyou: ")
        talk.line("repeat: one")
        assert hybridchat("sessions", "purge", "--all", "--now", env=env).returncode == 0
        said = talk.line("repeat: two")
        assert "No answer: there is no " in said
        assert "Not done: there is no " in talk.line("/queue repeat: two")
        assert "three" in talk.line("/new") + talk.line("repeat: three")


def test_our_own_words_are_ascii_where_the_terminal_is(demo: Demo, env: dict[str, str]) -> None:
    for plainly in ({"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C"}):
        demo.ollama.clear()
        with Talk(env={**env, **plainly}, term="dumb") as talk:
            talk.until("\nyou: ")
            talk.line("capital of France")
            talk.line("/status")
            talk.line("/why")
            talk.line("/help")
            talk.line("/other", "for none: ")
            talk.line("3", "for none: ")
            talk.line("")
            assert talk.leave("ctrl+d") == 0
            assert talk.raw.isascii()
            assert b"\x1b" not in talk.raw
            assert b", on this machine, " in talk.raw


@pytest.mark.parametrize("how", [{"ACCESSIBLE": "1"}, {"HYBRIDCHAT_PLAIN": "1"}], ids=lambda how: next(iter(how)))
def test_the_bare_command_honours_what_asks_for_plain_lines(env: dict[str, str], how: dict[str, str]) -> None:
    with Talk(env={**env, **how}) as talk:
        assert "plain mode" in talk.until("\nyou: ")
        assert talk.leave("ctrl+d") == 0
        assert b"\x1b" not in talk.raw
    assert b"Nothing is saved yet" not in hybridchat("sessions", env=env).stderr
    assert hybridchat("sessions", env=env).stdout == b""  # a look around leaves no empty conversation


def test_ctrl_c_stops_an_answer_and_at_the_prompt_says_how_to_leave(tmp_path: Path) -> None:
    with Demo(chunks_per_second=60) as slow, Talk("--plain", env=environment(slow, tmp_path)) as talk:
        talk.until("\nyou: ")
        talk.line("a very long essay", "local: ")
        talk.until(" ")
        talk.terminal.send("ctrl+c")
        assert "\nStopped\n" in talk.until("\nyou: ")
        deadline = time.monotonic() + 10
        while slow.ollama.open_streams:
            assert time.monotonic() < deadline, "the server was left generating"
            time.sleep(0.01)
        told = b"To leave: /quit, or Ctrl+D."
        while told not in talk.raw:
            assert time.monotonic() < deadline + 30, talk.raw[-300:]
            # one that comes in the moment before the line is read is noticed with the next key only
            talk.terminal.send("ctrl+c")
            patience = time.monotonic() + 3
            while told not in talk.raw and time.monotonic() < patience:
                talk.terminal.pump(0.2)
        talk.until("\nyou: ")
        shown = talk.line("/copy")
        assert len(shown) > 60
        assert talk.leave("ctrl+d") == 0


def test_an_answer_after_a_fallback_has_its_own_label(demo: Demo, env: dict[str, str]) -> None:
    Path(env["HYBRIDCHAT_CONFIG"]).write_text(f'[privacy]\ncloud = "auto"\n[pair]\nlocal = "ollama:llama3.2:3b"\n{CALM}')
    with Talk("--plain", env=env) as talk:
        talk.until("\nyou: ")
        demo.ollama.fail(Fault(kind="status", status=500, times=9))
        told = talk.line("repeat: hello there")
        assert "llama3.2:3b did not answer" in told
        assert ", cloud: hello there" in told
        demo.ollama.fail(None)
        for server in (demo.openai, demo.anthropic):
            server.pause()
        assert "llama3.2:3b, local: Paris" in talk.line("repeat: Paris")


def test_several_pasted_lines_are_one_message_and_a_backslash_goes_on(demo: Demo, env: dict[str, str]) -> None:
    with Talk("--plain", env=env) as talk:
        talk.until("\nyou: ")
        talk.terminal.write(b"repeat: one\r  two\rthree\r")
        talk.until("three\n(")
        talk.until("\nyou: ")
        talk.line("repeat: four \\", "... ")
        talk.line("five")
    asked = [json.loads(r.body)["messages"][-1]["content"] for r in demo.ollama.requests if r.path == "/api/chat" and r.body]
    assert asked == ["repeat: one\n  two\nthree", "repeat: four \nfive"]


def test_thinking_is_one_line_and_a_narrow_terminal_loses_nothing(tmp_path: Path) -> None:
    with (
        Demo(chunks_per_second=0, models=("deepseek-r1:8b",)) as thinker,
        Talk("--plain", "-m", "deepseek-r1", env=environment(thinker, tmp_path), columns=20) as talk,
    ):
        talk.until("you: ")
        told = talk.line("capital of France")
        assert told.count("(thinking …)") == 1
        assert "Paris" in told
        assert "The message has" not in told


def test_a_model_that_is_not_there_ends_it_in_one_sentence(env: dict[str, str]) -> None:
    with Talk("--plain", "-m", "nope", env=env) as talk:
        assert "There is no model nope" in talk.until("\n")
        assert talk.leave() == 2


def test_a_habit_of_overrides_becomes_a_rule_when_the_user_says_so(demo: Demo, env: dict[str, str], tmp_path: Path) -> None:
    with Talk("--plain", env={**env, "HYBRIDCHAT_CLOUD": "auto"}) as talk:
        talk.until("\nyou: ")
        for n in range(3):
            talk.line("/new")
            talk.line("SELECT name FROM users")
            said = talk.line("/other", "for none: " if n == 2 else "\nyou: ")
        assert "You moved 3 of the last 3 SQL questions to the cloud. Start there next time?" in said
        assert "holds from now on" in talk.line("1")
    assert 'use = "prefer_cloud"' in (tmp_path / "config.toml").read_text()


def test_the_first_spend_asks_for_a_budget_and_one_that_is_spent_can_be_overridden_once(
    demo: Demo, env: dict[str, str], tmp_path: Path
) -> None:
    with (tmp_path / "config.toml").open("a") as file:
        file.write('[models."openai:gpt-6.1-terra"]\nprice = { input = 10.0, output = 100.0, as_of = 2026-11-01 }\n')
    with Talk("--plain", env=env) as talk:
        talk.until("\nyou: ")
        talk.line("/cloud")
        talk.line("hello there", "Enter for none: ")
        assert "No daily budget is set. This costs about $0.41." in talk.line("1", "Enter for none: ")
        assert "five is no amount" in talk.line("five", "Enter for none: ")
        refused = talk.line("0.01", "number, or Enter for none: ")
        assert "The daily budget is $0.01." in refused
        assert "1 send it once anyway" in refused
        assert not cloud_bodies(demo)
        assert "gpt-6.1-terra, cloud, " in talk.line("1")
        assert "1 send it once anyway" in talk.line("hello again", "Enter for none: ")
        talk.line("2")
        assert len(cloud_bodies(demo)) == 1
        assert "of today's $0.01 spent" in talk.line("/budget")
    assert "daily_budget = 0.01" in (tmp_path / "config.toml").read_text()


def test_only_what_the_budget_refused_is_sent_in_spite_of_it(demo: Demo, env: dict[str, str]) -> None:
    with Talk("--plain", "--local", "-m", "openai:gpt-6.1-terra", env=env) as talk:
        talk.until("\nyou: ")
        refused = talk.line("hello there")
        assert "without --local" in refused
        assert "/auto" not in refused
        assert "No question was refused for the budget." in talk.line("/anyway")
    assert not cloud_bodies(demo)

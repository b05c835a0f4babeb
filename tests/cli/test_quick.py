"""The short way to `ask` and to the chat takes the same command line as Typer, and leaves to Typer what it does not know."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.main import get_command

from hybridchat.cli import app as commands
from hybridchat.cli import quick
from hybridchat.cli.start import Opening
from tests.cli.run import hybridchat


def test_every_option_of_ask_is_known() -> None:
    params = [p for p in get_command(commands.app).commands["ask"].params if p.param_type_name == "option"]  # type: ignore[attr-defined]
    switches = {name for p in params if p.is_flag for name in p.opts}
    assert switches - {"--help", "-h"} == set(quick.SWITCHES)
    assert {name for p in params for name in p.opts} - switches - {"--help", "-h"} == set(quick.VALUES)


def test_words_and_options_may_be_mixed() -> None:
    options = quick.read(["why", "-q", "--model=ollama:llama3.2", "is", "--session", "ab12", "-c", "--", "--local", "true?"])
    assert options is not None
    assert options.words == ("why", "is", "--local", "true?")
    assert (options.model, options.session, options.quiet, options.resume_last) == ("ollama:llama3.2", "ab12", True, True)
    assert not options.local
    assert options.stream


def test_files_add_up() -> None:
    options = quick.read(["why", "--file", "a.txt", "--file=b.png"])
    assert options is not None
    assert options.files == (Path("a.txt"), Path("b.png"))


@pytest.mark.parametrize(
    "argv",
    [
        ["--help"],
        ["-h"],
        ["-qn", "why"],
        ["--modle", "x", "why"],
        ["why", "-m"],
        ["-m", "--local", "why"],
        ["-m=x", "why"],
        ["--model="],
    ],
)
def test_what_is_not_plain_is_left_to_typer(argv: list[str]) -> None:
    assert quick.read(argv) is None


def test_every_option_of_the_chat_is_known() -> None:
    params = [p for p in get_command(commands.app).commands["chat"].params if p.param_type_name == "option"]  # type: ignore[attr-defined]
    switches = {name for p in params if p.is_flag for name in p.opts}
    assert switches - {"--help", "-h"} == set(quick.CHAT_SWITCHES)
    assert {name for p in params for name in p.opts} - switches - {"--help", "-h"} == set(quick.CHAT_VALUES)


@pytest.mark.parametrize(
    ("argv", "opening"),
    [
        ([], Opening()),
        (["chat"], Opening()),
        (["--demo", "--plain"], Opening(demo=True, plain=True)),
        (["chat", "--private", "-m", "llama3.2"], Opening(private=True, model="llama3.2")),
        (["--local", "--no-save"], Opening(local=True, save=False)),
        (["chat", "--session=ab12"], Opening(session="ab12")),
    ],
)
def test_a_chat_is_opened_as_its_command_line_says(argv: list[str], opening: Opening) -> None:
    assert quick.chat(argv) == opening


@pytest.mark.parametrize(
    "argv", [["models"], ["chat", "why"], ["--version"], ["--demo", "models"], ["chat", "chat"], ["--session"]]
)
def test_other_commands_are_left_to_typer(argv: list[str]) -> None:
    assert quick.chat(argv) is None


@pytest.mark.parametrize(("typed", "wanted"), [("hybridchat led", "ledger"), ("hybridchat ask --dr", "--dry-run")])
def test_a_shell_that_completes_gets_words_and_no_chat(tmp_path: Path, typed: str, wanted: str) -> None:
    asks = {"_HYBRIDCHAT_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    done = hybridchat(env={"HYBRIDCHAT_DATA_DIR": str(tmp_path), **asks})
    assert (done.returncode, done.stdout.decode().split()) == (0, [wanted])

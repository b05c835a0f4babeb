"""One table: every command has a handler, a name of its own, and keys that do not clash."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.commands import COMMANDS, Unknown, completed, key_word, matching, parse
from hybridchat.parameters import THINK
from hybridchat.tui.actions import ACTIONS


def test_every_command_does_something_and_nothing_else_does() -> None:
    assert set(ACTIONS) == {c.name for c in COMMANDS}


@pytest.mark.parametrize("what", ["name", "key", "letter"])
def test_no_two_commands_share(what: str) -> None:
    values = [getattr(c, what) for c in COMMANDS if getattr(c, what)]
    values += [alias for c in COMMANDS for alias in c.aliases] if what == "name" else []
    assert not [value for value, count in Counter(values).items() if count > 1]


def test_the_usage_of_think_names_every_level_it_takes() -> None:
    (think,) = [c for c in COMMANDS if c.name == "think"]
    assert think.args.strip("[]").split("|") == list(THINK)


def test_keys_are_deliverable() -> None:
    unreachable = {"ctrl+m", "ctrl+i", "ctrl+b", "ctrl+a", "ctrl+tab", "ctrl+j", "ctrl+c", "ctrl+d", "ctrl+x"}
    assert not unreachable & {c.key for c in COMMANDS}


@pytest.mark.parametrize(
    ("text", "name", "args"),
    [
        ("/help", "help", ""),
        ("/?", "help", ""),
        ("  /PIN llama3.2 ", "pin", "llama3.2"),
        ("/exit", "quit", ""),
        ("/rename My title", "rename", "My title"),
    ],
)
def test_a_slash_word_names_a_command(text: str, name: str, args: str) -> None:
    found = parse(text)
    assert isinstance(found, tuple)
    assert (found[0].name, found[1]) == (name, args)


@pytest.mark.parametrize("text", ["hello", "/etc/hosts is what?", "// a comment", "/", "/help\nand more", "", "a /help"])
def test_everything_else_is_a_message(text: str) -> None:
    assert parse(text) is None


def test_a_slip_is_not_sent_but_told() -> None:
    assert str(parse("/modle")) == "There is no command /modle. Did you mean /model?"
    assert str(parse("/bogus")) == "There is no command /bogus. /help lists them all."
    assert "/help" in str(parse("/zzzzzz"))


@given(st.text(max_size=30))
def test_parsing_never_fails(text: str) -> None:
    assert parse(text) is None or isinstance(parse(text), tuple | Unknown)


def test_keys_are_written_as_people_write_them() -> None:
    assert [key_word(k) for k in ("ctrl+o", "f1", "escape", "ctrl+pageup")] == ["^o", "F1", "esc", "^pgup"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("/re", {"retry", "rename", "sessions", "recall"}),
        ("/pin", {"pin"}),
        ("/pin llama", {"pin"}),
        ("/chats", {"sessions"}),
        ("/zzz", set()),
        ("/zzz llama", set()),
        ("/etc/hosts", set()),
        ("re", set()),
        ("/re\nmore", set()),
    ],
)
def test_a_line_that_begins_like_commands_finds_them(text: str, names: set[str]) -> None:
    assert {c.name for c in matching(text)} == names


def test_a_slash_alone_finds_all() -> None:
    assert len(matching("/")) == len(COMMANDS)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("/the", "/theme "),
        ("/st", "/st"),
        ("/sta", "/stat"),
        ("/statu", "/status"),
        ("/re", "/re"),
        ("/ret", "/retry"),
        ("/pin l", "/pin l"),
        ("hi", "hi"),
    ],
)
def test_completing_goes_as_far_as_it_is_clear(text: str, whole: str) -> None:
    assert completed(text) == whole


@given(st.text(max_size=12))
def test_completing_never_takes_anything_away(text: str) -> None:
    assert completed(f"/{text}").lower().startswith(f"/{text}".lower())

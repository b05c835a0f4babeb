"""One table of keys: what the user changes, what is odd about it, and how the hints name a key here."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.bindings import BINDINGS, UNBOUND, faults, here, is_key, spelt
from hybridchat.commands import COMMANDS
from hybridchat.keytable import WITHIN
from hybridchat.render.terminal import RICH, TERMINALS, recognise

PAGE = (Path(__file__).parents[1] / "docs" / "keys.md").read_text(encoding="utf-8")
CODE = recognise({"TERM_PROGRAM": "vscode"}).kept


def test_every_command_can_be_given_a_key_also_one_that_has_none() -> None:
    assert {c.name for c in COMMANDS} <= set(BINDINGS)
    assert here({"delete": "f9"}).of("delete") == ("f9",)
    assert here().of("delete") == ()


def test_each_default_key_is_a_key_and_clashes_with_none_of_its_own_place() -> None:
    assert not list(faults({}))
    for place in {b.where for b in BINDINGS.values()}:
        keys = Counter(key for b in BINDINGS.values() if b.where == place for key in here().of(b.id))
        assert not [key for key, count in keys.items() if count > 1]
        assert all(is_key(key) for key in keys)
    assert {*WITHIN, *(w for places in WITHIN.values() for w in places)} <= {b.where for b in BINDINGS.values()}


@pytest.mark.parametrize("key", ["ctrl+o", "Ctrl+O", "ctrl-o", "^o", " ^O "])
def test_a_key_may_be_written_as_people_write_it(key: str) -> None:
    assert here({"other": key}).of("other") == ("ctrl+o",)


def test_both_ways_in_which_a_terminal_says_shift_enter_are_one() -> None:
    assert {key for key, name in here().meanings("newline", "send").items() if name == "newline"} >= {"shift+enter", "shift+\r"}


def test_of_two_bindings_with_one_key_the_users_own_counts() -> None:
    assert here({"send": "ctrl+j"}).meanings("send", "newline")["ctrl+j"] == "send"
    assert here({"edit-line-end": "ctrl+a"}).meanings("edit-line-end", "edit-line-start")["ctrl+a"] == "edit-line-end"


def test_none_takes_a_key_away() -> None:
    keys = here({"other": "none"})
    assert keys.of("other") == ()
    assert keys.keymap() == {"other": UNBOUND}


def test_another_name_of_a_command_is_that_command() -> None:
    assert here({"models": "f8"}).of("model") == ("f8",)


def test_a_key_bound_twice_is_told_with_both_names() -> None:
    assert list(faults({"copy": "ctrl+o"})) == ["^o is bound twice: other and copy"]
    assert list(faults({"message-copy": "f3"})) == ["F3 is bound twice: local and message-copy"]


def test_a_key_that_was_freed_is_bound_once() -> None:
    assert not list(faults({"copy": "ctrl+o", "other": "f8"}))


def test_the_same_key_in_places_that_are_never_open_together_is_no_clash() -> None:
    assert not list(faults({"queue-all": "z", "chats-new": "z"}))


def test_a_letter_is_not_taken_from_what_is_typed() -> None:
    assert list(faults({"local": "l"})) == ["local: l is needed for typing, so it stays a letter"]
    assert here({"local": "l"}).of("local") == ()
    assert not list(faults({"message-copy": "c"}))


def test_what_is_no_key_is_told_and_does_nothing() -> None:
    assert list(faults({"new": "ctlr+u"})) == ["new: ctlr+u is no key; as in ctrl+o, f6 or none"]
    assert here({"new": "ctlr+u"}).of("new") == ()


def test_hints_name_only_keys_that_arrive() -> None:
    keys = here(kept=CODE)
    assert [keys.word(n) for n in ("help", "local", "find", "other", "stop")] == ["^x h", "^x l", "^x f", "^o", "esc"]
    assert keys.word("delete") == "/delete"
    assert keys.word("newline") == "^x enter"
    assert here(kept=TERMINALS["kitty"].kept).word("newline") == "^j"


def test_without_the_leader_a_hint_is_the_slash_command() -> None:
    assert here({"leader": "none"}, CODE).word("help") == "/help"


@pytest.mark.parametrize("terminal", TERMINALS)
def test_no_hint_names_a_key_that_the_terminal_keeps(terminal: str) -> None:
    kept = TERMINALS[terminal].kept
    keys = here(kept=kept)
    for name in BINDINGS:
        assert not set(keys.arriving(name)) & kept
        assert keys.word(name) or BINDINGS[name].where != "chat" or name == "interrupt"


def _cells(keys: tuple[str, ...]) -> str:
    return " ".join(f"`{key}`" for key in keys)


def test_the_page_of_keys_has_every_binding_as_the_table_has_it() -> None:
    """A binding that is new or changed: write its row, as the failure shows it, into docs/keys.md."""
    for bound in BINDINGS.values():
        letter = next((c.letter for c in COMMANDS if c.name == bound.id and c.letter), "")
        keys = " ".join(filter(None, (_cells(here().of(bound.id)), f"`ctrl+x {letter}`" if letter else ""))) or "–"
        row = f"| `{bound.id}` | {keys} | {bound.help} |"
        assert row in PAGE, row
    assert set(re.findall(r"(?m)^\| `([a-z0-9-]+)` \|", PAGE)) <= set(BINDINGS)


@pytest.mark.parametrize("name", TERMINALS)
def test_the_page_of_keys_says_what_each_terminal_keeps(name: str) -> None:
    terminal = TERMINALS[name]
    ours = {key for bound in BINDINGS for key in here().of(bound)}
    kept = sorted((terminal.kept & ours) - RICH, key=lambda key: (len(key), key))
    assert f"| {terminal.title} (`{name}`) | {_cells(tuple(kept)) or '–'} |" in PAGE


def test_the_example_of_the_page_of_keys_is_one_that_holds() -> None:
    example = PAGE.split("    [keys]")[1].split("\n\n")[0]
    assert not list(faults(tomllib.loads(f"[keys]{example}".replace("\n    ", "\n"))["keys"]))


@given(st.text(max_size=12))
def test_spelling_a_key_never_fails(text: str) -> None:
    is_key(spelt(text))

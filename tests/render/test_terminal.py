"""Which terminal an environment speaks of, and which keys come through it."""

from __future__ import annotations

from typing import get_args, get_type_hints

import pytest

from hybridchat.config.schema import Ui
from hybridchat.render.terminal import TERMINALS, recognise

XTERM = {"TERM": "xterm-256color"}


@pytest.mark.parametrize(
    ("env", "name"),
    [
        ({**XTERM, "TERM_PROGRAM": "vscode"}, "vscode"),
        ({**XTERM, "VTE_VERSION": "7600"}, "vte"),
        ({**XTERM, "WT_SESSION": "0f9c"}, "windows-terminal"),
        ({"TERM": "xterm-kitty"}, "kitty"),
        ({**XTERM, "KITTY_WINDOW_ID": "1"}, "kitty"),
        ({**XTERM, "TERM_PROGRAM": "iTerm.app"}, "iterm2"),
        ({**XTERM, "LC_TERMINAL": "iTerm2", "SSH_TTY": "/dev/pts/1"}, "iterm2"),
        ({**XTERM, "TERM_PROGRAM": "Apple_Terminal"}, "apple-terminal"),
        ({**XTERM, "TERM_PROGRAM": "WezTerm"}, "wezterm"),
        ({"TERM": "alacritty"}, "alacritty"),
        ({**XTERM, "ALACRITTY_WINDOW_ID": "1"}, "alacritty"),
        ({"TERM": "foot"}, "foot"),
        ({"TERM": "xterm-ghostty"}, "ghostty"),
        ({**XTERM, "KONSOLE_VERSION": "250402"}, "konsole"),
        ({**XTERM, "XTERM_VERSION": "XTerm(390)"}, "xterm"),
        ({"TERM": "linux"}, "linux"),
        ({**XTERM, "TMUX": "/tmp/tmux-1000/default,1,0"}, "tmux"),
        ({"TERM": "screen.xterm-256color", "STY": "1.pts"}, "screen"),
        ({**XTERM, "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver", "TERM_PROGRAM": "vscode"}, "browser"),
        ({"OS": "Windows_NT"}, "conhost"),
        (XTERM, "unknown"),
        ({}, "unknown"),
    ],
)
def test_a_terminal_is_known_by_what_it_leaves_in_the_environment(env: dict[str, str], name: str) -> None:
    assert recognise(env).name == name


def test_within_tmux_the_keys_of_both_are_kept_and_no_notification_gets_through() -> None:
    inside = recognise({"TERM": "tmux-256color", "TMUX": "x", "KITTY_WINDOW_ID": "1", "TERM_PROGRAM": "tmux"})
    assert "ctrl+b" in inside.kept
    assert not inside.notice
    assert not inside.tells_focus
    assert "f1" in recognise({"TMUX": "x", "VTE_VERSION": "7600"}).kept


def test_through_ssh_only_what_term_says_is_known_and_it_is_said_to_be_remote() -> None:
    found = recognise({"TERM": "xterm-256color", "SSH_CONNECTION": "10.0.0.1 5 10.0.0.2 22"})
    assert (found.name, found.remote) == ("unknown", True)
    assert recognise({"TERM": "xterm-kitty", "SSH_TTY": "/dev/pts/0"}).name == "kitty"


def test_the_configuration_overrules_the_environment() -> None:
    assert recognise({"TERM": "xterm-kitty"}, "vscode").name == "vscode"
    assert "ctrl+b" in recognise({"TMUX": "x"}, "vscode").kept


def test_vs_code_on_a_mac_has_its_keys_on_command() -> None:
    mac = recognise({"TERM_PROGRAM": "vscode", "__CFBundleIdentifier": "com.microsoft.VSCode"})
    assert "ctrl+f" not in mac.kept
    assert "f1" in mac.kept
    assert "ctrl+f" in recognise({"TERM_PROGRAM": "vscode"}).kept


def test_the_setting_takes_every_terminal_there_is() -> None:
    assert set(get_args(get_args(get_type_hints(Ui, include_extras=True)["terminal"])[0])) == {"auto", *TERMINALS}


@pytest.mark.parametrize("name", TERMINALS)
def test_what_writes_and_leads_arrives_everywhere(name: str) -> None:
    """The keys that nothing else stands in for: without them nothing is sent, found or left."""
    needed = {"enter", "escape", "ctrl+x", "ctrl+c", "ctrl+d", "tab", "shift+tab", "up", "down"}
    assert not needed & TERMINALS[name].kept

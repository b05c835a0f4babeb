"""How Shift+Enter begins a new line in terminals that send a plain Enter for it: what to write where. Pure.

Each has the terminal send a line feed, which is Ctrl+J to every program, so nothing has to be negotiated. Facts only, from the
terminals' own manuals: VS Code's `workbench.action.terminal.sendSequence`, Windows Terminal's `sendInput`, WezTerm's
`SendString`, xterm(1) `string()`, tmux(1) `extended-keys` and `terminal-features`, Konsole's keytabs, iTerm2's key mappings.
"""

from __future__ import annotations

from collections.abc import Mapping

from hybridchat.render.terminal import Terminal
from hybridchat.value import value


@value
class Snippet:
    """`where` it goes, in a sentence, and the `lines` to write there."""

    where: str
    lines: tuple[str, ...] = ()


SNIPPETS: Mapping[str, Snippet] = {
    "vscode": Snippet(
        "In keybindings.json (command “Open Keyboard Shortcuts (JSON)”), in the list:",
        (
            '{ "key": "shift+enter", "when": "terminalFocus",',
            '  "command": "workbench.action.terminal.sendSequence",',
            '  "args": { "text": "\\u000a" } }',
        ),
    ),
    "windows-terminal": Snippet(
        "In settings.json (Ctrl+Shift+,), in “actions”:",
        ('{ "command": { "action": "sendInput", "input": "\\n" },', '  "keys": "shift+enter" }'),
    ),
    "iterm2": Snippet(
        "In Settings, Profiles, Keys, Key Mappings: add Shift+Return with the action “Send Hex Code” and the value", ("0x0a",)
    ),
    "wezterm": Snippet(
        "In ~/.wezterm.lua:",
        (
            "config.keys = {",
            "  { key = 'Enter', mods = 'SHIFT',",
            "    action = wezterm.action.SendString '\\n' },",
            "}",
        ),
    ),
    "alacritty": Snippet(
        "Nothing is needed since Alacritty 0.13. In an older one, in alacritty.yml:",
        ("key_bindings:", '  - { key: Return, mods: Shift, chars: "\\n" }'),
    ),
    "konsole": Snippet(
        "In Settings, Edit Current Profile, Keyboard, Edit: give the key combination Return+Shift the output", ("\\n",)
    ),
    "xterm": Snippet(
        "In ~/.Xresources, then run xrdb -merge ~/.Xresources:",
        ("XTerm*VT100.Translations: #override \\", "  Shift<Key>Return: string(0x0a)"),
    ),
    "tmux": Snippet(
        "In ~/.tmux.conf, since tmux 3.2 and in a terminal that can tell the two apart:",
        (
            "set -s extended-keys on",
            "set -as terminal-features 'xterm*:extkeys'",
            "bind-key -n S-Enter send-keys C-j",
        ),
    ),
    "unknown": Snippet("Where a terminal can send a text for a key, have Shift+Enter send \\n (hex 0a)."),
}
"""By the name of the terminal; one that is missing either needs nothing or has no way."""


def snippet(terminal: Terminal) -> Snippet | None:
    """What makes Shift+Enter a new line in this terminal; `None` where it is one already, or cannot become one."""
    return SNIPPETS.get(terminal.name)


def needs(terminal: Terminal) -> bool:
    """Whether Shift+Enter arrives as a plain Enter."""
    return "shift+enter" in terminal.kept

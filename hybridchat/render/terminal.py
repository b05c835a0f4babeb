"""Which terminal this is, which keys it keeps for itself, and how it tells somebody who looks elsewhere. Pure.

Where each fact comes from is said beside it; docs/keys.md lists them for readers. What is not known is left out: a key is kept
from the hints only where somebody wrote down that the terminal takes it.
"""

from __future__ import annotations

from collections.abc import Mapping

from hybridchat.value import value


@value
class Terminal:
    """`kept` are keys, as Textual spells them, that do not arrive as themselves while the terminal's own settings are untouched.

    `notice` is the escape sequence for a desktop notification that it understands: `9`, `777`, or empty for the bell alone.
    `tells_focus` says whether it reports that its window was left (DEC mode 1004).
    """

    name: str
    title: str
    kept: frozenset[str] = frozenset()
    notice: str = ""
    tells_focus: bool = True
    remote: bool = False
    """Reached through SSH: what lies between may keep keys that nobody here can know of."""


def _terminal(name: str, title: str, kept: str = "", notice: str = "", *, tells_focus: bool = True) -> Terminal:
    return Terminal(name, title, frozenset(kept.split()), notice, tells_focus)


_PLAIN = (
    "shift+enter alt+enter alt+backspace alt+delete ctrl+backspace ctrl+shift+a ctrl+shift+k super+backspace super+c super+x "
    "super+y super+z"
)
"""Without the kitty keyboard protocol a terminal encodes no Shift on Enter (tmux wiki, Modifier-Keys) or on a control character,
no Ctrl on Backspace and no Super; and Textual 8.2 reads the ESC CR of Alt+Enter as Enter, Alt+Backspace as Ctrl+W and Alt+Delete
as Esc and Delete."""
RICH = frozenset(_PLAIN.split())
"""Keys that only a terminal with a richer protocol sends."""

TERMINALS: Mapping[str, Terminal] = {
    found.name: found
    for found in (
        # microsoft/vscode, terminal.integrated.commandsToSkipShell: showCommands F1, findNext F3, debug.start/continue F5,
        # focusNextPart/debug.pause F6, stepOver F10, stepInto and toggleFullScreen F11, find Ctrl+F, goToRecentDirectory Ctrl+G,
        # togglePanel Ctrl+J, toggleTabFocusMode Ctrl+M, quickOpen Ctrl+P and Ctrl+E; chords begin with Ctrl+K (allowChords)
        _terminal(
            "vscode", "VS Code",
            f"f1 f3 f5 f6 f10 f11 ctrl+f ctrl+g ctrl+j ctrl+m ctrl+p ctrl+e ctrl+k {_PLAIN}",
        ),
        # GNOME Terminal's help: F1 opens it, F10 the menu, F11 the full screen; libvte swallows OSC 9 and 777
        # (gdamore/tcell issue 499) and knows no richer keyboard protocol
        _terminal("vte", "GNOME Terminal", f"f1 f10 f11 {_PLAIN}"),
        # learn.microsoft.com, Windows Terminal actions: Alt+Enter and F11 full screen, Ctrl+V paste;
        # OSC 777 since microsoft/terminal pull request 20012, older ones swallow it
        _terminal("windows-terminal", "Windows Terminal", f"f11 ctrl+v {_PLAIN}", "777"),
        _terminal("conhost", "Windows console", f"f11 ctrl+v {_PLAIN}"),
        # speaks the keyboard protocol it invented, which Textual asks for; OSC 777 since 0.24 (kitty's changelog)
        _terminal("kitty", "kitty", "", "777"),
        # OSC 9 is its own; whether it lets programs ask for more than plain keys is a setting of each profile
        _terminal("iterm2", "iTerm2", _PLAIN, "9"),
        # Page Up, Page Down, Home and End scroll its own buffer; macOS shows the desktop with F11; no notification sequence
        _terminal("apple-terminal", "Apple Terminal", f"pageup pagedown home end f11 {_PLAIN}", tells_focus=False),
        # wezterm.org, default key assignments: Alt+Enter full screen; enable_kitty_keyboard is off by default; OSC 9 and 777
        _terminal("wezterm", "WezTerm", _PLAIN, "777"),
        # the kitty keyboard protocol since 0.13; no notification sequence
        _terminal("alacritty", "Alacritty"),
        # foot-ctlseqs(7): the kitty keyboard protocol, OSC 9 and 777
        _terminal("foot", "foot", "", "777"),
        # ghostty.org, VT reference: the kitty keyboard protocol, OSC 9
        _terminal("ghostty", "Ghostty", "", "9"),
        # Konsole's default.keytab sends \EOM for Shift+Return, which is the Enter of a number pad; F11 full screen
        _terminal("konsole", "Konsole", f"f11 {_PLAIN}"),
        # xterm(1): Alt+Enter toggles the full screen
        _terminal("xterm", "xterm", _PLAIN),
        # console_codes(4): no modifiers on Enter, no focus
        _terminal("linux", "Linux console", _PLAIN, tells_focus=False),
        # a page cannot have the keys that open and close windows and tabs; xterm.js gives the others to the program
        _terminal("browser", "browser", f"ctrl+n ctrl+t ctrl+w {_PLAIN}"),
        # tmux(1): the prefix is Ctrl+B; extended-keys and focus-events are off by default; OSC needs allow-passthrough
        _terminal("tmux", "tmux", f"ctrl+b {_PLAIN}", tells_focus=False),
        # screen(1): the command key is Ctrl+A; its flow control may take Ctrl+S and Ctrl+Q; it passes no focus and no OSC 777
        _terminal("screen", "GNU screen", f"ctrl+a ctrl+s ctrl+q {_PLAIN}", tells_focus=False),
        _terminal("unknown", "this terminal", _PLAIN),
    )
}  # fmt: skip
"""By name; the names are what `ui.terminal` takes."""

INSIDE = ("tmux", "screen")
"""Programs between the terminal and this one: what the outer one keeps does not come through them either."""
_MAC = "__CFBundleIdentifier"
"""Set for programs started from an application of macOS, where the editor's own keys are on Command instead."""
_MAC_CODE = frozenset(["ctrl+f", "ctrl+g", "ctrl+j", "ctrl+p", "ctrl+e", "ctrl+k"])


def recognise(env: Mapping[str, str], said: str = "auto") -> Terminal:
    """The terminal that `env`, a process's environment, speaks of; `said` names it instead (`ui.terminal`).

    Within tmux or screen it is that program, with the keys kept that either keeps. Raises `KeyError` for a name there is not.
    """
    outer = TERMINALS[said] if said != "auto" else _outer(env)
    inner = _inside(env)
    found = outer
    if outer.name == "vscode" and env.get(_MAC):
        found = _with(outer, outer.kept - _MAC_CODE)
    if inner and outer.name not in INSIDE:
        between = TERMINALS[inner]
        kept = between.kept | (found.kept if outer.name != "unknown" else frozenset())
        found = _with(between, kept)
    return _with(found, found.kept, remote=bool(env.get("SSH_CONNECTION") or env.get("SSH_TTY")))


def _with(found: Terminal, kept: frozenset[str], *, remote: bool = False) -> Terminal:
    return Terminal(found.name, found.title, kept, found.notice, found.tells_focus, remote)


def _inside(env: Mapping[str, str]) -> str:
    """tmux sets TMUX and, like screen, a TERM of its own, which alone comes along through SSH; screen sets STY."""
    term = env.get("TERM", "")
    if env.get("TMUX") or term.startswith("tmux"):
        return "tmux"
    return "screen" if env.get("STY") or term.startswith("screen") else ""


_PROGRAMS = {
    "vscode": "vscode", "iTerm.app": "iterm2", "Apple_Terminal": "apple-terminal", "WezTerm": "wezterm", "ghostty": "ghostty",
}  # fmt: skip
"""TERM_PROGRAM of each."""
_OWN = (
    ("KITTY_WINDOW_ID", "kitty"), ("WEZTERM_PANE", "wezterm"), ("ALACRITTY_WINDOW_ID", "alacritty"),
    ("ALACRITTY_LOG", "alacritty"), ("WT_SESSION", "windows-terminal"), ("KONSOLE_VERSION", "konsole"), ("VTE_VERSION", "vte"),
    ("XTERM_VERSION", "xterm"),
)  # fmt: skip
"""Variables that one terminal alone sets, the more particular first: one opened from within another one inherits its."""
_TERMS = (
    ("xterm-kitty", "kitty"), ("alacritty", "alacritty"), ("foot", "foot"), ("xterm-ghostty", "ghostty"), ("wezterm", "wezterm"),
    ("konsole", "konsole"), ("gnome", "vte"), ("vte", "vte"), ("linux", "linux"),
)  # fmt: skip
"""Beginnings of TERM, the one variable that SSH always hands on."""


def _outer(env: Mapping[str, str]) -> Terminal:
    if "web_driver" in env.get("TEXTUAL_DRIVER", ""):
        return TERMINALS["browser"]
    term = env.get("TERM", "")
    named = _PROGRAMS.get(env.get("TERM_PROGRAM", "")) or ("iterm2" if env.get("LC_TERMINAL") == "iTerm2" else "")
    named = named or next((name for start, name in _TERMS if term.startswith(start)), "")
    named = named or next((name for key, name in _OWN if env.get(key)), "")
    if not named and env.get("OS") == "Windows_NT" and not term:
        named = "conhost"
    return TERMINALS[named or "unknown"]

"""Theme files: in the package, beside it in a checkout, in the user's directory; a broken one is reported, not fatal."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from textual import constants
from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

from hybridchat.config.themes import files, places
from hybridchat.render.palette import Palette
from hybridchat.value import value

DEFAULT = "dark"

COLOURS = (
    "primary", "secondary", "accent", "warning", "error", "success", "foreground", "background", "surface", "panel",
)  # fmt: skip
"""Keys of a theme file that are colours; `dark`, `ansi` and `[variables]` are the others."""

_DARK = (
    "#7cc7a2", "#8fb4f5", "#7cc7a2", "#e3b566", "#f08f8f", "#7cc7a2", "#d5d8df", "#14161a", "#191c21", "#20242b",
)  # fmt: skip

VARIABLES = {
    "local": "#7cc7a2",
    "cloud": "#8fb4f5",
    "warn": "#e3b566",
    "muted": "#8f96a3",
    "faint": "#646b77",
    "code-back": "#1c1f25",
    "keyword": "#b9a3e3",
    "string": "#a3c98a",
    "number": "#e0a67a",
    "function": "#86b9e0",
    "comment": "#8a93a3",
}
"""Keys of `[variables]`, with the colours of the dark theme."""

_RGB = "#rrggbb, as in #7cc7a2"
_ANSI = "ansi_default, ansi_black, red, green, yellow, blue, magenta, cyan, white, and ansi_bright_black to _white"


class ThemeError(Exception):
    """A theme file that cannot be used: `FILE:LINE: KEY: what is wrong; allowed: x, y, z`."""


@value
class Entry:
    """One file that was found: its theme, or what is wrong with it."""

    name: str
    theme: Theme | None
    problem: str = ""
    own: bool = False
    """In the user's directory."""


def entries(extra: Iterable[str] = ()) -> tuple[Entry, ...]:
    """All themes there are, those of the program first; each file is read, 0.3 ms."""
    extra = tuple(extra)
    shipped = places()
    found = []
    for name, path in files(extra).items():
        theme, problem = load(name, extra)
        found.append(Entry(name, None if problem else theme, problem, own=path.parent not in shipped))
    return tuple(sorted(found, key=lambda e: (e.own, e.theme is not None and e.theme.ansi, e.name != DEFAULT, e.name)))


def read(path: Path) -> Theme:
    """One theme; what it does not say is as in `dark`, `light`, `terminal` or `terminal-light`. Raises `ThemeError`."""
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ThemeError(f"{path}: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ThemeError(f"{path}: not TOML: {error}") from error
    if wrong := _wrong(data):
        key, problem, allowed = wrong
        raise ThemeError(f"{path}:{_line(text, key)}: {key}: {problem}; allowed: {allowed}")
    return _filled(path, data)


def _wrong(data: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Key, what is wrong with it, and what may stand there; the first of them."""
    variables = data.get("variables", {})
    if not isinstance(variables, dict):
        return "variables", "is not a table", "a table, [variables]"
    for table, known in ((data, (*COLOURS, "dark", "ansi", "variables")), (variables, tuple(VARIABLES))):
        for key in table:
            if key not in known:
                return key, "no such key", ", ".join(known)
    for key in ("dark", "ansi"):
        if not isinstance(data.get(key, True), bool):
            return key, f"is {data[key]!r}", "true, false"
    ansi = data.get("ansi", False)
    for key, said in {**{k: data[k] for k in data if k in COLOURS}, **variables}.items():
        if not _is_colour(said, ansi=ansi):
            what = "one of the terminal's colours" if ansi else "a colour"
            return key, f"{said!r} is not {what}", _ANSI if ansi else _RGB
    return None


def _is_colour(said: object, *, ansi: bool) -> bool:
    if not isinstance(said, str) or said.startswith("ansi_") != ansi:
        return False
    try:
        colour = Color.parse(said)
    except ColorParseError:
        return False
    # `auto` and see-through colours mean something to a style sheet only: there would be no telling how well they read
    return colour.a == 1 and not colour.auto


def _line(text: str, key: str) -> int:
    """Line, from 1, on which `key` is said."""
    said = re.compile(rf'\s*(\[\s*)?(variables\s*\.\s*)?"?{re.escape(key)}"?\s*[=\]]|\s*variables\s*=.*\b{re.escape(key)}\b')
    return next((number for number, line in enumerate(text.split("\n"), 1) if said.match(line)), 1)


def _filled(path: Path, data: Mapping[str, Any]) -> Theme:
    dark, ansi = data.get("dark", True), data.get("ansi", False)
    variables = data.get("variables", {})
    whole = all(key in data for key in COLOURS) and len(variables) == len(VARIABLES)
    base = None if whole else _base(path, dark=dark, ansi=ansi)
    colours = {key: data.get(key) or getattr(base, key) for key in COLOURS}
    variables = {**(base.variables if base else {}), **variables}
    return Theme(name=path.stem, dark=dark, ansi=ansi, variables=_selected(variables, colours, dark=dark, ansi=ansi), **colours)


def _selected(variables: Mapping[str, str], colours: Mapping[str, str], *, dark: bool, ansi: bool) -> dict[str, str]:
    """With the colours of selected text: Textual mixes them, which ours may not survive and a terminal's own cannot."""
    ground, text = ("ansi_blue", "ansi_bright_white") if ansi else (variables["muted"], colours["background"])
    cursors = BUILTIN_THEMES["ansi-dark" if dark else "ansi-light"].variables if ansi else {}
    kinds = ("screen-selection", "input-selection") if ansi else ("screen-selection",)
    selected = {f"{kind}-{part}": said for kind in kinds for part, said in (("background", ground), ("foreground", text))}
    return {**cursors, **variables, **selected}


def _base(path: Path, *, dark: bool, ansi: bool) -> Theme:
    name = {(True, False): "dark", (False, False): "light", (True, True): "terminal", (False, True): "terminal-light"}[dark, ansi]
    shipped = files().get(name)
    return fallback() if shipped is None or shipped == path else read(shipped)


def load(name: str, extra: Iterable[str] = ()) -> tuple[Theme, str]:
    """The theme of that name, or the built-in one and the sentence that says why."""
    extra = tuple(extra)
    known = files(extra)
    if name not in known:
        names = ", ".join(sorted(known)) or "none found"
        yours = f" One of your own would be {Path(extra[-1]) / name}.toml." if extra else ""
        return fallback(), f"There is no theme {name!r}; there are: {names}.{yours}"
    try:
        return read(known[name]), ""
    except ThemeError as error:
        return fallback(), str(error)


def fitting(theme: Theme, extra: Iterable[str] = (), *, sixteen: bool) -> Theme:
    """The theme to begin with: a terminal of sixteen colours has no others than its own."""
    if theme.ansi or not sixteen:
        return theme
    return load("terminal" if theme.dark else "terminal-light", extra)[0]


def sixteen() -> bool:
    """Whether the terminal has sixteen colours and no more, as Textual itself finds out."""
    from rich.console import Console

    system = constants.COLOR_SYSTEM or "auto"
    return system == "standard" or (system == "auto" and Console(force_terminal=True).color_system == "standard")


def fallback() -> Theme:
    """The dark theme without any file, so that a broken installation still starts."""
    colours: dict[str, Any] = dict(zip(COLOURS, _DARK, strict=True))
    return Theme(name=DEFAULT, variables=_selected(VARIABLES, colours, dark=True, ansi=False), **colours)


def palette(variables: Mapping[str, str], *, dark: bool) -> Palette:
    """The colours for rendered text, out of the active theme's variables."""
    names = {"text": "foreground", "back": "background", "code_back": "code-back"}
    colours: dict[str, str] = {}
    for field in fields(Palette):
        said = variables.get(names.get(field.name, field.name))
        if said is None or field.name == "dark":
            continue
        try:
            colour = Color.parse(said)
        except ColorParseError:
            continue  # `auto 87%` and the like mean something to Textual only
        colours[field.name] = colour.hex6.lower() if colour.ansi is None else colour.css.removeprefix("ansi_")
    return Palette.of(colours, dark=dark)

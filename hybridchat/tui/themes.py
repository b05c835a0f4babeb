"""Theme files: in the package, beside it in a checkout, in the user's directory; a broken one is reported, not fatal."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path

from textual.color import Color, ColorParseError
from textual.theme import Theme

from hybridchat.render.palette import Palette

DEFAULT = "dark"

VARIABLES = {
    "local": "#7cc7a2",
    "cloud": "#8fb4f5",
    "warn": "#e3b566",
    "muted": "#8f96a3",
    "faint": "#3a404a",
    "code-back": "#1c1f25",
    "keyword": "#b9a3e3",
    "string": "#a3c98a",
    "number": "#e0a67a",
    "function": "#86b9e0",
    "comment": "#8a93a3",
}
"""Our own colours, for themes that do not name them."""

_PLAIN = {f.name for f in fields(Theme)} - {"name", "variables", "dark", "ansi", "luminosity_spread", "text_alpha"}


class ThemeError(Exception):
    """A theme file that cannot be used; the text names file, key and what is wrong."""


def places(extra: Iterable[str] = ()) -> list[Path]:
    """Directories to look in; later ones win."""
    package = Path(__file__).resolve().parent.parent
    return [package / "themes", package.parent / "themes", *(Path(p) for p in extra)]


def files(extra: Iterable[str] = ()) -> dict[str, Path]:
    """Theme name (the file's stem) -> file."""
    return {path.stem: path for place in places(extra) if place.is_dir() for path in sorted(place.glob("*.toml"))}


def read(path: Path) -> Theme:
    """One theme. Raises `ThemeError`."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ThemeError(f"{path}: {error}") from error
    variables = data.pop("variables", {})
    if not isinstance(variables, dict):
        raise ThemeError(f"{path}: variables: must be a table, [variables]")
    if not isinstance(data.get("dark", True), bool):
        raise ThemeError(f"{path}: dark: must be true or false")
    unknown = sorted(set(data) - {f.name for f in fields(Theme)})
    if unknown:
        raise ThemeError(f"{path}: {unknown[0]}: no such key; allowed are {', '.join(sorted(_PLAIN))}, dark and [variables]")
    for key, value in {**{k: data[k] for k in data if k in _PLAIN}, **variables}.items():
        _check_colour(path, key, value)
    if "primary" not in data:
        raise ThemeError(f"{path}: primary: this key is needed")
    return Theme(**{**data, "name": path.stem, "variables": {**variables}})


def _check_colour(path: Path, key: str, value: object) -> None:
    try:
        Color.parse(str(value))
    except ColorParseError as error:
        raise ThemeError(f"{path}: {key}: {value!r} is not a colour; write it as #rrggbb") from error


def load(name: str, extra: Iterable[str] = ()) -> tuple[Theme, str]:
    """The theme of that name, or the built-in one and the sentence that says why."""
    known = files(extra)
    if name not in known:
        names = ", ".join(sorted(known)) or "none found"
        return fallback(), f"There is no theme {name!r}; there are: {names}."
    try:
        return read(known[name]), ""
    except ThemeError as error:
        return fallback(), str(error)


def fallback() -> Theme:
    """The dark theme without any file, so that a broken installation still starts."""
    return Theme(
        name=DEFAULT,
        primary=VARIABLES["local"],
        secondary=VARIABLES["cloud"],
        warning=VARIABLES["warn"],
        error="#f08f8f",
        success=VARIABLES["local"],
        accent=VARIABLES["local"],
        foreground="#d5d8df",
        background="#14161a",
        surface="#191c21",
        panel="#20242b",
        variables=dict(VARIABLES),
    )


def palette(variables: Mapping[str, str], *, dark: bool) -> Palette:
    """The colours for rendered text, out of the active theme's variables."""
    names = {"text": "foreground", "back": "background", "code_back": "code-back"}
    colours: dict[str, str] = {}
    for field in fields(Palette):
        value = variables.get(names.get(field.name, field.name))
        if value is None or field.name == "dark":
            continue
        try:
            colours[field.name] = Color.parse(value).hex6.lower()
        except ColorParseError:
            continue  # `auto 87%` and the like mean something to Textual only
    return Palette.of(colours, dark=dark)

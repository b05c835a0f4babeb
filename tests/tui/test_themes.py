"""Theme files: found, readable, and reported when broken."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from rich.color import Color as TerminalColor
from rich.color import ColorSystem
from textual.theme import Theme

from hybridchat.tui import themes
from tests.support.colours import DICHROMACY, SIXTEEN, contrast, distance, of_terminal

RGB = ("dark", "light", "high-contrast", "colour-blind")
NATIVE = ("terminal", "terminal-light")
SHIPPED = (*RGB, *NATIVE)
WORDS = ("local", "cloud", "warn", "muted", "keyword", "string", "number", "function", "comment")
MEANING = ("local", "cloud", "warn", "error")
ROOT = Path(__file__).parent.parent.parent


def worn(name: str) -> Theme:
    theme, problem = themes.load(name)
    assert problem == ""
    return theme


def texts(theme: Theme) -> dict[str, str]:
    words = {word: theme.variables[word] for word in WORDS}
    others = ("error", "primary", "secondary", "accent", "warning", "success", "foreground")
    return words | {key: str(getattr(theme, key)) for key in others}


def grounds(theme: Theme) -> tuple[str, ...]:
    return str(theme.background), str(theme.surface), str(theme.panel), theme.variables["code-back"]


def test_these_themes_are_shipped_and_each_says_every_colour() -> None:
    assert set(themes.files()) == set(SHIPPED)
    for name, path in themes.files().items():
        assert set(re.findall(r"(?m)^([a-z-]+) =", path.read_text())) >= {*themes.COLOURS, *themes.VARIABLES, "dark"}, name


@pytest.mark.parametrize("name", RGB)
def test_every_text_colour_reads_on_every_ground(name: str) -> None:
    """WCAG 2.2, 1.4.3 (AA) and 1.4.6 (AAA)."""
    theme, needed = worn(name), 7.0 if name == "high-contrast" else 4.5
    found = {f"{word} on {on}": contrast(colour, on) for word, colour in texts(theme).items() for on in grounds(theme)}
    assert not {pair: round(value, 2) for pair, value in found.items() if value < needed}


@pytest.mark.parametrize("name", RGB)
def test_lines_and_bars_are_seen_on_every_ground_they_stand_on(name: str) -> None:
    """WCAG 2.2, 1.4.11: lines and scroll bars stand on `background` and `surface`."""
    theme = worn(name)
    assert min(contrast(theme.variables["faint"], str(on)) for on in (theme.background, theme.surface)) >= 3


@pytest.mark.parametrize("name", RGB)
def test_selected_text_reads(name: str) -> None:
    named = worn(name).variables
    assert contrast(named["screen-selection-foreground"], named["screen-selection-background"]) >= 4.5


@pytest.mark.parametrize("name", RGB)
def test_text_reads_on_terminals_of_256_colours_too(name: str) -> None:
    def shown(colour: str) -> str:
        return TerminalColor.parse(colour).downgrade(ColorSystem.EIGHT_BIT).get_truecolor().hex

    theme = worn(name)
    found = {word: min(contrast(shown(colour), shown(on)) for on in grounds(theme)) for word, colour in texts(theme).items()}
    assert not {word: round(value, 2) for word, value in found.items() if value < 4}


@pytest.mark.parametrize("kind", DICHROMACY)
def test_what_means_something_stays_apart_with_colour_blindness(kind: str) -> None:
    """Ten times what is just noticeable where red and green are one; nine where blue and yellow are."""
    seen = texts(worn("colour-blind"))
    found = {(a, b): distance(seen[a], seen[b], kind) for a, b in itertools.combinations(MEANING, 2)}
    assert not {pair: round(value) for pair, value in found.items() if value < (20 if kind == "tritanopia" else 25)}


def test_the_measure_of_distance_tells_confused_colours() -> None:
    """Green and red of the dark theme are near one another without red-green vision: the measure is no rubber stamp."""
    seen = texts(worn("dark"))
    assert distance(seen["local"], seen["error"], "deuteranopia") < 15 < distance("#000000", "#ffffff", "deuteranopia")


@pytest.mark.parametrize("terminal", SIXTEEN)
@pytest.mark.parametrize("name", NATIVE)
def test_sixteen_colours_read_as_terminals_come(name: str, terminal: str) -> None:
    theme = worn(name)
    ground = of_terminal("ansi_black" if theme.dark else "ansi_bright_white", terminal)
    named = {word: colour for word, colour in texts(theme).items() if colour != "ansi_default"}
    found = {word: contrast(of_terminal(colour, terminal), ground) for word, colour in named.items()}
    assert not {word: round(value, 2) for word, value in found.items() if value < 3.5}


@pytest.mark.parametrize("name", SHIPPED)
def test_what_means_something_has_four_colours_or_a_sign(name: str) -> None:
    seen = texts(worn(name))
    assert len({seen[word] for word in MEANING}) == len(MEANING)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_palette_takes_every_colour_of_the_theme(name: str) -> None:
    theme = worn(name)
    palette = themes.palette({**theme.variables, **{key: str(getattr(theme, key)) for key in themes.COLOURS}}, dark=theme.dark)
    said = {"text": theme.foreground, "back": theme.background, "error": theme.error, "code_back": theme.variables["code-back"]}
    said |= {word: theme.variables[word] for word in WORDS}
    assert {key: getattr(palette, key) for key in said} == {key: str(value).removeprefix("ansi_") for key, value in said.items()}
    assert palette.dark is theme.dark


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('primary = "blurple"', ":1: primary: 'blurple' is not a colour; allowed: #rrggbb"),
        ('\n\n[variables]\nlocal = "#12"', ":4: local: '#12' is not a colour"),
        ('[variables]\nmuted = "#12345680"', ":2: muted: '#12345680' is not a colour"),
        ('[variables]\nmuted = "auto 80%"', "'auto 80%' is not a colour"),
        ("error = 3", "error: 3 is not a colour"),
        ('error = "ansi_red"', "'ansi_red' is not a colour"),
        ('ansi = true\nerror = "#ff0000"', ":2: error: '#ff0000' is not one of the terminal's colours; allowed: ansi_default, "),
        ('ansi = true\nerror = "ansi_pink"', "'ansi_pink' is not one of"),
        ("primary = blue", "not TOML: Invalid value (at line 1, column 11)"),
        ('primary = "#123456"\nforground = "#123456"', ":2: forground: no such key; allowed: primary, secondary, "),
        ('[variables]\nlocl = "#123456"', ":2: locl: no such key; allowed: local, cloud, warn, "),
        ("variables = 3", ":1: variables: is not a table"),
        ('dark = "yes"', ":1: dark: is 'yes'; allowed: true, false"),
    ],
)
def test_a_broken_theme_is_reported_with_file_line_key_and_what_is_allowed(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    theme, problem = themes.load("mine", [str(tmp_path)])
    assert theme.name == themes.DEFAULT
    assert problem.startswith(str(tmp_path / "mine.toml"))
    assert said in problem


def test_a_theme_that_is_no_text_or_no_file_is_reported_too(tmp_path: Path) -> None:
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "folder.toml").mkdir()
    for name in ("bytes", "folder"):
        assert "cannot be read" in themes.load(name, [str(tmp_path)])[1]


def test_a_users_theme_is_found_and_wins(tmp_path: Path) -> None:
    (tmp_path / "dark.toml").write_text('primary = "#123456"', encoding="utf-8")
    theme, problem = themes.load("dark", [str(tmp_path)])
    assert (theme.primary, problem) == ("#123456", "")


@pytest.mark.parametrize(
    ("said", "base"),
    [("", "dark"), ("dark = false", "light"), ("ansi = true", "terminal"), ("ansi = true\ndark = false", "terminal-light")],
)
def test_what_a_theme_does_not_say_is_as_in_the_shipped_one_of_its_kind(tmp_path: Path, said: str, base: str) -> None:
    (tmp_path / "mine.toml").write_text(said, encoding="utf-8")
    mine, problem = themes.load("mine", [str(tmp_path)])
    assert problem == ""
    assert {**texts(mine), "grounds": grounds(mine)} == {**texts(worn(base)), "grounds": grounds(worn(base))}
    assert (mine.dark, mine.ansi) == (worn(base).dark, worn(base).ansi)


def test_without_any_file_the_dark_theme_is_as_in_its_file() -> None:
    bare, dark = themes.fallback(), worn("dark")
    assert (texts(bare), grounds(bare), bare.variables) == (texts(dark), grounds(dark), dark.variables)


def test_an_unknown_theme_names_those_there_are() -> None:
    _, problem = themes.load("nope")
    assert "'nope'" in problem
    assert all(name in problem for name in SHIPPED)


@pytest.mark.parametrize(("name", "fits"), [("dark", "terminal"), ("light", "terminal-light"), ("terminal", "terminal")])
def test_a_terminal_of_sixteen_colours_begins_with_its_own(name: str, fits: str) -> None:
    assert themes.fitting(worn(name), sixteen=True).name == fits
    assert themes.fitting(worn(name), sixteen=False).name == name


def test_the_document_names_every_theme_and_every_key() -> None:
    said = (ROOT / "docs" / "themes.md").read_text(encoding="utf-8")
    keys = re.findall(r"(?m)^\| `([a-z-]+)` \|", said)
    assert sorted(keys) == sorted([*SHIPPED, *themes.COLOURS, *themes.VARIABLES, "dark", "ansi"])


def test_the_examples_of_the_document_are_themes(tmp_path: Path) -> None:
    said = (ROOT / "docs" / "themes.md").read_text(encoding="utf-8")
    examples = re.findall(r"(?s)```toml\n(.*?)```", said)
    for number, text in enumerate(examples):
        (tmp_path / f"example{number}.toml").write_text(text, encoding="utf-8")
        assert themes.load(f"example{number}", [str(tmp_path)])[1] == ""
    assert examples

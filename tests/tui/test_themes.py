"""Theme files: found, readable, and reported when broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.color import Color

from hybridchat.tui import themes

SHIPPED = ("dark", "light", "high-contrast")
WORDS = ("local", "cloud", "warn", "muted", "keyword", "string", "number", "function", "comment")


def ratio(one: str, other: str) -> float:
    """WCAG contrast of two colours, 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [c / 255 for c in Color.parse(colour).rgb]
        r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_text_colour_reads_on_every_ground(name: str) -> None:
    theme, problem = themes.load(name)
    assert problem == ""
    needed = 7.0 if name == "high-contrast" else 4.5
    texts = {word: theme.variables[word] for word in WORDS} | {"text": str(theme.foreground), "error": str(theme.error)}
    grounds = [str(theme.background), str(theme.surface), str(theme.panel), theme.variables["code-back"]]
    low = {f"{word} on {ground}": ratio(colour, ground) for word, colour in texts.items() for ground in grounds}
    assert not {pair: round(value, 2) for pair, value in low.items() if value < needed}


@pytest.mark.parametrize("name", SHIPPED)
def test_labels_on_a_coloured_ground_read_too(name: str) -> None:
    theme, _ = themes.load(name)
    for word in ("local", "warn"):
        assert ratio(str(theme.background), theme.variables[word]) >= (7.0 if name == "high-contrast" else 4.5)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_palette_takes_every_colour_of_the_theme(name: str) -> None:
    theme, _ = themes.load(name)
    variables = {
        **theme.variables,
        "foreground": str(theme.foreground),
        "background": str(theme.background),
        "error": str(theme.error),
    }
    palette = themes.palette(variables, dark=theme.dark)
    assert (palette.text, palette.back, palette.local) == (theme.foreground, theme.background, theme.variables["local"])
    assert palette.code_back == theme.variables["code-back"]
    assert palette.dark is theme.dark


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('primary = "blurple"', "'blurple' is not a colour"),
        ('primary = "#123456"\n[variables]\nlocal = "#12"', "local: '#12' is not a colour"),
        ("primary = ", "Invalid value"),
        ('foreground = "#123456"', "primary: this key is needed"),
        ('primary = "#123456"\nforground = "#123456"', "forground: no such key"),
        ('primary = "#123456"\nvariables = 3', "variables: must be a table"),
        ('primary = "#123456"\ndark = "yes"', "dark: must be true or false"),
    ],
)
def test_a_broken_theme_is_reported_with_file_and_key_and_is_not_fatal(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    theme, problem = themes.load("mine", [str(tmp_path)])
    assert theme.name == themes.DEFAULT
    assert "mine.toml" in problem
    assert said in problem


def test_a_users_theme_is_found_and_wins(tmp_path: Path) -> None:
    (tmp_path / "dark.toml").write_text('primary = "#123456"', encoding="utf-8")
    theme, problem = themes.load("dark", [str(tmp_path)])
    assert (theme.primary, problem) == ("#123456", "")


def test_an_unknown_theme_names_those_there_are() -> None:
    _, problem = themes.load("nope")
    assert "'nope'" in problem
    assert all(name in problem for name in SHIPPED)

"""The colours that a theme gives to rendered text; plain values, no Textual."""

from __future__ import annotations

from dataclasses import fields
from typing import Self

from hybridchat.value import value


@value
class Palette:
    """`#rrggbb` colours by what they mean; the defaults are the dark theme's."""

    text: str = "#d5d8df"
    muted: str = "#8f96a3"
    local: str = "#7cc7a2"
    cloud: str = "#8fb4f5"
    warn: str = "#e3b566"
    error: str = "#f08f8f"
    back: str = "#14161a"
    code_back: str = "#1c1f25"
    keyword: str = "#b9a3e3"
    string: str = "#a3c98a"
    number: str = "#e0a67a"
    function: str = "#86b9e0"
    comment: str = "#8a93a3"
    dark: bool = True

    @classmethod
    def of(cls, colours: dict[str, str], *, dark: bool) -> Self:
        """From a theme's variables; a name that is missing keeps its default."""
        known = {f.name for f in fields(cls)} - {"dark"}
        return cls(**{k: v for k, v in colours.items() if k in known}, dark=dark)

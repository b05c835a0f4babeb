"""What a screen writes to the terminal, in fewer bytes: a change of colour says what changes, not all colours anew.

Textual closes every run of one style and opens the next one in full, 39 bytes for true colours. Between two runs on the same
ground only the other colour is said here, and a gap is erased instead of filled: together that is less than half of what a screen
of highlighted code takes over a slow line.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.driver import Driver

_STYLE = re.compile(r"\x1b\[([\d;]*)m")
_MOVES = re.compile(r"(?:\x1b\[\d+;\d+H|\r?\n)*")
"""What looks the same whatever the style: going somewhere else."""


_GAP = re.compile(r" {12,}")
"""Blanks that take more bytes than to erase as many cells and to go on behind them."""
_NEXT = re.compile(r"\r?\n(?=\x1b\[\d+;\d+H)")
"""A new line, and from there somewhere else at once."""


def lean(base: type[Driver], *, erases: bool) -> type[Driver]:
    """The driver `base`, writing as little as it can. `erases`: the terminal gives erased cells the colour of the ground."""

    class LeanDriver(base):  # type: ignore[valid-type, misc]  # which driver it is depends on the system
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self._lean = Lean(erases=erases)
            super().__init__(*args, **kwargs)

        def write(self, data: str) -> None:
            super().write(self._lean.shortened(data))

    return LeanDriver


class Lean:
    """Shortens what is written to one terminal; remembers the style that the terminal was left in."""

    def __init__(self, *, erases: bool = False) -> None:
        self._now = ""
        self._erases = erases

    def shortened(self, data: str) -> str:
        """What shows the same as `data`, and ends in the style that `data` ends in."""
        data = _NEXT.sub("", data)
        out, wanted, at = list[str](), self._now, 0
        for style in _STYLE.finditer(data):
            if style.start() > at:
                self._say(data[at : style.start()], wanted, out)
            wanted = _with(wanted, style[1])
            at = style.end()
        self._say(data[at:], wanted, out)
        out.append(_change(self._now, wanted))
        self._now = wanted
        return "".join(out)

    def _say(self, text: str, wanted: str, out: list[str]) -> None:
        if wanted != self._now and _MOVES.fullmatch(text) is None:
            out.append(_change(self._now, wanted))
            self._now = wanted
        # in a title or an address, which `ESC ]` begins, blanks are what they are
        if self._erases and "  " in text and "\x1b]" not in text and _only_colours(self._now):
            text = _GAP.sub(_erased, text)
        out.append(text)


def _erased(gap: re.Match[str]) -> str:
    cells = gap.end() - gap.start()
    return f"\x1b[{cells}X\x1b[{cells}C"


@lru_cache(maxsize=4096)
def _only_colours(style: str) -> bool:
    """Whether a blank in this style looks like an erased cell: nothing underlined, struck through or turned round."""
    return not style or all(what in {"text", "ground", "1", "2", "3"} for what in _parts(style))


@lru_cache(maxsize=4096)
def _with(style: str, codes: str) -> str:
    """The style that `codes` lead to from another one: they add to it unless they begin with a reset."""
    if codes in {"", "0"}:
        return ""
    if codes.startswith("0;"):
        return codes[2:]
    if not style:
        return codes
    parts = _parts(style)
    for what, code in _parts(codes).items():
        parts.pop(what, None)
        parts[what] = code
    return ";".join(parts.values())


@lru_cache(maxsize=4096)
def _change(now: str, wanted: str) -> str:
    """The sequence that leads from one style to another; "" stands for the terminal's own."""
    if now == wanted:
        return ""
    if not now or not wanted:
        return f"\x1b[{wanted or '0'}m"
    had, has = _parts(now), _parts(wanted)
    # codes that end an attribute depend on their order
    if set(had) <= set(has) and not any(_ENDS.fullmatch(what) for what in has):
        said = ";".join(code for what, code in has.items() if had.get(what) != code)
        return f"\x1b[{said}m" if said else ""
    return f"\x1b[0;{wanted}m"


def _parts(style: str) -> dict[str, str]:
    """The codes of a style, by what they set: `text`, `ground`, or an attribute by its own code."""
    codes, out = style.split(";"), dict[str, str]()
    at = 0
    while at < len(codes):
        code = codes[at]
        size = {"2": 5, "5": 3}.get(codes[at + 1] if at + 1 < len(codes) else "", 1) if code in {"38", "48"} else 1
        what = "text" if _TEXT.fullmatch(code) else "ground" if _GROUND.fullmatch(code) else code
        out[what] = ";".join(codes[at : at + size])
        at += size
    return out


_TEXT = re.compile(r"3[0-9]|9[0-7]")
_ENDS = re.compile(r"2[1-9]|5[0-9]")
_GROUND = re.compile(r"4[0-9]|10[0-7]")

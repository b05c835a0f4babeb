"""How colours are seen: contrast as WCAG 2.2 defines it, and distance as people with dichromacy see it."""

from __future__ import annotations

import math

from textual.color import Color

Triple = tuple[float, float, float]

DICHROMACY: dict[str, tuple[Triple, Triple, Triple]] = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
"""For linear RGB, at full severity: Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color
Vision Deficiency", IEEE Transactions on Visualization and Computer Graphics 15 (6), 2009, table 1."""

_TO_XYZ: tuple[Triple, Triple, Triple] = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_WHITE = (0.95047, 1.0, 1.08883)
"""sRGB to XYZ and its white, D65: IEC 61966-2-1."""

SIXTEEN = {
    "xterm": "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff",
    "the Linux console": "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa "
    "555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff",
    "Windows Terminal": "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc "
    "767676 e74856 16c60c f9f1a5 3b78ff b4009e 61d6d6 f2f2f2",
}
"""What the sixteen colours are by default: XTerm-col.ad, the VGA palette, and the scheme Campbell."""


def _linear(colour: str) -> Triple:
    r, g, b = (c / 255 for c in Color.parse(colour).rgb)
    return _light(r), _light(g), _light(b)


def _light(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _times(matrix: tuple[Triple, Triple, Triple], of: Triple) -> Triple:
    x, y, z = (sum(m * v for m, v in zip(row, of, strict=True)) for row in matrix)
    return x, y, z


def contrast(one: str, other: str) -> float:
    """WCAG contrast of two colours, 1 to 21."""
    low, high = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (_linear(one), _linear(other)))
    return (high + 0.05) / (low + 0.05)


def _lab(linear: Triple) -> Triple:
    seen = zip(_times(_TO_XYZ, linear), _WHITE, strict=True)
    x, y, z = (t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (v / w for v, w in seen))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one: str, other: str, seen_with: str) -> float:
    """CIE 1976 difference of two colours as seen with that kind of dichromacy; about 2.3 is just noticeable."""
    matrix = DICHROMACY[seen_with]
    pair = [_lab(_clipped(_times(matrix, _linear(colour)))) for colour in (one, other)]
    return math.dist(*pair)


def _clipped(linear: Triple) -> Triple:
    r, g, b = (min(1.0, max(0.0, part)) for part in linear)
    return r, g, b


def of_terminal(name: str, terminal: str) -> str:
    """`ansi_bright_red` as `#rrggbb` in the colours that `terminal` comes with."""
    names = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
    number = names.index(name.removeprefix("ansi_").removeprefix("bright_")) + 8 * ("bright_" in name)
    return f"#{SIXTEEN[terminal].split()[number]}"

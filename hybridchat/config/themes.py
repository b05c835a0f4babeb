"""The theme files there are, by name: in the package, beside it in a checkout, in the user's directory. Reads none of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def places(extra: Iterable[str] = ()) -> list[Path]:
    """Directories to look in; later ones win."""
    package = Path(__file__).resolve().parent.parent
    return [package / "themes", package.parent / "themes", *(Path(p) for p in extra)]


def files(extra: Iterable[str] = ()) -> dict[str, Path]:
    """Theme name (the file's stem) -> file."""
    return {path.stem: path for place in places(extra) if place.is_dir() for path in sorted(place.glob("*.toml"))}


def names(extra: Iterable[str] = ()) -> tuple[str, ...]:
    """The themes that can be named, by the alphabet."""
    return tuple(sorted(files(extra)))

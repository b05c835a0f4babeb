"""`.hybridchat.toml` in the working directory: what holds for whoever works in this folder. It may only tighten.

A cloned repository brings such a file along, so it can keep messages here and hide more words, and nothing else: no endpoint,
no model, no consent.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from hybridchat.config.errors import Fault
from hybridchat.config.load import in_file, parse, read, told
from hybridchat.config.schema import FolderSettings
from hybridchat.value import value

NAME = ".hybridchat.toml"


@value
class Folder:
    """What the file in a folder says. `path` is `None` where there is none."""

    path: Path | None = None
    local_only: bool = False
    terms: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What to show people; empty without a file."""
        if self.path is None:
            return ""
        says = ["nothing leaves this machine"] if self.local_only else []
        if self.terms:
            says.append(f"{len(self.terms)} more {'word is' if len(self.terms) == 1 else 'words are'} hidden")
        return f"{NAME} in this folder: {', '.join(says) or 'says nothing'}"


def here() -> Folder:
    """`of` the working directory; nothing where that was deleted under the program. Raises `ConfigError`."""
    try:
        directory = Path.cwd()
    except OSError:
        return Folder()
    return of(directory)


def of(directory: Path) -> Folder:
    """What `.hybridchat.toml` in `directory` (and in none above it) says. Raises `ConfigError` for all that it may not say."""
    path = directory / NAME
    text = read(path)
    if not text and not path.exists():
        return Folder()
    data = parse(text, str(path))
    where = in_file(text, str(path))
    try:
        said = msgspec.convert(data, FolderSettings)
    except msgspec.ValidationError as error:
        raise told(_fault(error, data), where) from None
    if (odd := next((n for n, term in enumerate(said.terms) if not any(c.isalnum() for c in term)), None)) is not None:
        raise told(Fault(("terms", odd), "has no letter or digit"), where)
    return Folder(path, said.local_only is True, tuple(dict.fromkeys(" ".join(term.split()) for term in said.terms)))


def _fault(error: msgspec.ValidationError, data: dict[str, object]) -> Fault:
    known = FolderSettings.__struct_fields__
    if other := next((key for key in data if key not in known), None):
        return Fault((other,), "may not be said here: this file may only tighten", ", ".join(known))
    if "local_only" in data and data["local_only"] is not True:
        return Fault(("local_only",), "cannot be taken back here: this file may only tighten", "true")
    from hybridchat.config.locate import fault  # imported here: type introspection, only when something is wrong

    return fault(error, data, FolderSettings)

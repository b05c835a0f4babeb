"""Files that go with a question: named in it as `@notes.md`, or by their paths. Text becomes a part of it, pictures go beside it.

Everything here that reads files may take as long as a disk does: call it off the event loop.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hybridchat.enclosed import Enclosed, enclose
from hybridchat.mentions import AFTER, Mention, mentions, plain
from hybridchat.pictures import Unusable, looks_like_picture, picture
from hybridchat.tokens import PER_PICTURE, estimate
from hybridchat.value import value

if TYPE_CHECKING:
    from hybridchat.sessions.attachments import Named

LARGEST = 5_000_000
"""Bytes of the text files of one question; the longest that any model reads is below that."""
_SHARES = ("//", "\\\\", "/\\", "\\/")
"""How the path of a share begins on Windows, where either slash is one."""
_SEPARATORS = str.maketrans("_-.+", "    ")


class Unsendable(Exception):
    """A file cannot go with the question; the message is a sentence for people."""


@value
class Taken:
    """One file that goes along. `size` is in bytes, of a picture without what stood beside its pixels."""

    name: str
    size: int
    tokens: int
    picture: bool = False


@value
class Attached:
    """A question with its files: the text ones inside `text`, the pictures in `files`.

    `missing` are the names in it that look like paths of files and are none.
    """

    text: str
    files: tuple[Named, ...] = ()
    taken: tuple[Taken, ...] = ()
    missing: tuple[str, ...] = ()


def attached(text: str, base: Path, *, marked: bool = False) -> Attached:
    """The question `text` with the files it names, relative to `base` or `~`; what names no file stays a word.

    With `marked` only what stands behind a `MARK` is a name. Reads files. Raises `Unsendable`.
    """
    pieces: list[str] = []
    paths: list[Path] = []
    missing: list[str] = []
    names = _Names()
    at = 0
    for found in mentions(text):
        if marked and not found.marked:
            continue
        if (named := _named(found, base)) is None:
            if found.like_path and found.word not in missing:
                missing.append(found.word)
            continue
        path, rest = named
        if path not in paths:
            paths.append(path)
        # without the folder: where it lies is nobody's business
        pieces += [text[at : found.start], names.shown(path, paths.index(path) + 1), rest]
        at = found.end
    return replace(_read_all(plain("".join([*pieces, text[at:]])), paths, names), missing=tuple(missing))


def enclosing(question: str, paths: Sequence[Path]) -> Attached:
    """The question with these files. Reads them. Raises `Unsendable`."""
    return _read_all(question, paths, _Names())


def _read_all(question: str, paths: Sequence[Path], names: _Names) -> Attached:
    texts: list[Enclosed] = []
    pictures: list[Named] = []
    taken: list[Taken] = []
    left = LARGEST
    for number, path in enumerate(paths, 1):
        data = _read(path)
        if looks_like_picture(data):
            try:
                clean = picture(data)
            except Unusable as problem:
                raise Unsendable(f"{path.name} cannot be sent: {problem}.") from None
            pictures.append((path.name, clean))
            taken.append(Taken(path.name, len(clean.data), PER_PICTURE, picture=True))
            continue
        left -= len(data)
        if left < 0:
            raise Unsendable(f"The files have more than {LARGEST:,} bytes together.")
        text = _text(path, data)
        texts.append(Enclosed(names.shown(path, number), text))
        taken.append(Taken(path.name, len(data), estimate(text)))
    return Attached(enclose(question, texts), tuple(pictures), tuple(taken))


def _named(found: Mention, base: Path) -> tuple[Path, str] | None:
    """The file that is there under this name, and the signs after it that are none of it; `None`: there is none."""
    said, rest = found.name, ""
    while said:
        if (path := _there(said, base)) is not None:
            return path, rest
        if found.quoted or said[-1] not in AFTER:
            return None
        said, rest = said[:-1], said[-1] + rest
    return None


def _path(said: str, base: Path) -> Path:
    """Raises `ValueError` for a share of another machine: looking whether it is there would ask that one, unasked."""
    if said.startswith(_SHARES):
        raise ValueError(said)
    return base / Path(said).expanduser()


def _there(said: str, base: Path) -> Path | None:
    """Only ordinary files: a device or a pipe might never end."""
    try:
        path = _path(said, base)
        return path if stat.S_ISREG(path.stat().st_mode) else None
    except (OSError, ValueError, RuntimeError):  # no such name, no such home
        return None


def _read(path: Path) -> bytes:
    try:
        if stat.S_ISFIFO(path.stat().st_mode) or path.is_dir():
            raise Unsendable(f"{path.name} is no file.")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise Unsendable(f"{path} cannot be read: {error.strerror or error}.") from None
    if len(data) > LARGEST:
        raise Unsendable(f"{path.name} has more than {LARGEST:,} bytes.")
    return data


def _text(path: Path, data: bytes) -> str:
    try:
        if b"\0" not in data:
            # one kind of line end, so that the lines counted now are those counted later
            return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").rstrip()
    except UnicodeDecodeError:
        pass
    raise Unsendable(f"{path.name} is neither UTF-8 text nor a JPEG or PNG picture.")


class _Names:
    """What files are called where a model may read it."""

    def __init__(self) -> None:
        self._known: dict[Path, str] = {}

    def shown(self, path: Path, number: int) -> str:
        """The name; only its kind where something personal is in it, which the marks between words would hide."""
        from hybridchat.privacy.scan import ScanError, scan  # imported here: read again anyway when the question is scanned

        if path not in self._known:
            name = " ".join(path.name.split())
            try:
                personal = bool(scan(name) or scan(Path(name).stem.translate(_SEPARATORS)))
            except ScanError:
                personal = True
            self._known[path] = f"file {number}{path.suffix}" if personal else name
        return self._known[path]


# -- while a name is written -------------------------------------------------------------------------------------------

OFFERED = 8
"""Files that are offered at once."""
_LOOKED_AT = 20_000
"""Entries of a folder that are looked at."""
_HEAD = 1 << 16
"""Bytes of a file from which its kind and its tokens are guessed."""


@value
class Offer:
    """What a name may become. `text` stands for it from the `@` on; `why` says in few words why a file cannot go along."""

    text: str
    name: str
    folder: bool = False
    size: int = 0
    tokens: int = 0
    picture: bool = False
    why: str = ""


def offers(part: str, base: Path) -> tuple[tuple[Offer, ...], int]:
    """What `part`, the beginning of a path, may become: folders first; and how many more there are. Reads a folder."""
    if part == "~":
        return (Offer("@~/", "~/", folder=True),), 0
    cut = max(part.rfind(sign) for sign in {"/", os.sep, os.altsep or "/"}) + 1
    folder, stem = part[:cut], part[cut:].lower()
    found = _entries(base, folder)
    shown = [(name, is_dir) for name, is_dir in found if not name.startswith(".") or stem.startswith(".")]
    fitting = [one for one in shown if one[0].lower().startswith(stem)] or [one for one in shown if stem in one[0].lower()]
    fitting.sort(key=lambda one: (not one[1], one[0].lower()))
    made = tuple(_offer(base, folder, *one) for one in fitting[:OFFERED])
    return made, len(fitting) - len(made)


def _entries(base: Path, folder: str) -> list[tuple[str, bool]]:
    """Names in a folder, and whether each is one itself; nothing where it cannot be read."""
    try:
        with os.scandir(_path(folder, base)) as entries:
            return [(e.name, e.is_dir()) for e, _ in zip(entries, range(_LOOKED_AT), strict=False) if '"' not in e.name]
    except (OSError, ValueError, RuntimeError):
        return []


def _offer(base: Path, folder: str, name: str, is_dir: bool) -> Offer:  # noqa: FBT001 - a pair of `_entries`
    spaced = any(sign.isspace() for sign in folder + name)
    if is_dir:
        return Offer(f'@"{folder}{name}/' if spaced else f"@{folder}{name}/", f"{name}/", folder=True)
    text = f'@"{folder}{name}" ' if spaced else f"@{folder}{name} "
    try:
        path = _path(folder, base) / name
        if not stat.S_ISREG(path.stat().st_mode):
            return Offer(text, name, why="no ordinary file")
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        return Offer(text, name, why=(error.strerror or "cannot be read").lower())
    return _weighed(Offer(text, name, size=size), head)


def _weighed(offer: Offer, head: bytes) -> Offer:
    """With tokens, or with why it cannot go along."""
    if looks_like_picture(head):
        fit = head.startswith((b"\xff\xd8\xff", b"\x89PNG"))
        why = "too large" if offer.size > LARGEST else "" if fit else "only JPEG and PNG pictures"
        return Offer(offer.text, offer.name, size=offer.size, tokens=PER_PICTURE, picture=True, why=why)
    if offer.size > LARGEST:
        return Offer(offer.text, offer.name, size=offer.size, why=f"too large: {LARGEST:,} bytes at most")
    # a letter may be cut at the end of what was read
    text = head.decode("utf-8-sig", "replace")
    if b"\0" in head or "\ufffd" in text[: len(text) - 4]:
        return Offer(offer.text, offer.name, size=offer.size, why="no text")
    tokens = estimate(text) if offer.size <= len(head) else round(estimate(text) * offer.size / len(head))
    return Offer(offer.text, offer.name, size=offer.size, tokens=tokens)

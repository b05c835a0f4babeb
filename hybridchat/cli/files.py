"""Files that go with a question: text becomes a part of it, pictures go beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hybridchat.cli import edge
from hybridchat.cli.edge import Exit
from hybridchat.pictures import Unusable, looks_like_picture, picture
from hybridchat.sessions.attachments import Named

LARGEST = 5_000_000
"""Bytes of one text file; the longest that any model reads is below that."""
_TEXTS = frozenset({"", "txt", "text", "md", "log"})
_SEPARATORS = str.maketrans("_-.+", "    ")


def with_files(question: str, paths: Sequence[Path]) -> tuple[str, tuple[Named, ...]]:
    """The question after its text files, each under its name, and the pictures apart. Raises `Exit` for a file of no use."""
    texts: list[str] = []
    pictures: list[Named] = []
    for number, path in enumerate(paths, 1):
        data = _read(path)
        if looks_like_picture(data):
            try:
                pictures.append((path.name, picture(data)))
            except Unusable as problem:
                raise Exit(edge.USAGE, f"{path.name} was not sent: {problem}.") from None
        else:
            texts.append(_fenced(_shown(path.name, number), _text(path, data)))
    return "\n\n".join([*texts, question]), tuple(pictures)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise Exit(edge.USAGE, f"{path} cannot be read: {error.strerror or error}.") from None
    if len(data) > LARGEST:
        raise Exit(edge.USAGE, f"{path.name} has more than {LARGEST:,} bytes; nothing was sent.")
    return data


def _text(path: Path, data: bytes) -> str:
    try:
        if b"\0" not in data:
            return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    raise Exit(edge.USAGE, f"{path.name} is neither UTF-8 text nor a JPEG or PNG picture; nothing was sent.")


def _shown(name: str, number: int) -> str:
    """The name without its folder; only its kind where something personal is in it, which the marks between words would hide."""
    from hybridchat.privacy.scan import ScanError, scan  # imported here: read again anyway when the question is scanned

    try:
        personal = bool(scan(name) or scan(Path(name).stem.translate(_SEPARATORS)))
    except ScanError:
        personal = True
    return f"file {number}{Path(name).suffix}" if personal else name


def _fenced(name: str, text: str) -> str:
    """Between fences longer than any in the text, with the kind of the file where it has one."""
    kind = Path(name).suffix[1:].lower()
    fence = "`" * max(3, 1 + max(map(_fence_of, text.splitlines()), default=0))
    return f"{name}:\n{fence}{'' if kind in _TEXTS or not kind.isalnum() else kind}\n{text.rstrip()}\n{fence}"


def _fence_of(line: str) -> int:
    bare = line.lstrip()
    return len(bare) - len(bare.lstrip("`"))

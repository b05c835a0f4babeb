"""The user's own words, in a file of theirs: one term per line, `#` begins a comment, `!term` is never hidden."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from hybridchat.config.holding import held, replaced
from hybridchat.privacy.scan import Terms
from hybridchat.privacy.words import collapse

_LONGEST = 200
_HEADER = "# Words hybridchat hides before anything leaves this machine, one per line. !word is never hidden.\n"


class TermsError(ValueError):
    """One sentence for people: which file or term, and what to do."""


def load(path: Path) -> Terms:
    """The terms in the file; none when there is no file. Raises `TermsError` when it cannot be read."""
    always: list[str] = []
    never: list[str] = []
    for line in _lines(path):
        term = _parse(line)
        if term is not None:
            (never if term[0] else always).append(term[1])
    return Terms(tuple(dict.fromkeys(always)), tuple(dict.fromkeys(never)))


def joined(own: Terms, more: Sequence[str]) -> Terms:
    """The user's list and a folder's: what either hides is hidden, whatever the other one lets pass."""
    if not more:
        return own
    hidden = {collapse(word) for word in more}
    never = tuple(word for word in own.never if collapse(word) not in hidden)
    return replace(own, always=(*own.always, *more), never=never)


def add(path: Path, *words: str, never: bool = False) -> Terms:
    """Adds terms (those there already, in whatever case, are left alone; one from the other list moves over).

    Raises `TermsError` for a term that cannot be one, or a file that cannot be written; nothing is changed then.
    """
    wanted = {collapse(word): word for word in (_checked(w) for w in words)}
    kept: list[str] = []
    with _alone(path):
        for line in _lines(path):
            term = _parse(line)
            key = collapse(term[1]) if term else ""
            if term and key in wanted:
                if term[0] == never:
                    del wanted[key]
                else:
                    continue
            kept.append(line)
        kept += [("!" if never else "") + _escaped(word) for word in wanted.values()]
        _write(path, kept)
    return load(path)


def remove(path: Path, *words: str) -> tuple[str, ...]:
    """Removes terms from both lists and returns those that were there. Raises `TermsError`."""
    unwanted = {collapse(word.strip().removeprefix("!")) for word in words}
    kept: list[str] = []
    gone: list[str] = []
    if not _lines(path):
        return ()
    with _alone(path):
        for line in _lines(path):
            term = _parse(line)
            if term and collapse(term[1]) in unwanted:
                gone.append(term[1])
            else:
                kept.append(line)
        if gone:
            _write(path, kept)
    return tuple(gone)


def import_file(path: Path, source: Path) -> int:
    """Adds the terms of another file of the same form and returns how many are new. Raises `TermsError`."""
    if not source.is_file():
        raise TermsError(f"{source}: there is no such file to import terms from")
    before = load(path)
    new = load(source)
    after = add(path, *new.always)
    if new.never:
        after = add(path, *new.never, never=True)
    return len(after.always) + len(after.never) - len(before.always) - len(before.never)


def same(one: str, other: str) -> bool:
    """Whether two terms are one, whatever their case and accents."""
    return collapse(one) == collapse(other)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """While nobody else changes the list: a word that was said to be hidden must not be lost to another one's save."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with held(path):
            yield
    except OSError as e:
        raise TermsError(f"{path}: the list of your terms cannot be written ({e.strerror or e})") from e


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as e:
        raise TermsError(f"{path}: not a UTF-8 text file (byte {e.start}); save it as UTF-8 text, one term per line") from e
    except OSError as e:
        raise TermsError(
            f"{path}: the list of your terms cannot be read ({e.strerror}); nothing is sent to a cloud without it"
        ) from e


def _parse(line: str) -> tuple[bool, str] | None:
    """(never hidden, term) of a line, or None for a comment or an empty line. A backslash before # or ! takes it as text."""
    line = line.strip()
    if not line or line.startswith("#"):
        return None
    never = line.startswith("!")
    term = line[1:].strip() if never else line
    if term.startswith(("\\#", "\\!")):
        term = term[1:]
    return (never, term) if collapse(term) else None


def _escaped(word: str) -> str:
    return "\\" + word if word.startswith(("#", "!")) else word


def _checked(word: str) -> str:
    term = " ".join(word.split())
    if not any(c.isalnum() for c in collapse(term)):
        raise TermsError(f"{word!r} cannot be a term: it has no letter or digit")
    if len(term) > _LONGEST:
        raise TermsError(f"the term that begins with {term[:20]!r} is too long: at most {_LONGEST} characters")
    return term


def _write(path: Path, lines: list[str]) -> None:
    head = "" if lines and lines[0].startswith("#") else _HEADER
    replaced(path, head + "".join(f"{line}\n" for line in lines))

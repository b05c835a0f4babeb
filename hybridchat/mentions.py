"""`@notes.md` in a question: where names of files stand in a text, and which is being written. Pure; standard library only."""

from __future__ import annotations

from collections.abc import Iterator

from hybridchat.late import late
from hybridchat.value import value

MARK = "\x1a"
"""Stands before an `@` that a screen knows to be meant, where pasted text may hold others; no text that is typed holds one."""
MARKED = "\x1f"
"""Begins a text in which names without a `MARK` are words: without it every name may be meant."""
_MENTION = late(r"""(?P<mark>\x1a)?(?<![^\s(\[{"'«\x1a])@(?:"(?P<quoted>[^"\n]{1,1024})"|(?P<bare>[^\s"\x1a]{1,1024}))""")
_UNDONE = late(r"""(?<![^\s(\[{"'«])@(?:"(?P<quoted>[^"\n]*)|(?P<bare>[^\s"]*))$""")


_PATH = late(r"~|[^@(]*[/\\]|[^@(]*[^@(.]\.(?:[A-Za-z0-9]{1,4}|ipynb|jsonl|xhtml)$")
AFTER = ".,;:!?)]}'»”…"
"""Signs that end a sentence more often than a file's name."""


@value
class Mention:
    """What may be a file's name. `start` is where its `@`, or the mark before that, stands; `quoted` names may hold spaces."""

    start: int
    end: int
    name: str
    quoted: bool
    marked: bool

    @property
    def word(self) -> str:
        """The name without what may be the end of a sentence."""
        return self.name.rstrip(AFTER)

    @property
    def like_path(self) -> bool:
        """Whether it looks like a path, and not like somebody's name, an address or a line of code."""
        return "@" not in self.name and "(" not in self.name and _PATH.match(self.word) is not None


def plain(text: str) -> str:
    """The text without the marks of what is meant."""
    return text.replace(MARK, "").removeprefix(MARKED)


def kept(meant: str) -> str:
    """A text with marks as it goes back into a composer: what was a word in it stays one."""
    return MARKED + meant if any(not found.marked for found in mentions(meant)) else plain(meant)


def recalled(question: str) -> str:
    """A question that was asked, as it goes back into a composer: files were read then, so a name still in it is a word."""
    return MARKED + question if any(mentions(question)) else question


def unmeant(text: str) -> frozenset[str]:
    """The names in a text that are words; none unless it says so at its beginning."""
    return frozenset(found.word for found in mentions(text) if not found.marked) if text.startswith(MARKED) else frozenset()


def mentions(text: str) -> Iterator[Mention]:
    """Every `@name` and `@"name with spaces"` in the text, in order."""
    if "@" in text:
        for found in _MENTION.finditer(text):
            quoted = found["quoted"] is not None
            name = found["quoted"] if quoted else found["bare"]
            yield Mention(found.start(), found.end(), name, quoted, found["mark"] is not None)


def undone(line: str) -> tuple[int, str] | None:
    """Where in `line` the name begins that is being written at its end (its `@`), and what is there of it; `None`: none is."""
    found = _UNDONE.search(line) if "@" in line else None
    if found is None:
        return None
    return found.start(), found["quoted"] if found["quoted"] is not None else found["bare"]

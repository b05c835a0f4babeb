"""Files that go with a question in plain mode: `@notes.md` and `@"my plan.txt"` in what is typed, as on the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hybridchat import mentions
from hybridchat.answer import Answer
from hybridchat.asking import NO_OPTIONS
from hybridchat.enclosed import enclose, opened
from hybridchat.mentions import MARKED
from hybridchat.render.beside import absent, beside

if TYPE_CHECKING:  # the conversation calls these and hands itself in; at run time nothing points back
    from hybridchat.attaching import Attached
    from hybridchat.cli.plain import Plain
    from hybridchat.conversation import Turn


def read(plain: Plain, text: str, before: Turn | None = None) -> Attached | None:
    """The question with the files it names, which are told; `None` when one cannot go along, and that is told.

    A name that was not typed just now, but pasted or recalled, is a word unless the user says that its file is meant.

    With `before` it is that question in other words, and what went with it goes along again.
    """
    from hybridchat.attaching import Attached, Unsendable, attached  # imported here: most questions come without

    untyped, text = text.startswith(MARKED), mentions.plain(text)
    try:
        # not by its name: a folder that was deleted meanwhile has none
        found = attached(text, Path())
    except Unsendable as problem:
        if not untyped:
            plain.say(f"Not sent: {problem}")
            return None
        found = Attached(text)
    if untyped and not (found.taken and _meant(plain, found)):
        found = Attached(text)
    if found.taken:
        plain.say(f"({beside(found.taken)})")
    if found.missing:
        plain.say(f"({absent(found.missing)}; sent as text)")
    if before is None:
        return found
    return replace(
        found,
        text=enclose(found.text, opened(before.question)[0]),
        files=(*plain.chat.store.files(before), *found.files),
    )


def _meant(plain: Plain, found: Attached) -> bool:
    """Asks whether files that a pasted text names go along."""
    title = f"Not typed, but there is such a file: {beside(found.taken).removeprefix('with ')}."
    return plain.choose(title, ["leave the name as a word", "send the file along"], "ny") == 1


def asking(plain: Plain, found: Attached) -> Callable[[], Answer]:
    """Begins the answer to such a question in the conversation at hand."""
    options = replace(NO_OPTIONS, files=found.files)
    return lambda: plain.chat.answer(plain.session.id, found.text, options=options)

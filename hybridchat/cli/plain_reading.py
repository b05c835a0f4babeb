"""Plain mode's commands that find, edit, branch and take along what was said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hybridchat.render import finding
from hybridchat.render.words import plural, short

if TYPE_CHECKING:  # the conversation calls these and hands itself in; at run time nothing points back
    from hybridchat.cli.plain import Plain


def _said(plain: Plain) -> list[tuple[str, str]]:
    """Everything said in the conversation, each with whose it is."""
    said = []
    for turn in plain.path():
        said.append(("you", turn.question))
        said += [(short(attempt.model_id), attempt.text) for attempt in turn.attempts if attempt.text]
    return said


def find(plain: Plain, text: str) -> None:
    if not text:
        plain.say("Write: /find TEXT")
        return
    said, wanted = _said(plain), finding.flat(text)
    found = finding.newest_first([words for _, words in said], text)
    plain.say(f"{plural(len(found), 'hit')}, the newest first." if found else "Not found in this conversation.")
    for n, (index, nth) in enumerate(found, 1):
        who, words = said[index]
        plain.say(f"  {n} {who}: {finding.around(words, finding.places(words, wanted)[nth], len(wanted))}")


READING: Mapping[str, Callable[[Plain, str], None]] = {"find": find}

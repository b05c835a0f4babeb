"""Plain mode's commands that find, edit, branch and take along what was said."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from hybridchat.cli import plain_files
from hybridchat.mentions import recalled
from hybridchat.render import editor as texts
from hybridchat.render import finding
from hybridchat.render.text import one_line
from hybridchat.render.words import UNTOLD, plural, short, told_first

if TYPE_CHECKING:  # the conversation calls these and hands itself in; at run time nothing points back
    from hybridchat.cli.plain import Plain

RECALLED = 9
"""Texts from before that are offered at once."""


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
        plain.quote(f"  {n} {who}: {finding.around(words, finding.places(words, wanted)[nth], len(wanted))}")


def edit(plain: Plain, text: str) -> None:
    path = plain.path()
    if not text or not path:
        plain.say("Write: /edit TEXT, the last question in other words.")
        return
    if (found := plain_files.read(plain, text, path[-1])) is None:
        return
    plain.chat.store.set_session(plain.session.id, leaf_id=path[-1].parent_id)
    plain.refresh()
    plain.turn(plain_files.asking(plain, found))
    if beside := plain.chat.store.branches(plain.session.id).get(plain.path()[-1].id):
        plain.say(f"This is branch {len(beside)} of {len(beside)}. /branch 1 shows the first.")


def branch(plain: Plain, number: str) -> None:
    known = plain.chat.store.branches(plain.session.id) if plain.session.id else {}
    here = next((turn.id for turn in reversed(plain.path()) if turn.id in known), "")
    if not here:
        plain.say("There is one branch only. /edit TEXT asks the last question in other words, as another.")
        return
    beside = known[here]
    if not number.isdecimal() or not 0 < int(number) <= len(beside):
        plain.say(f"/branch 1 to /branch {len(beside)}; this is {beside.index(here) + 1}.")
        return
    store = plain.chat.store
    store.set_session(plain.session.id, leaf_id=store.leaf_under(beside[int(number) - 1]))
    plain.refresh()
    plain.say(f"Branch {number} of {len(beside)}:")
    plain.show_path()


def fork(plain: Plain, _: str) -> None:
    path = plain.path()
    if not path:
        plain.say("There is nothing to fork yet.")
        return
    plain.look_at(plain.chat.store.intake.fork(plain.session, path))
    plain.say("A conversation of its own from here on. The one before stays in the list.")


def recall(plain: Plain, wanted: str) -> None:
    found = finding.remembered(plain.chat.store.asked(), wanted, RECALLED)
    if not found:
        plain.say("Nothing like it was typed before.")
        return
    chosen = plain.choose("Send which one again?", [one_line(text) for text in found])
    if chosen is not None:
        plain.tty.next.insert(0, recalled(found[chosen]))


def copy(plain: Plain, number: str) -> None:
    said = [turn.answer.text for turn in plain.path() if turn.answer is not None and turn.answer.text]
    back = int(number) if number.isdecimal() else 1
    if not said:
        plain.say("There is no answer yet.")
    elif (number and not number.isdecimal()) or not 0 < back <= len(said):
        plain.say(f"/copy 1 is the last answer, /copy {len(said)} the first." if len(said) > 1 else "There is one answer only.")
    else:
        which = "last answer" if back == 1 else f"answer {back} from the end"
        plain.say(f"Plain mode leaves the clipboard alone. The {which}, once more:")
        plain.tty.say(said[-back])
        plain.say("")


def export(plain: Plain, file: str) -> None:
    from hybridchat.sessions.export import to_file  # imported here: for who asks for it

    if not plain.session.id:
        plain.say("There is nothing to export yet.")
        return
    plain.refresh()
    try:
        path = to_file(plain.chat.store, plain.session, file)
    except FileExistsError:
        plain.say(f"{file} is there already; another name, please.")
    except OSError as error:
        plain.say(f"Not written: {error.strerror or error}: {file}")
    else:
        plain.say(f"Written to {path}, as it stands here: nothing in it is hidden.")


def editor(plain: Plain, _: str) -> None:
    program = texts.command(os.environ)
    if plain.chat.private:
        plain.say("This conversation is private: an editor would write it to a file.")
    elif not program:
        plain.say("There is no editor: EDITOR names one, as in EDITOR=nano.")
    else:
        try:
            text = texts.edited("", program)
        except (OSError, ValueError) as error:
            plain.say(f"The editor could not be used: {error}")
            return
        if text.strip():
            plain.tty.next.insert(0, text)
        else:
            plain.say("Nothing was written, so nothing is sent.")


def system(plain: Plain, text: str) -> None:
    if text:
        plain.session = replace(plain.session, system="" if text == UNTOLD else text)
        if plain.session.id:
            plain.chat.store.set_session(plain.session.id, system=plain.session.system)
    plain.quote(*told_first(plain.session.system).splitlines())


def mouse(plain: Plain, _: str) -> None:
    plain.say("The mouse is the terminal's: plain mode never takes it.")


READING: Mapping[str, Callable[[Plain, str], None]] = {
    "find": find, "edit": edit, "fork": fork, "branch": branch, "recall": recall,
    "copy": copy, "export": export, "editor": editor, "system": system, "mouse": mouse,
}  # fmt: skip

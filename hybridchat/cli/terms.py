"""`hybridchat terms`: the user's own words that never leave readable."""

from __future__ import annotations

import os
from pathlib import Path

from hybridchat import terms
from hybridchat.assemble import terms_path
from hybridchat.cli import edge
from hybridchat.cli.edge import Exit, say


def add(words: list[str]) -> int:
    path = terms_path(os.environ)
    try:
        terms.add(path, *words)
    except terms.TermsError as error:
        raise Exit(edge.USAGE, str(error)) from None
    say("Hidden from the next message on.")
    return edge.OK


def remove(words: list[str]) -> int:
    try:
        gone = terms.remove(terms_path(os.environ), *words)
    except terms.TermsError as error:
        raise Exit(edge.USAGE, str(error)) from None
    if len(gone) < len(words):
        known = {word.casefold() for word in gone}
        missing = [word for word in words if word.casefold() not in known]
        raise Exit(edge.USAGE, f"Not in the list: {', '.join(missing)}")
    return edge.OK


def show() -> int:
    found = terms.load(terms_path(os.environ))
    for word in (*found.always, *(f"!{word}" for word in found.never)):
        # others may have written them: a list is imported as it is
        edge.out(f"{word}\n")
    return edge.OK


def import_from(file: Path) -> int:
    try:
        count = terms.import_file(terms_path(os.environ), file)
    except terms.TermsError as error:
        raise Exit(edge.USAGE, str(error)) from None
    say(f"{count} added.")
    return edge.OK

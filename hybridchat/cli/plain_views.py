"""Plain mode's views over what was and what could be: a comparison, the ledger, the sums."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from hybridchat.asking import NO_OPTIONS
from hybridchat.cli import plain_files, sentences
from hybridchat.comparing import Comparison, named
from hybridchat.render import ledger as left
from hybridchat.render import words

if TYPE_CHECKING:  # the conversation calls these and hands itself in; at run time nothing points back
    from hybridchat.cli.plain import Plain

ROWS = 20
"""Rows of the ledger that are told, the newest."""


def compare(plain: Plain, args: str) -> None:
    """Asks each model under its heading, one after the other, then which answer to keep."""
    models = plain.chat.models()
    try:
        chosen, question = named(args, models)
    except LookupError as error:
        plain.say(sentences.started(str(error)))
        return
    path = plain.path()
    if not chosen or not (question or path):
        plain.say("Write: /compare MODEL MODEL [QUESTION]; without a question the last one is asked again.")
        return
    if (found := plain_files.read(plain, question)) is None:
        return
    plain.begin()
    options = replace(NO_OPTIONS, files=found.files)
    turn_id = "" if question else path[-1].id
    make = partial(Comparison, plain.chat, chosen, plain.session.id, found.text, turn_id=turn_id, options=options)
    comparison = plain.on_loop(make)
    try:
        for n, model in enumerate(chosen):
            plain.say(f"Asking {model.name} ({words.PLACES[model.locality]}):")
            plain.turn(partial(comparison.start, n))
            if not comparison.turn_id and (path := plain.path()):
                comparison.turn_id = path[-1].id
    finally:
        stands = comparison.settle()
    if stands is None:
        plain.say("Nobody answered.")
        return
    turn = plain.chat.store.turn(comparison.turn_id)
    said = {a.model_id for a in turn.attempts if a.text} if turn is not None else set()
    there = [n for n, model in enumerate(chosen) if model.id in said]
    if len(there) > 1:
        picked = plain.choose("Which answer do you keep?", [chosen[n].name for n in there])
        if picked is not None:
            stands = comparison.settle(there[picked]) or stands
    plain.say(f"{words.short(stands.model_id)}'s answer is kept; the others stay beside it.")
    plain.refresh()


def ledger(plain: Plain) -> None:
    """The newest of what left."""
    rows = plain.chat.store.ledger.rows(limit=ROWS)
    plain.say(left.total(rows))
    plain.say(*(f"{row.id[:8]}, {row.host}, {left.whom(row)}: {left.what(row)}" for row in rows))
    if any(row.bytes for row in rows) and plain.chat.store.saved:
        plain.say("The exact bytes: hybridchat ledger --raw ID")


def stats(plain: Plain) -> None:
    """The sums, as `hybridchat stats` tells them."""
    from hybridchat.cli.stats import compared_with, spoken
    from hybridchat.stats import stats as summed

    cloud = compared_with(plain.config)
    made = summed(plain.chat.store.past.tried(), cloud.price if cloud is not None else None)
    if made.total.questions:
        plain.say(*spoken(made, cloud))
    else:
        plain.say("Nothing was asked yet.")


def theme(plain: Plain, name: str) -> None:
    """Chooses the colours that the full screen opens in."""
    from hybridchat.cli.screen import keep_theme
    from hybridchat.config import themes
    from hybridchat.config.paths import config_path, themes_dir

    names = themes.names([str(themes_dir())])
    if not name:
        chosen = plain.choose("Colours of the full screen; plain mode has none:", names)
        if chosen is None:
            return
        name = names[chosen]
    if name not in names:
        yours = f"One of your own would be {themes_dir() / name}.toml."
        plain.say(f"There is no theme {name}; there are: {', '.join(names)}. {yours}")
    elif plain.demo:
        plain.say("Demo: nothing is kept.")
    else:
        plain.say(keep_theme(config_path(), name) or f"The full screen opens in {name} from now on.")

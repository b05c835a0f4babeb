"""Plain mode's commands that change how this conversation, or the program, answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hybridchat.late import late
from hybridchat.render.aloud import aloud

if TYPE_CHECKING:  # the conversation calls these and hands itself in; at run time nothing points back
    from hybridchat.cli.plain import Plain
    from hybridchat.config.settings import Setting
    from hybridchat.configuring import Configuring


_COLUMNS = late(r"(?<=\S) {2,}")
_STATES = {"ok": "ok", "note": "note", "wrong": "wrong"}


def set_(plain: Plain, text: str) -> None:
    _change(plain, text, think=False)


def think(plain: Plain, text: str) -> None:
    _change(plain, text, think=True)


def _change(plain: Plain, text: str, *, think: bool) -> None:
    path = plain.path()
    last = path[-1].answer if path else None
    try:
        plain.session, told = plain.chat.set(plain.session, text, think=think, last=last.model_id if last is not None else None)
    except ValueError as error:
        plain.say(str(error))
        return
    plain.say(*(_COLUMNS.sub(": ", line, 1) for line in told.splitlines()))


def settings(plain: Plain, text: str) -> None:
    if plain.demo:
        plain.say("The demo keeps no settings.")
        return
    from hybridchat.config import ConfigError  # imported here, like all that follows: for who asks for it
    from hybridchat.configuring import UNSET, Configuring, said
    from hybridchat.render.settings import refused

    port = Configuring(chat=plain.chat)
    key, value = said(text)
    try:
        if value:
            _set(plain, port, key, None if value in UNSET else value)
        elif key:
            _one(plain, port, port.one(key))
        else:
            _choose(plain, port)
    except (ConfigError, OSError) as error:
        plain.say(refused(error))


def _choose(plain: Plain, port: Configuring) -> None:
    every = port.all()
    groups = list(dict.fromkeys(one.group for one in every))
    counts = [sum(one.set for one in every if one.group == group) for group in groups]
    rows = [f"{group}{f' ({count} set)' if count else ''}" for group, count in zip(groups, counts, strict=True)]
    if (chosen := plain.choose("Settings:", rows)) is None:
        return
    inside = [one for one in every if one.group == groups[chosen]]
    found = plain.choose(
        f"{groups[chosen]}:", [aloud(f"{one.name} = {one.value}") + (f" ({one.source})" if one.set else "") for one in inside]
    )
    if found is not None:
        _one(plain, port, inside[found])


def _one(plain: Plain, port: Configuring, one: Setting) -> None:
    from hybridchat.configuring import UNSET
    from hybridchat.render.settings import about

    plain.say(f"{one.key} = {one.value}", *about(one))
    none = "take the rule out" if one.key.startswith("rule.") else "the default"
    typed = plain.tty.ask(f"new value (Enter: as it is, none: {none}): ")
    if typed is not None and typed.strip():
        _set(plain, port, one.key, None if typed.strip() in UNSET else typed.strip())


def _set(plain: Plain, port: Configuring, key: str, value: str | None) -> None:
    plain.say(f"{port.set(key, value).rstrip('.')}.")
    plain.on_loop(lambda: plain.chat.opened(plain.session))


def doctor(plain: Plain, text: str) -> None:
    import os  # imported here, like all that follows: for who asks for it

    from hybridchat.config import ConfigError, load
    from hybridchat.doctor import broken, examine
    from hybridchat.render.doctor import rows, verdict

    if plain.demo:
        plain.say("The demo needs no doctor: hybridchat doctor looks at your own set-up.")
        return
    try:
        found = plain.stage.run(examine(plain.chat, load(), os.environ, online="online" in text))
    except ConfigError as error:
        found = broken(error, os.environ)
    for state, line in rows(found):
        # the mark before a line says the same as the word
        text = line.strip().partition(" ")[2]
        plain.say(f"  To do: {text}" if state == "fix" else f"{_STATES[state]}, {text}")
    plain.say(verdict(found))


def gauges(plain: Plain, _: str) -> None:
    from hybridchat.render.meters import Limits, meters

    group = ""
    for meter in meters(plain.on_loop(plain.chat.snapshot), Limits(*plain.chat.limits), {}):
        if meter.group != group:
            group = meter.group
            plain.say(f"{group[:1].upper()}{group[1:]}:")
        told = f" ({'; '.join(meter.lines)})" if meter.lines else ""
        plain.say(f"  {meter.name} {meter.value}{told}")
    if not group:
        plain.say("Nothing is measured yet.")


def terms(plain: Plain, text: str) -> None:
    from hybridchat.render.terms import USAGE, told

    words = plain.chat.words
    try:
        if text:
            plain.say(told(words, text))
            return
        found = words.all()
    except ValueError as error:
        plain.say(str(error))
        return
    hidden = [*(f"{word}: hidden" for word in found.always), *(f"{word}: hidden, this folder" for word in words.folder)]
    plain.say(*hidden, *(f"{word}: never hidden" for word in found.never), USAGE)


ADJUSTING: Mapping[str, Callable[[Plain, str], None]] = {
    "set": set_,
    "think": think,
    "settings": settings,
    "doctor": doctor,
    "terms": terms,
    "gauges": gauges,
}

"""What each command does in plain mode. One function per command, found by its name in the command table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from hybridchat import terms
from hybridchat.cli import plain_models, plain_waiting, sentences
from hybridchat.cli.plain_adjusting import ADJUSTING
from hybridchat.cli.plain_reading import READING
from hybridchat.cli.plain_sessions import SESSIONS
from hybridchat.config.paths import profile
from hybridchat.conversation import Ending, Turn
from hybridchat.facts import Decision, Mode
from hybridchat.render import guide
from hybridchat.tuning import summary

if TYPE_CHECKING:  # the conversation calls these and hands itself in; at run time nothing points back
    from hybridchat.cli.plain import Plain


def help_(plain: Plain, words: str) -> None:
    plain.say(*guide.plain(words))


def model(plain: Plain, name: str) -> None:
    models = plain.chat.models()
    if name:
        if not plain_models.asked(plain, name):
            pin(plain, name)
        return
    if not models:
        plain.say("There is no model yet. /model pull gets one that fits this machine.")
        return
    chosen = plain.choose("Models:", [*plain_models.choices(plain, models), "let each message choose"])
    if chosen is not None:
        pin(plain, models[chosen].id if chosen < len(models) else "")


def pin(plain: Plain, name: str) -> None:
    try:
        wanted = plain.chat.world.find(name).id if name else None
    except LookupError as error:
        plain.say(sentences.started(str(error)))
        return
    if plain.session.id:
        plain.on_loop(lambda: plain.chat.set_pin(plain.session.id, wanted))
    elif wanted is not None:
        plain.on_loop(lambda: plain.chat.world.allow(wanted))
    plain.session = replace(plain.session, pin=wanted)
    plain.say(f"Pinned: {wanted}." if wanted else "No model is pinned: each message chooses.")


def local(plain: Plain, _: str) -> None:
    _hold(plain, Mode.ONLY_LOCAL)


def cloud(plain: Plain, _: str) -> None:
    _hold(plain, Mode.ONLY_CLOUD)


def auto(plain: Plain, _: str) -> None:
    _hold(plain, Mode.AUTO)


def _hold(plain: Plain, mode: Mode) -> None:
    if plain.chat.lock and mode is not Mode.ONLY_LOCAL:
        plain.say(plain.chat.lock)
        return
    plain.session = replace(plain.session, mode=mode)
    if plain.session.id:
        plain.on_loop(lambda: plain.chat.set_mode(plain.session.id, mode))
    else:
        plain.look_at(plain.session)
    plain.say(sentences.SAID_OF_MODE[mode])


def other(plain: Plain, _: str) -> None:
    if (last := _last(plain)) is not None:
        plain.turn(lambda: plain.chat.again(last.id, other=True))


def retry(plain: Plain, _: str) -> None:
    if (last := _last(plain)) is not None:
        plain.turn(lambda: plain.chat.again(last.id))


def _last(plain: Plain) -> Turn | None:
    path = plain.path()
    if not path:
        plain.say("There is no question yet.")
        return None
    return path[-1]


def anyway(plain: Plain, _: str) -> None:
    if (last := _last(plain)) is None:
        return
    if last.ending is Ending.UNROUTED and _for_money(plain.chat.decision(last.id)):
        plain.turn(lambda: plain.chat.again(last.id, over_budget=True))
    else:
        plain.say("No question was refused for the budget.")


def _for_money(decision: Decision | None) -> bool:
    """Whether the day's budget was in the way: it is lifted for nothing else."""
    return decision is not None and any(c.rejected is not None and c.rejected.rule == "budget" for c in decision.candidates)


def budget(plain: Plain, amount: str) -> None:
    try:
        plain.say(plain.chat.purse.set(amount) if amount else plain.chat.purse.told())
    except ValueError as error:
        plain.say(str(error))


def compare(plain: Plain, args: str) -> None:
    from hybridchat.cli.plain_views import compare as run  # imported here, like the next three: for who asks for it

    run(plain, args)


def ledger(plain: Plain, _: str) -> None:
    from hybridchat.cli.plain_views import ledger as run

    run(plain)


def stats(plain: Plain, _: str) -> None:
    from hybridchat.cli.plain_views import stats as run

    run(plain)


def theme(plain: Plain, name: str) -> None:
    from hybridchat.cli.plain_views import theme as run

    run(plain, name)


def stop(plain: Plain, _: str) -> None:
    plain.say("Nothing is running. Ctrl+C stops an answer.")


def why(plain: Plain, number: str) -> None:
    path = plain.path()
    if number and (not number.isdecimal() or not 0 < int(number) <= len(path)):
        plain.say(f"/why 1 is the last question, /why {len(path)} the first." if path else "There is no question yet.")
        return
    asked = path[-int(number)] if number else _last(plain)
    if asked is None:
        return
    from hybridchat.render.changes import hindsight  # imported here, like the next: for who asks why
    from hybridchat.render.why import told

    record, changed = hindsight(plain.chat.store.past, asked.id)
    decision = plain.chat.decision(asked.id) if record is None else record.decision
    if decision is None:
        plain.say("No model was chosen for it yet.")
        return
    answered = asked.answer.model_id if asked.answer is not None and asked.answer.text else None
    lines = told(decision, changed if record is not None else None, answered)
    plain.say(*(sentences.without_keys(line, commands=True) for line in lines))


def hide(plain: Plain, word: str) -> None:
    if not word:
        plain.say("Write: /hide WORD")
        return
    try:
        plain.say(plain.on_loop(lambda: plain.chat.hide(word)))
    except terms.TermsError as error:
        plain.say(sentences.started(str(error)))


def status(plain: Plain, _: str) -> None:
    snapshot = plain.on_loop(plain.chat.snapshot)
    plain.say(*sentences.status(snapshot, plain.chat.models()))
    plain.say(f"Mode: {sentences.SAID_OF_MODE[plain.chat.mode(plain.session)]}")
    if plain.session.pin:
        plain.say(f"Pinned: {plain.session.pin}")
    if told := summary(plain.session):
        plain.say(f"Set here: {told}")
    for problem in plain.chat.world.problems.values():
        plain.say(str(problem))
    if plain.chat.here:
        plain.say(f"{plain.chat.here}.")
    if name := profile():
        plain.say(f"Profile: {name}")
    plain.say("Conversations are saved." if plain.chat.store.saved else "Conversations are kept in memory only.")


def quit_(_plain: Plain, _: str) -> None:
    raise EOFError


HANDLERS: Mapping[str, Callable[[Plain, str], None]] = {
    "help": help_, "model": model, "local": local, "cloud": cloud, "auto": auto, "pin": pin, "other": other, "stop": stop,
    "retry": retry, "why": why,
    "hide": hide, "status": status, "compare": compare, "ledger": ledger, "stats": stats,
    "anyway": anyway, "budget": budget, "theme": theme, "quit": quit_,
    **SESSIONS, **READING, **ADJUSTING,
    "continue": plain_waiting.go_on, "queue": plain_waiting.queue,
}  # fmt: skip

"""Plain mode without the network: the choice, the queue, and an answer that broke off."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hybridchat.cli import plain_files
from hybridchat.conversation import Ending, Turn
from hybridchat.enclosed import brief
from hybridchat.events import Offered, Verdict
from hybridchat.facts import Locality, Mode
from hybridchat.render import offline
from hybridchat.routing.offline import reachable

if TYPE_CHECKING:  # the conversation calls these and hands itself in; at run time nothing points back
    from hybridchat.cli.plain import Plain


def verdict(plain: Plain, event: Offered) -> Verdict:
    """The user's answer to a question that cannot go where it should."""
    choices = offline.choices(event)
    chosen = plain.choose(offline.question(event), [text for _, text, _ in choices], [key for key, _, _ in choices])
    return choices[chosen][2] if chosen is not None else Verdict.CANCEL


def returned(plain: Plain, told: frozenset[str]) -> frozenset[str]:
    """Says once that questions wait and the network is there. Takes and gives the ids of the turns that it said it of."""
    if not reachable(plain.on_loop(plain.chat.snapshot)):
        return frozenset()
    queued = plain.chat.store.queued()
    ids = frozenset(turn.id for turn in queued)
    if ids - told:
        plain.say(offline.offer(len(queued)))
    return ids


def queue(plain: Plain, text: str) -> None:
    """Lists what waits; with a question, puts that there too."""
    if text:
        if (found := plain_files.read(plain, text)) is None:
            return
        plain.begin()
        store, session = plain.chat.store, plain.session
        kept = store.ask(session.id, found.text, parent_id=session.leaf_id, ending=Ending.QUEUED, files=found.files)
        # told of here, so not once more before the next line
        plain.waited |= {plain.stage.run(kept).id}
        plain.refresh()
        plain.say("Kept for later. /queue shows what waits.")
        return
    queued = plain.chat.store.queued()
    if not queued:
        plain.say(offline.EMPTY)
        return
    rows = [offline.row(turn) for turn in queued]
    chosen = plain.choose(
        "Waiting for the network, the oldest first:", [*rows, "send all, one after the other"], [*("" for _ in rows), "a"]
    )
    if chosen is None:
        return
    if chosen < len(queued):
        _one(plain, queued[chosen])
        return
    for turn in queued:
        _send(plain, turn)
        now = plain.chat.store.turn(turn.id)
        if now is not None and now.ending is Ending.QUEUED:
            plain.say("The rest waits on.")
            return


def _one(plain: Plain, turn: Turn) -> None:
    plain.quote(brief(turn.question))
    match plain.choose("What about it?", ["send it now", "answer it here", "reword it", "remove it"], "yled"):
        case 0:
            _send(plain, turn)
        case 1:
            _send(plain, turn, Verdict.LOCAL)
        case 2:
            typed = plain.tty.ask("new words, or Enter to leave it: ")
            if typed:
                plain.chat.store.edit_question(turn.id, typed)
                plain.say("Reworded.")
        case 3:
            plain.chat.store.end_turn(turn.id, Ending.STOPPED)
            plain.say("Removed. It stands in its conversation, not sent.")


def _send(plain: Plain, turn: Turn, how: Verdict = Verdict.SEND) -> None:
    if turn.session_id != plain.session.id:
        plain.look_at(plain.chat.store.session(turn.session_id))
    plain.quote(f"From the queue: {offline.row(turn)}")
    plain.turn(partial(plain.chat.resume, turn.id, how))


def go_on(plain: Plain, _: str) -> None:
    """Goes on with an answer that broke off; one that came from elsewhere on this machine."""
    path = plain.path()
    answer = path[-1].answer if path else None
    if answer is None or not answer.text:
        plain.say("There is no answer to go on with.")
        return
    if answer.ending is Ending.COMPLETE:
        plain.say(offline.WHOLE)
        return
    mode = None if answer.locality is Locality.ON_DEVICE else Mode.ONLY_LOCAL
    plain.turn(lambda: plain.chat.answer(plain.session.id, offline.GO_ON, mode=mode))

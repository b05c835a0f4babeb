"""What is said about the network being away: the choice it leaves, the wait, and what waits in the queue. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridchat.enclosed import brief
from hybridchat.facts import Decision, Locality
from hybridchat.render.text import one_line
from hybridchat.render.words import plural, short

if TYPE_CHECKING:
    from hybridchat.conversation import Turn
    from hybridchat.events import Ended, Offered, Verdict, Waiting

GO_ON = "Go on exactly where your last answer broke off, and do not repeat what is there."
WHOLE = "The last answer is whole: there is nothing to go on with. Ask for more in your own words, or /retry for another try."
"""What /continue says where an answer ended by itself."""
EMPTY = "Nothing waits for the network."


def question(event: Offered) -> str:
    """`gpt-5.4-mini cannot be reached: this machine is offline. This may be hard: numbers; llama3.2 here may fall short.`"""
    gone = f"{short(event.model_id)} cannot be reached: {event.why}."
    if event.here is None:
        return f"{gone} No model on this machine can answer instead."
    if not event.doubt:
        return f"{gone} {short(event.here)} on this machine could answer this once."
    return f"{gone} This {event.doubt}; {short(event.here)} on this machine may fall short."


def choices(event: Offered) -> tuple[tuple[str, str, Verdict], ...]:
    """Key, word and verdict of each way to go on."""
    from hybridchat.events import Verdict  # imported here, as wherever events come: 5 ms that the first paint does not need

    here = (("l", "answer here" + (" anyway" if event.doubt else ""), Verdict.LOCAL),) if event.here is not None else ()
    return (*here, ("q", "keep it for later", Verdict.QUEUE), ("w", "wait for the network", Verdict.WAIT))


def waiting(event: Waiting) -> str:
    return f"▪ waiting for {short(event.model_id)}: goes on by itself when {event.host} can be reached"


def falls_short(decision: Decision) -> str:
    """Says of a local answer to a hard question that another model would have been asked; empty for all others."""
    out = decision.candidate(decision.missed) if decision.missed is not None else None
    if out is None or decision.chosen is None:
        return ""
    why = f" ({out.rejected.reason})" if out.rejected is not None else ""
    here = short(decision.chosen.id)
    return f"▪ {short(out.model.id)} cannot be reached{why}: {here} answers here, and may fall short of a question this hard"


def offer(count: int) -> str:
    """What is said when the network is there and questions wait."""
    return f"▪ {plural(count, 'question')} waited for the network · /queue shows {'it' if count == 1 else 'them'}"


def row(turn: Turn, wide: int = 60) -> str:
    return one_line(brief(turn.question), wide)


def sending(turn: Turn) -> str:
    return f"▪ from the queue: {row(turn)}"


def to_go_on(event: Ended) -> str:
    """What stands beside an answer that broke off: how to go on with it."""
    if event.ending != "cut":
        return ""
    return " · /continue goes on" + ("" if event.locality is Locality.ON_DEVICE else " here")

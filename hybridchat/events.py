"""What a turn tells of itself while it runs: one stream of events, from the question to the stored answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from hybridchat.conversation import Ending, Package, Turn
from hybridchat.facts import Check, Decision, Locality, Timings, Usage
from hybridchat.value import value


class Verdict(StrEnum):
    """The user's answer to `Held`, or to `Offered`."""

    SEND = "send"
    ALWAYS = "always"
    """Send, and do not ask again for this host in this session."""
    LOCAL = "local"
    CANCEL = "cancel"
    QUEUE = "queue"
    """Keep it until the network is back; it is shown again before it is sent."""
    WAIT = "wait"
    """Go on as soon as the network is back."""


@value
class Asked:
    """The question is on disk."""

    turn: Turn


@value
class Decided:
    turn_id: str
    decision: Decision
    decision_id: str = ""
    checks: tuple[Check, ...] = ()
    """The verdicts of the agents, as the decision saw them."""


@value
class Held:
    """The turn rests until `Chat.resume(turn_id, verdict)`: the package waits for consent."""

    turn_id: str
    package: Package
    reason: str


@value
class Offered:
    """The turn rests until `Chat.resume(turn_id, verdict)`: whom it should go to cannot be reached now.

    The verdict is LOCAL (answer here anyway, where `here` is not `None`), QUEUE, WAIT or CANCEL.
    """

    turn_id: str
    model_id: str
    """Who would be asked."""
    why: str
    """Why nobody asks that model now."""
    here: str | None = None
    """Model id on this machine that can answer instead."""
    doubt: str = ""
    """Why an answer of that one may fall short."""


@value
class Waiting:
    """The turn goes on by itself once `host` can be reached again; stopping it ends the wait."""

    turn_id: str
    model_id: str
    host: str


@value
class HandedOver:
    """The package goes to the wire now. `moved` when the answer before came from another place."""

    turn_id: str
    attempt_id: str
    model_id: str
    host: str
    locality: Locality
    moved: bool = False
    turns: int = 0
    turns_left_out: int = 0
    summarised: bool = False
    """A summary stands for the earlier turns that are not in it."""
    hidden: Mapping[str, int] = field(default_factory=dict)
    """Finding kind -> how many values are hidden in this package."""
    left: int = 0
    """How many words and numbers stayed readable that deserved a look."""
    bytes: int = 0
    loads: bool = False
    """A model on this device has to be loaded first."""
    load_s: float | None = None
    """Seconds that this is expected to take, from earlier loads; `None`: never measured."""


@value
class Said:
    turn_id: str
    attempt_id: str
    text: str


@value
class Thought:
    turn_id: str
    attempt_id: str
    text: str


@value
class FellBack:
    """An attempt failed before its first visible token; `to_model` `None` when nothing is left to try."""

    turn_id: str
    attempt_id: str
    from_model: str
    to_model: str | None
    error: str


@value
class SecondLook:
    """A local answer is whole but doubtful, and another model is asked by itself; both answers are kept."""

    turn_id: str
    attempt_id: str
    """The answer that was doubted, with its own figures."""
    from_model: str
    to_model: str
    doubt: tuple[str, ...]
    """What speaks against the answer, the worst first."""
    locality: Locality = Locality.ON_DEVICE
    usage: Usage = Usage()
    timings: Timings = Timings()


@value
class Ended:
    """Last event of a stream, unless the turn is `Held` or `Offered`. `text` explains a failure or an unrouted turn to people."""

    turn_id: str
    attempt_id: str | None
    ending: Ending
    model_id: str | None = None
    locality: Locality | None = None
    usage: Usage = Usage()
    timings: Timings = Timings()
    cost: float | None = None
    text: str = ""
    error: str = ""
    """Error type name, empty when it went well."""
    notes: tuple[str, ...] = ()
    doubt: tuple[str, ...] = ()
    """What speaks against a local answer, the worst first; empty for one that is fine, or was not judged."""
    other: str | None = None
    """With a doubt: the model id that "the other one" would ask."""
    stumbled: tuple[str, ...] = ()
    """Hidden values that the answer says it cannot tell anything about: asked again with them shown, it might."""
    over_budget: bool = False
    """Nobody was asked, and for a model that costs money only today's budget was in the way."""


Event = Asked | Decided | Held | Offered | Waiting | HandedOver | Said | Thought | FellBack | SecondLook | Ended

"""One conversation, as data: what the user does, and what is true afterwards whichever way the program shows itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from hybridchat.conversation import Ending

LOCAL, CLOUD = "llama3.2:3b", "gpt-6.1-terra"
CONFIG = f'[pair]\nlocal = "ollama:{LOCAL}"\ncloud = "openai:{CLOUD}"\n'
HARD = "Prove step by step that p^2 - 1 is divisible by 24 for every prime p > 3, and compare two proofs in O(n) terms."
SECRETS = ("Zanzibar", "a@b.example")
"""What is hidden from the second step on: in none of the bytes that a cloud receives."""


class Choose(Enum):
    """Answers to a question that rests."""

    SEND = auto()
    ALWAYS = auto()
    VIEW = auto()
    """Looks at what would leave; the question rests on."""
    CANCEL = auto()
    HERE = auto()
    KEEP = auto()


class World(Enum):
    """What happens outside."""

    ONLINE = auto()
    OFFLINE = auto()
    CLOUD_FAILS = auto()
    CLOUD_WORKS = auto()


@dataclass(frozen=True, slots=True)
class Step:
    """`types` or `chooses` is what the user does. The rest is what must be so then; what is `None` or empty is not looked at."""

    rule: str
    types: str = ""
    chooses: Choose | None = None
    world: World | None = None
    """What happens outside before the user does anything."""
    shows: tuple[str, ...] = ()
    """Words that come onto the screen; white space and emphasis do not count."""
    asks: str = ""
    """Words of the question that rests then."""
    view: bool = False
    """The full screen shows it over the conversation, and the user leaves it again."""
    ending: Ending | None = None
    by: str = ""
    """The model whose answer stands."""
    answers: str = ""
    """The same, of an answer that came just now: its label says who, and where."""
    attempts: int | None = None
    turns: int | None = None
    """Questions on the branch that is looked at."""
    left: int | None = None
    """Messages that left so far, as the ledger counts them and the servers received them."""


CONVERSATION = (
    Step("a question is answered here", "What is the capital of France?", shows=("Paris",),
         ending=Ending.COMPLETE, answers=LOCAL, turns=1, left=0),
    Step("a word of one's own is hidden", "/hide Zanzibar", shows=("Zanzibar is hidden from now on",)),
    Step("what is personal is said here readable", "repeat: write to a@b.example from Zanzibar",
         shows=("write to a@b.example from Zanzibar",), ending=Ending.COMPLETE, answers=LOCAL, turns=2, left=0),
    Step("the other side is asked only with consent", "/other", asks="2 items hidden", ending=Ending.HELD, left=0),
    Step("what would leave can be seen, and nothing leaves for it", chooses=Choose.VIEW, shows=("a@b.example", "<EMAIL_1>"),
         asks="2 items hidden", ending=Ending.HELD, left=0),
    Step("without consent the answer from here stands", chooses=Choose.CANCEL, shows=("Not sent.",),
         ending=Ending.COMPLETE, by=LOCAL, left=0),
    Step("asked again, it asks again", "/other", asks="2 items hidden", ending=Ending.HELD, left=0),
    Step("with consent the cloud answers, and the names are back in place", chooses=Choose.SEND,
         shows=("⇡ moved to cloud", "write to a@b.example from Zanzibar"),
         ending=Ending.COMPLETE, answers=CLOUD, attempts=2, left=1),
    Step("what left is told", "/ledger", shows=("1 message", CLOUD), view=True),
    Step("why this model is told", "/why", shows=(LOCAL, CLOUD), view=True),
    Step("LOCAL ONLY is a promise", "/local", shows=("LOCAL ONLY",)),
    Step("and questions are answered here", "repeat: at home", shows=("at home",), ending=Ending.COMPLETE, answers=LOCAL, turns=3,
         left=1),
    Step("under it the other side is not asked", "/other", shows=("LOCAL ONLY is on",), left=1),
    Step("it is let go of by hand", "/auto", shows=("AUTO",)),
    Step("consent for the whole conversation is asked for once", "/other", asks="hidden", left=1),
    Step("and given", chooses=Choose.ALWAYS, shows=("at home",), ending=Ending.COMPLETE, answers=CLOUD, left=2),
    Step("the cloud is held", "/cloud", shows=("CLOUD",)),
    Step("and asked without another question", HARD, ending=Ending.COMPLETE, answers=CLOUD, turns=4, left=3),
    Step("a cloud that fails is told, and nobody else is asked for it", "repeat: it fails", world=World.CLOUD_FAILS,
         shows=("✗ no answer",), ending=Ending.FAILED, turns=5),
    Step("it is asked again", "/retry", world=World.CLOUD_WORKS, shows=("it fails",),
         ending=Ending.COMPLETE, answers=CLOUD, turns=5),
    Step("without the network a question for it asks what to do", "repeat: what now", world=World.OFFLINE,
         asks="cannot be reached"),
    Step("it is answered here when the user says so", chooses=Choose.HERE, shows=("what now",),
         ending=Ending.COMPLETE, answers=LOCAL, turns=6),
    Step("or kept", "repeat: for later", asks="cannot be reached"),
    Step("for later", chooses=Choose.KEEP, shows=("Kept for later",), ending=Ending.QUEUED, turns=7),
    Step("this machine needs no network", "/local", world=World.OFFLINE, shows=("LOCAL ONLY",)),
    Step("and answers", "repeat: no net needed", shows=("no net needed",),
         ending=Ending.COMPLETE, answers=LOCAL, turns=8),
    Step("it is asked again in the same place", "/retry", ending=Ending.COMPLETE, answers=LOCAL, attempts=2, turns=8),
    Step("in other words it is a branch beside", "/edit repeat: in other words", shows=("in other words",),
         ending=Ending.COMPLETE, answers=LOCAL, turns=8),
    Step("the branch before is still there", "/branch 1", shows=("no net needed",), turns=8),
    Step("a title is given", "/rename About Zanzibar", shows=("About Zanzibar",)),
    Step("the last answer is found again", "/find no net", shows=("no net needed",), view=True),
    Step("what is deleted", "/delete", shows=("/undo brings it back",)),
    Step("comes back", "/undo", shows=("About Zanzibar", "no net needed"), turns=8),
)  # fmt: skip

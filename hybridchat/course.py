"""What is known of a turn on its way, and the events with which it ends or rests."""

from __future__ import annotations

from dataclasses import replace

from hybridchat import waiting
from hybridchat.asking import Ask
from hybridchat.attempt import Try
from hybridchat.bill import OverBudget
from hybridchat.conversation import Ending, Package, Session, Turn
from hybridchat.crew import Crew
from hybridchat.events import Ended, FellBack, Held
from hybridchat.facts import Model, Timings, Usage
from hybridchat.handover import Parts
from hybridchat.look import Look
from hybridchat.opening import Rest
from hybridchat.stopper import Stopper


class Course:
    """One turn: the question, the attempts at it so far, what to tell at its end. Event loop only.

    What ends it is stored at once: `over` is true from then on.
    """

    def __init__(self, ask: Ask, turn: Turn, session: Session, crew: Crew, stopper: Stopper) -> None:
        self.ask, self.turn, self.session, self.crew, self.stopper = ask, turn, session, crew, stopper
        self.parts = Parts(session.system, (), turn.question, turn.id)
        self.notes: list[str] = []
        self.tries = 0
        self.attempt: Try | None = None
        """The one that runs, or ran last."""
        self.other: str | None = None
        """Whom "the other one" would ask, when the answer is doubtful."""
        self.over = False

    def leave(self) -> None:
        """The consumer is gone. A turn that neither ended nor rests is cut: its question stays, and what was said."""
        if not self.over:
            # while a second look runs, the first answer is whole already
            whole = self.attempt is not None and self.attempt.ending is Ending.COMPLETE
            self.end(Ending.COMPLETE if whole else Ending.CUT, "", "")

    def fell_back(self, failed: Try, model: Model | None) -> FellBack:
        return FellBack(self.turn.id, failed.attempt.id, failed.model.id, model.id if model else None, failed.explanation)

    def rest(self, model: Model, made: Package, reason: str) -> Rest:
        self.over = True
        self.crew.store.end_turn(self.turn.id, self.resting)
        return Rest(Held(self.turn.id, made, reason), replace(self.ask, waiting_for=model, offered=False, verdict=None))

    @property
    def resting(self) -> Ending:
        """What came from the queue rests there: whatever becomes of the question on the screen, it is not lost from it."""
        return Ending.QUEUED if self.ask.queued else Ending.HELD

    def stopped(self) -> Ended:
        return self.end(Ending.STOPPED, waiting.STOPPED, "")

    def scan_failed(self, why: str) -> Ended:
        return self.end(Ending.FAILED, f"The privacy scan failed ({why}), so nothing was sent.", "scan_error")

    def unrouted(self, found: Look) -> Ended:
        decision, failed = found.decision, self.attempt
        hint = f" You can: {decision.unlock}." if decision.unlock else ""
        if failed is not None and not isinstance(failed.error, OverBudget):
            return self.end(Ending.FAILED, f"{failed.explanation}{hint}", failed.error.kind if failed.error else "")
        if found.findings is not None and found.findings.failure:
            return self.scan_failed(found.findings.failure)
        problems = [str(problem) for problem in self.crew.world.problems.values()]
        rules = {c.rejected.rule for c in decision.candidates if c.rejected is not None}
        # a server that is not there says little when it is the budget that keeps the others out
        error = "unreachable" if problems and "budget" not in rules else "unrouted"
        if not problems or decision.candidates:
            problems.append(f"{decision.reason}{hint}")  # with no model at all the problems say everything
        return self.end(Ending.UNROUTED, " ".join(problems), error, over_budget="budget" in rules)

    def end(self, ending: Ending, text: str, error: str, *, over_budget: bool = False) -> Ended:
        self.over = True
        self.notes += self.crew.untold
        self.crew.untold.clear()
        attempt = self.attempt
        earlier = self.turn.answer
        kept, final = (attempt.attempt.id if attempt is not None and attempt.said else None), ending
        if kept is None and earlier is not None and earlier.text:
            # an answer that was there stands, whatever became of this try
            kept, final = earlier.id, earlier.ending or ending
        elif kept is None and self.ask.queued:
            # nobody answered: it waits on
            final = Ending.QUEUED
            self.notes.append(waiting.STAYS)
        self.crew.store.end_turn(self.turn.id, final, kept)
        return Ended(
            self.turn.id,
            attempt.attempt.id if attempt else None,
            ending,
            model_id=attempt.model.id if attempt else None,
            locality=attempt.model.locality if attempt else None,
            usage=attempt.usage if attempt else Usage(),
            timings=attempt.timings if attempt else Timings(),
            cost=self._cost(),
            text=text,
            error=error,
            notes=tuple(self.notes) + (attempt.notes if attempt else ()),
            doubt=attempt.doubt if attempt else (),
            stumbled=attempt.stumbled if attempt else (),
            other=self.other,
            over_budget=over_budget,
        )

    def _cost(self) -> float | None:
        """US dollars of all attempts; `None` where one of them has no price, or nobody was asked."""
        known = [usd for usd in self.ask.billed if usd is not None]
        if len(known) < len(self.ask.billed):
            return None
        here = self.attempt is not None and self.attempt.model.on_device
        return sum(known) if known or here else None

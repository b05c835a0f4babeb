"""From a question to its answer on the screen: the only loop over a stream of events is here."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from hybridchat.facts import Mode
from hybridchat.mentions import kept
from hybridchat.tui import handing
from hybridchat.tui.bell import over
from hybridchat.tui.keymap import spoken
from hybridchat.tui.ports import Answer
from hybridchat.tui.thread import Tone

if TYPE_CHECKING:  # the screen makes one of these and hands itself in; at run time nothing points back
    from hybridchat.events import Ended, Event, Verdict
    from hybridchat.review import Changed
    from hybridchat.sessions.attachments import Named
    from hybridchat.tui.screen import ChatScreen

STILL_ASKING = "First the question above: send it, or stay local."
STILL_ANSWERING = "Still answering: {stop} stops it, your text stays here."


class Exchange:
    """Asks one question at a time and follows its answer; stands between the chat and the widgets of one screen."""

    def __init__(self, screen: ChatScreen) -> None:
        self._screen = screen
        self._answer: Answer | None = None
        self._between = False
        """An answer is over, and what follows it is still being found out."""
        self._refused = ""
        """Turn that the day's budget refused last."""

    @property
    def running(self) -> bool:
        return self._answer is not None

    def busy(self) -> bool:
        """Whether a question has to wait; says so."""
        if self.to_question():
            self._screen.notify(STILL_ASKING, timeout=3)
            return True
        if self.running:
            self._screen.notify(STILL_ANSWERING.format(stop=self._screen.keys.word("stop")), timeout=3)
        return self.running

    def send(
        self, text: str, *, pin: str | None = None, mode: Mode | None = None, draft: str = "", files: tuple[Named, ...] = ()
    ) -> None:
        """Asks `text`; `pin` names a model for this message only, `mode` a side; `draft` is what stays in the composer.

        What is marked in it as a file goes along, and so do the pictures in `files`. While another answer runs it waits above the
        composer, or in it where it is for one model or side.
        """
        screen = self._screen
        if (self.running or (self._between and screen.followups.texts)) and pin is None and mode is None:
            screen.followups.add(text)
            return
        if self.busy():
            screen.composer.draft = kept(text)
            return
        screen.current.sending = text
        screen.current.keep_draft(draft)
        screen.composer.asked = [*screen.composer.asked, kept(text)]
        screen.previewed = None
        screen.chrome.preview(None)
        session_id = screen.current.begin()

        def start(said: str, pictures: tuple[Named, ...]) -> Answer:
            from hybridchat.asking import NO_OPTIONS  # imported here: the first paint needs no chat

            options = replace(NO_OPTIONS, files=pictures)
            return screen.opened.chat.answer(session_id, said, pin=pin, mode=mode, options=options)

        self._start(handing.asking(text, files, start, partial(handing.tell_missing, screen)), text)

    def again(self, *, other: bool = False) -> None:
        """Asks the last question once more, or the other side; every answer is kept."""
        if not self._screen.thread.last_turn:
            self._screen.say("There is no question yet.")
        elif not self.busy():
            self._start(self._screen.opened.chat.again(self._screen.thread.last_turn, other=other))

    def go_on(self, turn_id: str, verdict: Verdict) -> None:
        """Goes on with a turn of the queue."""
        self._start(self._screen.opened.chat.resume(turn_id, verdict))

    def instead(self, turn_id: str, model_id: str) -> None:
        """Asks the question of a turn of one model by name; every answer is kept."""
        if not self.busy():
            self._screen.thread.again(turn_id)
            self._start(self._screen.opened.chat.again(turn_id, pin=model_id))

    async def resume(self, turn_id: str, verdict: Verdict, budget: str | None = None, *, edit: bool = False) -> None:
        """Goes on with the turn that the consent question is about, after the `budget` that was typed there is set.

        With `edit` it is not sent, and the question goes back into the composer.
        """
        from hybridchat.events import Verdict  # imported here: not needed before first paint
        from hybridchat.tui.consent import BACK, EDITED, NOT_SENT

        if verdict is Verdict.LOCAL and self._screen.thread.answered_here:
            verdict = Verdict.CANCEL  # it was asked here already, and the same answer twice helps nobody
        self._screen.composer.focus()
        await self._screen.query("Consent").remove()
        if budget is not None:
            await self.budget(budget)
        asked = self._screen.composer.asked
        if edit and asked and not self._screen.composer.draft:
            self._screen.composer.draft = asked[-1]
        not_sent = f"{NOT_SENT} {spoken(self._screen.keys, BACK)}".rstrip()
        said = EDITED if edit else not_sent if verdict is Verdict.CANCEL else ""
        self._start(self._screen.opened.chat.resume(turn_id, verdict), said=said)

    async def budget(self, typed: str) -> None:
        """Sets the daily budget and says so; off the event loop, for it is written to a file."""
        try:
            self._screen.say(await asyncio.to_thread(self._screen.opened.chat.purse.set, typed))
        except ValueError as error:
            self._screen.say(str(error), Tone.WARN)

    def anyway(self) -> None:
        """Sends once what the day's budget refused last."""
        refused = self._refused
        if not refused:
            self._screen.say("No question was refused for the budget.")
        elif not self.busy():
            self._start(self._screen.opened.chat.again(refused, over_budget=True))

    async def stop(self) -> None:
        """Stops the running answer, if any; what it said so far stays."""
        if self._answer is not None:
            await self._answer.stop()
        else:
            self.to_question()

    def to_question(self) -> bool:
        """Goes back to the question whether to send, if one is open."""
        card = next((card for card in self._screen.query("Consent") if not card.has_class("-aside")), None)
        if card is not None:
            card.focus()
        return card is not None

    def showing(self, turn_id: str, values: Collection[str]) -> None:
        """Asks the question of a turn again with `values` readable, which the user has to see first."""
        if not self.busy():
            self._screen.composer.focus()
            self._start(self._screen.opened.chat.showing(turn_id, values))

    def part(self) -> None:
        """Another conversation is shown from now on: what the answer still says is not for it."""
        self._answer, self._refused = None, ""
        self._screen.current.sending = ""
        self._screen.waiting.part()

    def _start(self, answer: Answer, text: str = "", *, said: str = "") -> None:
        """Follows an answer; `said` is what to say at its end instead of its own words."""
        self._answer, self._refused = answer, ""
        self._screen.query("Stumbled").remove()
        self._screen.transcript.action_end()
        self._screen.hints()
        self._screen.run_worker(self._run(answer, text, said), group="turn")

    async def _run(self, answer: Answer, text: str, said: str) -> None:
        # imported here, as wherever events come: 5 ms that the first paint does not need
        from hybridchat.events import Asked, Ended

        screen, asked, ended, since = self._screen, not text, None, monotonic()
        try:
            async with aclosing(answer):
                async for event in answer:
                    if self._answer is not answer:
                        continue
                    asked = asked or isinstance(event, Asked)
                    ended = event if isinstance(event, Ended) else None
                    screen.transcript.show(replace(event, text=said) if said and isinstance(event, Ended) else event)
                    await self._follow(event)
        except Exception as error:  # noqa: BLE001 - whatever went wrong in one answer, the conversation goes on
            if self._answer is answer:
                screen.waiting.part()
                screen.transcript.failed(failure(error))
                if not asked:
                    screen.followups.give_back(text)
        finally:
            mine = self._answer is answer
            if mine:
                self._answer, self._between = None, True
            screen.hints()
        if mine:
            over(screen, monotonic() - since, ended)
        await screen.current.refresh()
        screen.show_top()
        if mine and ended is not None and self._answer is None:
            await screen.waiting.after(ended)
        self._between = False
        if mine and self._answer is None:
            screen.followups.after(ended)

    async def _follow(self, event: Event) -> None:
        from hybridchat.conversation import Ending
        from hybridchat.events import Asked, Decided, Ended, Held, Offered

        screen = self._screen
        if isinstance(event, Asked):
            screen.current.went(screen.composer.kept)
            await screen.current.refresh()
            screen.show_top()
            await screen.branches.look()
        elif isinstance(event, Decided):
            screen.current.decision = event.decision
            screen.look()
        elif isinstance(event, Ended) and event.over_budget:
            self._refused = event.turn_id
            screen.say(f"▪ {screen.keys.word('anyway')} sends it once anyway; the budget holds again after that.")
        elif isinstance(event, Ended) and event.ending is Ending.COMPLETE:
            screen.habits.offer()
            await self._after_spending(event.cost)
            if event.stumbled:
                await self._offer_showing(event)
        elif isinstance(event, Offered):
            from hybridchat.tui.choice import Choice  # as consent

            choice = Choice(event)
            await screen.mount(choice, before=screen.chrome.parts["edge"])
            choice.focus()
        elif isinstance(event, Held):
            from hybridchat.tui.consent import Consent, can_stay

            budget = await asyncio.to_thread(screen.opened.chat.purse.question, event.package.est_cost)
            change = partial(self._change, event.turn_id)
            local = can_stay(screen.current.decision)
            card = Consent(event, demo=screen.launch.demo, local=local, budget=budget, change=change)
            await screen.mount(card, before=screen.chrome.parts["edge"])
            card.focus()

    async def _offer_showing(self, event: Ended) -> None:
        from hybridchat.tui.stumbled import Stumbled  # as consent

        card = Stumbled(event)
        await self._screen.mount(card, before=self._screen.chrome.parts["edge"])
        if not self._screen.composer.draft:
            card.focus()

    async def _change(self, turn_id: str, what: str, word: str) -> Changed:
        """Hides or shows a word of the package that waits. Raises `LookupError` when it waits no longer."""
        review = self._screen.opened.chat.review
        if what in {"hide", "always"}:
            return await review.hide(turn_id, word, always=what == "always")
        return await review.show(turn_id, word, never=what == "never")

    async def _after_spending(self, cost: float | None) -> None:
        """Says once that no budget is set, where no question before the first paid answer gave the occasion."""
        purse = self._screen.opened.chat.purse
        if cost and (told := await asyncio.to_thread(partial(purse.question, cost, spent=True))):
            purse.asked()
            self._screen.say(f"▪ {told} /budget AMOUNT sets one, in dollars.")


def failure(error: Exception) -> str:
    """One sentence for an error; a missing conversation or turn, or a file that cannot go along, says itself what it is."""
    from hybridchat.attaching import Unsendable  # imported here: hardly ever

    if isinstance(error, Unsendable):
        return handing.refused(error)
    known = type(error) is LookupError
    said = (
        str(error).rstrip(".").replace("session", "conversation") if known else f"a fault in the program ({type(error).__name__})"
    )
    return f"✗ no answer: {said}. Your question is kept; /retry asks it again."

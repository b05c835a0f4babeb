"""The question before anything leaves, and the view of what exactly would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import ClassVar

from textual import events, work
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from hybridchat.bindings import Keys
from hybridchat.commands import key_word
from hybridchat.conversation import Package
from hybridchat.enclosed import named
from hybridchat.events import Held, Verdict
from hybridchat.facts import Decision
from hybridchat.purse import amount
from hybridchat.render.text import one_line
from hybridchat.render.words import NO_PRICE, earlier, money, plural, short
from hybridchat.review import Changed
from hybridchat.tui.keymap import answers, fold, keys_of, meant
from hybridchat.tui.review import Change, Reviewing

SETTLE = 0.4
"""Seconds after the question appears in which keys are still meant for the composer."""
ALONE = 0.25
"""Seconds without another letter that make a letter an answer."""

SHOWN: Mapping[str, str] = {
    "consent-send": "send", "consent-always": "always in this conversation", "consent-view": "view",
    "consent-local": "stay local", "consent-cancel": "cancel",
}  # fmt: skip
"""What is offered, in this order."""
_AMOUNT = ("field-done", "edit-delete-left")
"""Keys of a field that count while an amount is typed."""
MEANT = (*SHOWN, "consent-show")
"""Bindings that the card looks for itself."""
NOT_SENT = "Not sent."
BACK = "{write-up} brings the question back."
EDITED = "Not sent. Change it below."
_MOVABLE = {"mode", "rule", "asked", "pin", "excluded"}
"""Rules that removed a local model only because of what was asked for: staying local lifts them."""


def can_stay(decision: Decision | None) -> bool:
    """Whether a model on this machine could answer instead."""
    local = () if decision is None else [c for c in decision.candidates if c.model.on_device]
    return decision is None or any(c.rejected is None or c.rejected.rule in _MOVABLE for c in local)


def question(package: Package, *, demo: bool = False) -> str:
    """`Ask gpt-5.4-mini at api.openai.com? 4 turns · 3 items hidden · 2 words left to check · about $0.004`."""
    facts = [plural(package.turns, "turn"), f"{plural(len(package.hidden), 'item')} hidden"]
    if told := earlier(package):
        facts.append(told)
    if package.messages and (files := named(package.messages[-1].text)):
        facts.append(plural(len(files), "file"))
    if package.pictures:
        facts.append(plural(package.pictures, "picture"))
    if package.left:
        facts.append(f"{plural(len(package.left), 'word')} left to check")
    facts.append(_cost(package.est_cost, demo=demo) + (f" ({package.old_price})" if package.old_price and not demo else ""))
    return f"Ask {short(package.model_id)} at {package.host}? {' · '.join(facts)}"


def _cost(dollars: float | None, *, demo: bool) -> str:
    if demo:
        return NO_PRICE
    told = money(dollars)
    return told if dollars is None else told.replace("< ", "under ") if told.startswith("<") else f"about {told}"


class Consent(Static, can_focus=True):
    """Stands above the composer until the user has answered; posts `Answered`.

    A letter only counts when it comes alone: somebody who goes on typing the next message must not consent by its first letter.
    Other letters, and letters in quick succession, go to the composer (`Typed`). With `budget`, a question, the first yes is
    followed by that question, and an amount or nothing is typed here before it is posted.
    """

    DEFAULT_CSS = """
    Consent { height: auto; padding: 0 1; margin-top: 1; border-left: thick $cloud; background: $panel; }
    Consent:focus { border-left: thick $warn; }
    """

    class Answered(Message):
        def __init__(self, turn_id: str, verdict: Verdict, budget: str | None = None, *, edit: bool = False) -> None:
            self.turn_id = turn_id
            self.edit = edit
            """The question goes back into the composer."""
            self.verdict = verdict
            self.budget = budget
            """What was typed as the daily budget; `None`: that was not asked."""
            super().__init__()

    class Typed(Message):
        """Not an answer: text that belongs into the composer."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    VERDICTS: ClassVar[dict[str, Verdict]] = {
        "consent-send": Verdict.SEND, "consent-always": Verdict.ALWAYS, "consent-local": Verdict.LOCAL,
        "consent-cancel": Verdict.CANCEL,
    }  # fmt: skip
    CANCELS: ClassVar[str] = "consent-cancel"
    """The binding that leaves everything as it is; a key for it that is no letter counts at once."""

    def __init__(
        self, held: Held, *, demo: bool = False, local: bool = True, budget: str = "", change: Change | None = None
    ) -> None:
        """Without `local` no model on this machine can answer, and staying there is no choice.

        `change` hides and shows words of the package.
        """
        self._change_it = change
        self._local = local
        self._budget = budget
        self._meant_by = Verdict.CANCEL
        self._amount: str | None = None
        """What was typed as a budget so far; `None` while consent itself is the question."""
        self._held = held
        self._demo = demo
        self._shown_at = monotonic()
        self._letter = ""
        self._typing = False
        self._alone: Timer | None = None
        self._verdicts = {name: v for name, v in self.VERDICTS.items() if local or v is not Verdict.LOCAL}
        super().__init__()

    @property
    def _keys(self) -> Keys:
        return keys_of(self.app)

    @property
    def about(self) -> str:
        """The turn that rests until this is answered."""
        return self._held.turn_id

    def _card(self) -> Content:
        """The question with its keys, and what hiding would cost."""
        package, reason = self._held.package, self._held.reason
        ask, mark, facts = question(package, demo=self._demo).partition("? ")
        shown = {name: word for name, word in SHOWN.items() if self._local or name != "consent-local"}
        lines: list[tuple[str, str] | str | Content] = [(ask + mark.strip(), "bold"), "\n", fold(facts, self._cells)]
        subject = ", ".join(one_line(word, 40) for word in package.subject[:3])
        key = self._keys.word("consent-show")
        if subject and key and self._change_it is not None:
            lines += [("\nThe question is about what is hidden. ", "$warn"), (f"[{key}]", "$cloud bold"), f" show {subject}"]
        elif reason:
            lines.append((f"\n{one_line(reason, 240)}", "$muted"))
        return Content.assemble(*lines, "\n", answers(self._keys, shown, self._cells))

    @property
    def _cells(self) -> int:
        """Cells of a row, beside the border and the padding."""
        return max(8, self.app.size.width - 4)

    def on_mount(self) -> None:
        self.update(self._card())

    def on_resize(self) -> None:
        if self._amount is None:
            self.update(self._card())

    def take(self, package: Package) -> None:
        """The package was changed: the question is about this one from now on."""
        self._held = replace(self._held, package=package)
        if self._amount is None:
            self.update(self._card())

    def on_key(self, event: events.Key) -> None:
        # of two bindings with one key the one that sends nothing counts
        name = meant({**self._keys.meanings(*self._ids()), **self._keys.meanings(self.CANCELS)}, event)
        letter = event.character if event.is_printable else None
        if not letter and name == self.CANCELS:
            event.prevent_default().stop()
            self._cancel()
        elif self._amount is not None:
            event.stop()
            self._type(event, self._amount)
        elif letter:
            event.stop()
            self._pressed(letter, name)
        elif name:
            event.stop()
            if not self._early:
                self._choose(name)

    def on_focus(self) -> None:
        self._typing = False

    @property
    def _early(self) -> bool:
        """Keys are still meant for the composer."""
        return monotonic() - self._shown_at < SETTLE

    def _pressed(self, letter: str, name: str) -> None:
        """A letter, and the binding it is; it counts when no other one comes with it."""
        if self._alone is not None:
            self._alone.stop()
        if self._early or self._letter or self._typing or not name:
            self.post_message(self.Typed(self._letter + letter))
            self._letter, self._alone = "", None
            self._typing = True
        else:
            self._letter = letter
            self._alone = self.set_timer(ALONE, partial(self._was_alone, name))

    def _ids(self) -> Sequence[str]:
        """The bindings that count now."""
        showing = ["consent-show"] if self._change_it is not None and self._held.package.subject else []
        return [*self._verdicts, "consent-view", *showing]

    def _was_alone(self, name: str) -> None:
        self._letter, self._alone = "", None
        self._choose(name)

    def _choose(self, name: str) -> None:
        if name == "consent-view":
            self._view()
        elif name == "consent-show":
            self._show_subject()
        elif self._budget and self._verdicts[name] in {Verdict.SEND, Verdict.ALWAYS}:
            self._meant_by, self._amount = self._verdicts[name], ""
            self._ask_amount("")
        else:
            self.post_message(self.Answered(self._held.turn_id, self._verdicts[name]))

    def _cancel(self) -> None:
        self.post_message(self.Answered(self._held.turn_id, Verdict.CANCEL))

    def _type(self, event: events.Key, typed: str) -> None:
        """One key of the amount; Enter ends it, and what is no amount stays to be mended."""
        name = self._keys.meanings(*_AMOUNT).get(event.key, "")
        if name == "field-done":
            try:
                amount(typed)
            except ValueError as error:
                self._ask_amount(str(error))
                return
            self.post_message(self.Answered(self._held.turn_id, self._meant_by, typed))
        elif name:
            self._amount = typed[:-1]
            self._ask_amount("")
        elif event.is_printable and event.character and len(typed) < 20:
            self._amount = typed + event.character
            self._ask_amount("")

    def _ask_amount(self, wrong: str) -> None:
        typed = Content.assemble((f"$ {self._amount}", "bold"), ("▏", "$cloud"))
        leaving = next((key for key in self._keys.arriving(self.CANCELS) if len(key) > 1), "")
        ways = ((self._keys.word("field-done"), " a day, empty for none  "), (key_word(leaving), " cancel"))
        how = Content.assemble(*(part for key, does in ways if key for part in ((f"[{key}]", "$cloud bold"), does)))
        told = (f"{wrong}\n", "$warn") if wrong else ("Dollars a day for paid models? Asked this once.\n", "$muted")
        self.update(Content.assemble((self._budget, "bold"), "\n", told, typed, "\n", how))

    def _view(self) -> None:
        def facts(package: Package) -> str:
            return question(package, demo=self._demo)

        change = self._changed if self._change_it is not None else None
        self.app.push_screen(Reviewing(self._held.package, facts, change, local=self._local), self._viewed)

    def _viewed(self, chosen: str | None) -> None:
        if chosen == "edit":
            self.post_message(self.Answered(self._held.turn_id, Verdict.CANCEL, edit=True))
        elif chosen is not None:
            self._choose(f"consent-{chosen}")

    @work(group="review")
    async def _show_subject(self) -> None:
        for word in self._held.package.subject:
            changed = await self._changed("show", word)
            self.notify(changed.said, timeout=3)

    async def _changed(self, what: str, word: str) -> Changed:
        """Has one word hidden or shown. Raises `LookupError` when the turn waits no longer."""
        if self._change_it is None:
            raise LookupError("nothing can be changed here")
        changed = await self._change_it(what, word)
        if changed.package is not None:
            self.take(changed.package)
        return changed

"""A package before it leaves: why it must be shown first, and what the user changes in it word by word."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from hybridchat import opening, terms
from hybridchat.asking import Ask
from hybridchat.conversation import Package, Session, Turn
from hybridchat.crew import Crew, must_ask, readable
from hybridchat.facts import Model
from hybridchat.handover import Parts
from hybridchat.look import look
from hybridchat.packing import package
from hybridchat.privacy.scan import ScanError
from hybridchat.value import value

FIRST = "first message to this host in this conversation"
AGAIN = "asked before each message to this host"
STAYS_HIDDEN = "A secret stays hidden. To send it readable, put it on your own list: hybridchat terms add --never."

NEEDLESS = "Nothing leaves a private conversation, so nothing has to be hidden; the word was not kept."


def reason(crew: Crew, ask: Ask, session: Session, model: Model, made: Package, before: str) -> str | None:
    """Why the user must see the package before `model` may, or `None`. `before` is why where nobody allowed more.

    A consent for the whole conversation was given to what was seen then: it is asked again when more of what may be somebody's
    is left readable, or when the question is about something hidden. What the user has seen is not asked about twice.
    """
    if must_ask(crew, ask, model):
        return before
    if readable(crew, model):
        return None
    given = model.host in ask.granted
    if not given and any(item.kind in crew.policy.private_kinds for item in made.hidden):
        # no policy and no flag stands for a word about this one
        return "the message holds a secret"
    if not given and made.pictures and not ask.options.pictures_may_leave:
        # nor about what cannot be looked through
        return f"it holds {'a picture' if made.pictures == 1 else f'{made.pictures} pictures'}, which cannot be looked through"
    if not given and ask.confirm:
        return ask.confirm
    seen = crew.looked_at.setdefault((session.id, model.host), set())
    nobody = ask.options.alone or session.kind == "api"
    if not given and not (crew.policy.cloud == "auto" and nobody):
        if subject := [word for word in made.subject if word not in seen]:
            return f"{about(subject)}, so the answer may miss it"
        if new := [word for word in made.doubtful if word not in seen]:
            return f"more is left readable than before: {', '.join(new[:8])}"
    seen.update(made.doubtful, made.subject)
    return None


def about(subject: Sequence[str]) -> str:
    """`the question is about what is hidden: Maria Curie`."""
    return f"the question is about what is hidden: {', '.join(subject[:3])}"


@value
class Changed:
    """What a change made of a held package, and the sentence to show; without a `package` nothing was changed."""

    package: Package | None
    said: str


class Review:
    """Changes what a held turn would send. A hidden or shown word counts in its conversation; `always` and `never` write it down.

    Event loop only, but for `hides`, which writes a small file.
    """

    def __init__(self, crew: Crew, held: Mapping[str, Ask]) -> None:
        self._crew, self._held = crew, held

    async def hide(self, turn_id: str, word: str, *, always: bool = False) -> Changed:
        """Hides `word` wherever it occurs; with `always` in every conversation from now on. Raises `LookupError`."""
        ask = self._asked(turn_id)
        said = f"{word} is hidden in this conversation."
        if always:
            said = await asyncio.to_thread(self.hides, word)
        return await self._changed(ask, said, hide=(word,))

    async def show(self, turn_id: str, word: str, *, never: bool = False) -> Changed:
        """Leaves `word` readable in this conversation; with `never` it is hidden in none from now on. Raises `LookupError`.

        A secret, and what is on the user's own list, stays hidden.
        """
        ask = self._asked(turn_id)
        if any(finding.kind == "SECRET" for finding in await self._crew.in_worker(partial(self._crew.scans.scan, word))):
            return Changed(None, STAYS_HIDDEN)
        if not never and any(terms.same(word, own) for own in self._crew.scans.terms.always):
            return Changed(None, f"{word} is on your own list. hybridchat terms remove takes it off.")
        said = f"{word} is sent readable in this conversation."
        if never:
            said = await asyncio.to_thread(partial(self.hides, word, never=True))
        return await self._changed(ask, said, show=(word,))

    def amend(self, session_id: str, *, hide: Sequence[str] = (), show: Sequence[str] = ()) -> None:
        """Notes what is hidden or shown in a conversation from now on."""
        self._crew.amend(session_id, self._crew.said_of(session_id).with_(hide=hide, show=show))

    def hides(self, word: str, *, never: bool = False) -> str:
        """Writes into the user's own list that `word` is always, or with `never` never, hidden; the sentence to show."""
        crew, failure = self._crew, ""
        if crew.private:
            return NEEDLESS
        if crew.terms_file is not None:
            try:
                terms.add(crew.terms_file, word, never=never)
            except terms.TermsError as error:
                failure = f": {error}"
                if not any(letter.isalnum() for letter in word):
                    return f"{error}."
            else:
                crew.read_terms()
                how = "is never hidden from now on" if never else "is hidden from now on, wherever it occurs"
                return f"{word} {how}. /terms lists all."
        own = crew.scans.terms
        crew.scans.terms = replace(own, never=(*own.never, word)) if never else replace(own, always=(*own.always, word))
        return f"{word} is {'not hidden' if never else 'hidden'} for this run{failure}."

    def _asked(self, turn_id: str) -> Ask:
        ask = self._held.get(turn_id)
        if ask is None or ask.turn is None or ask.waiting_for is None:
            raise LookupError(f"turn {turn_id} does not wait for a verdict")
        return ask

    async def _changed(self, ask: Ask, said: str, *, hide: Sequence[str] = (), show: Sequence[str] = ()) -> Changed:
        # read when the package was made
        before = self._crew.said_of(ask.session_id)
        self.amend(ask.session_id, hide=hide, show=show)
        try:
            return Changed(await self._rebuilt(ask), said)
        except ScanError as error:
            self._crew.amend(ask.session_id, before)
            return Changed(None, f"Nothing was changed: {error}.")

    async def _rebuilt(self, ask: Ask) -> Package:
        """The package of a held turn as it would be now. Raises `LookupError`, `ScanError`."""
        crew, turn, model = self._crew, ask.turn, ask.waiting_for
        session = await asyncio.to_thread(crew.store.session, ask.session_id)
        if turn is None or model is None or session is None:
            raise LookupError(f"there is no session {ask.session_id}")
        history: tuple[Turn, ...] = await asyncio.to_thread(opening.history, crew, turn)
        parts = Parts(session.system, history, turn.question, turn.id)
        found = await look(ask, session, parts, crew)
        return await crew.in_worker(partial(package, crew, ask, model, parts, found))

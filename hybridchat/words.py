"""The user's own words: what never leaves readable, and what is never hidden; as screen and plain mode change them."""

from __future__ import annotations

from hybridchat import terms
from hybridchat.crew import Crew
from hybridchat.privacy.scan import Terms
from hybridchat.review import NEEDLESS

KEPT_NOWHERE = "The demo keeps no words."


class Words:
    """One program's list. All of it reads or writes a file: off the event loop. Raises `TermsError` with a sentence."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew

    @property
    def failure(self) -> str:
        """Why the list cannot be read, and nothing leaves; empty where it can."""
        self._crew.read_terms()
        return self._crew.scans.failure

    def all(self) -> Terms:
        """As the file has them now; without a file there are none."""
        return terms.load(self._crew.terms_file) if self._crew.terms_file is not None else Terms()

    @property
    def folder(self) -> tuple[str, ...]:
        """Words that the folder's own file hides here; they are changed there."""
        return self._crew.here.terms

    def add(self, word: str, *, never: bool = False) -> str:
        """Hides the word from now on, or with `never` leaves it readable everywhere; returns what to say."""
        if self._crew.terms_file is None:
            return KEPT_NOWHERE
        if self._crew.private:
            return NEEDLESS
        terms.add(self._crew.terms_file, word, never=never)
        self._crew.read_terms()
        if never and any(terms.same(word, other) for other in self.folder):
            return f"{word} stays hidden here: the folder's own file says so."
        return f"{word} is never hidden from now on." if never else f"{word} is hidden from now on, wherever it occurs."

    def remove(self, word: str) -> str:
        """Takes the word out of the list; returns what to say."""
        if self._crew.terms_file is None:
            return KEPT_NOWHERE
        gone = terms.remove(self._crew.terms_file, word)
        self._crew.read_terms()
        return f"{gone[0]} is no longer in the list." if gone else f"{word} is not in the list."

"""Which names belong to the same person, as far as their words alone can tell: "Ana" and "Ana Ruiz", until a second Ana comes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from hybridchat.privacy.words import collapse

_TITLE_WORDS = """
    mr mrs ms miss mx dr prof professor sir madam herr frau hr fr fru sr sra srta don dona senor senora
    monsieur madame mademoiselle mme mlle pan pani panna
"""
_TITLES = frozenset(_TITLE_WORDS.split())


class People:
    """Numbers of people, by the words of their names. A number whose name fits several people is linked to nobody."""

    __slots__ = ("_by_word", "_by_words", "_loose", "_words")

    def __init__(self) -> None:
        self._words: dict[int, frozenset[str]] = {}
        self._by_word: dict[str, set[int]] = {}
        self._by_words: dict[frozenset[str], set[int]] = {}
        self._loose: set[int] = set()

    def find(self, name: str) -> int | None:
        """The one person whose name this is part of, or that is part of this; `None` for nobody, or for several."""
        found = self._fitting(words_of(name))
        return found[0] if len(found) == 1 else None

    def add(self, name: str, number: int) -> None:
        """`name` belongs to the person `number` from now on."""
        said = words_of(name)
        if not said:
            return
        if number not in self._words and len(self._fitting(said)) > 1:
            self._loose.add(number)
        before = self._words.get(number, frozenset())
        self._by_words.get(before, set()).discard(number)
        self._words[number] = before | said
        self._by_words.setdefault(before | said, set()).add(number)
        for word in said:
            self._by_word.setdefault(word, set()).add(number)

    def _fitting(self, said: frozenset[str]) -> list[int]:
        if not said:
            return []
        # the rarest word first: a thousand people named Ana are not gone through for each of them
        longer = set.intersection(*sorted((self._by_word.get(word, set()) for word in said), key=len))
        shorter = {number for part in self._parts(said) for number in self._by_words.get(part, ())}
        return sorted((longer | shorter) - self._loose)

    def _parts(self, said: frozenset[str]) -> Iterable[frozenset[str]]:
        """The names that some of these words make, by the way that takes fewer steps."""
        if 2 ** len(said) < len(self._by_words):
            return (frozenset(some) for length in range(1, len(said) + 1) for some in combinations(said, length))
        return [name for name in self._by_words if name <= said]


def words_of(name: str) -> frozenset[str]:
    """The words of a name without case, accents and titles; a name that is nothing but a title keeps it."""
    every = {word for part in name.replace("-", " ").split() if (word := collapse(part.strip(".,'’\"()")))}
    return frozenset(every - _TITLES or every)

"""Which names belong to the same person, as far as their words alone can tell: "Ana" and "Ana Ruiz", until a second Ana comes."""

from __future__ import annotations

from hybridchat.privacy.words import collapse

_TITLE_WORDS = """
    mr mrs ms miss mx dr prof professor sir madam herr frau hr fr fru sr sra srta don dona senor senora
    monsieur madame mademoiselle mme mlle pan pani panna
"""
_TITLES = frozenset(_TITLE_WORDS.split())


class People:
    """Numbers of people, by the words of their names. A number whose name fits several people is linked to nobody."""

    __slots__ = ("_by_word", "_loose", "_words")

    def __init__(self) -> None:
        self._words: dict[int, frozenset[str]] = {}
        self._by_word: dict[str, set[int]] = {}
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
        self._words[number] = self._words.get(number, frozenset()) | said
        for word in said:
            self._by_word.setdefault(word, set()).add(number)

    def _fitting(self, said: frozenset[str]) -> list[int]:
        near = {number for word in said for number in self._by_word.get(word, ())} - self._loose
        return sorted(n for n in near if said <= self._words[n] or self._words[n] <= said)


def words_of(name: str) -> frozenset[str]:
    """The words of a name without case, accents and titles; a name that is nothing but a title keeps it."""
    every = {word for part in name.replace("-", " ").split() if (word := collapse(part.strip(".,'’\"()")))}
    return frozenset(every - _TITLES or every)

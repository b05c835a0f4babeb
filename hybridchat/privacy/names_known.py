"""A name found once hides wherever it stands for the same in the text."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hybridchat.privacy.gazetteer import DICTIONARY, FREQUENCY, PLACE
from hybridchat.privacy.names_runs import Run, is_word
from hybridchat.privacy.tagger_features import Tokens


class Known:
    """Words found to be names, and how ordinary they are otherwise: the same word hides wherever it stands for the same."""

    def __init__(self, look: Callable[[str], int]) -> None:
        self.words: dict[str, str] = {}
        self._phrases: dict[str, set[tuple[str, ...]]] = {}
        self._look = look

    def learn(self, tokens: Tokens, runs: Iterable[Run]) -> None:
        """Remembers the parts of people's names, and of other names single words and parts that are no ordinary words."""
        for run in runs:
            if run.label not in "PX":
                continue
            words = [k for k in tokens.kinds[run.first : run.last] if is_word(k)]
            if run.label == "X":
                self._learn_phrase(tokens, run)
            for kind in words:
                flags = kind.flags
                plain = flags >> DICTIONARY & 1 or flags >> FREQUENCY & 7 >= 4
                if len(kind.folded) < 3 or kind.code[1:2] in _TITLES or not kind.text[0].isalpha():
                    continue
                if run.label == "P" or len(words) == 1 or not (plain or flags >> PLACE & 3):
                    self.words.setdefault(kind.folded, run.label)

    def _learn_phrase(self, tokens: Tokens, run: Run) -> None:
        """Remembers a name of several words as a whole, and the abbreviation that stands in brackets after it."""
        kinds = tokens.kinds[run.first : run.last]
        if sum(map(is_word, kinds)) < 2:
            return
        folded = tuple(k.folded for k in kinds)
        self._phrases.setdefault(folded[0], set()).add(folded)
        at = run.last
        while at < len(tokens) and tokens.kinds[at].shape in _BEFORE_SHORT:
            at += 1
        if at > run.last and at < len(tokens) and tokens.kinds[at].shape == "X" and tokens.kinds[at - 1].shape == "(":
            short = tokens.kinds[at].folded
            initials = "".join(k.folded[0] for k in kinds if is_word(k))
            if 2 <= len(short) <= 8 and short in (initials, "".join(k.folded[0] for k in kinds if k.capital)):
                self.words.setdefault(short, "X")

    def spread(self, tokens: Tokens, labels: str) -> str:
        """`labels` with every further occurrence of a known name labelled too."""
        if not self.words and not self._phrases:
            return labels
        out = list(labels)
        for i, kind in enumerate(tokens.kinds):
            if kind.capital and kind.folded in self._phrases and out[i] == "O":
                for phrase in self._phrases[kind.folded]:
                    end = i + len(phrase)
                    if tuple(k.folded for k in tokens.kinds[i:end]) == phrase and tokens.kinds[end - 1].capital:
                        out[i:end] = ["X" if label == "O" else label for label in out[i:end]]
        for i, kind in enumerate(tokens.kinds):
            label = self.words.get(kind.folded) if out[i] == "O" and kind.placed else None
            if label is None:
                continue
            often, place = kind.flags >> FREQUENCY & 7, tokens.places[i]
            plain = kind.flags >> DICTIONARY & 1 or often >= 5
            if kind.capital:
                if not plain or (place[0] == "M" and "l" not in place[2:]):
                    out[i] = label
            elif kind.shape == "x" and not plain and often < 3:
                out[i] = label
        return "".join(out)


_TITLES = frozenset("TLMC")
_BEFORE_SHORT = frozenset("'’(\"“s")

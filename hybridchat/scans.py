"""Findings of texts already seen, so that history is not scanned again before every send."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping

from hybridchat.facts import Finding
from hybridchat.privacy.scan import Terms, scan

CAPACITY = 4096
"""Texts remembered; about 20 MB at a typical message size."""


class ScanCache:
    """`scan` with a memory. Used from the one worker thread."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._known: OrderedDict[str, tuple[Finding, ...]] = OrderedDict()

    @property
    def terms(self) -> Terms:
        return self._terms

    @terms.setter
    def terms(self, terms: Terms) -> None:
        self._terms = terms
        self._known = OrderedDict()

    def scan(self, text: str) -> tuple[Finding, ...]:
        """Findings of `text` under the current terms. Raises `ScanError`."""
        found = self._known.get(text)
        if found is None:
            found = scan(text, self._terms)
            self._known[text] = found
            if len(self._known) > CAPACITY:
                self._known.popitem(last=False)
        return found

    def kinds(self, texts: Iterable[str]) -> Mapping[str, int]:
        """Finding kind -> how many, over all `texts`."""
        return Counter(f.kind for text in texts for f in self.scan(text))

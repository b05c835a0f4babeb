"""Findings of texts already seen, so that history is not scanned again before every send."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping

from hybridchat.facts import Finding
from hybridchat.privacy.scan import ScanError, Terms, scan

CAPACITY = 4096
"""Texts remembered; about 20 MB at a typical message size."""


class ScanCache:
    """`scan` with a memory. Scans in the one worker thread; `terms` may be set from any.

    `failure` says why the user's own list is not known: then every scan fails, and nothing is sent.
    """

    def __init__(self, terms: Terms, failure: str = "") -> None:
        self._current: tuple[Terms, OrderedDict[str, tuple[Finding, ...]]] = terms, OrderedDict()
        self.failure = failure
        self._doubts: OrderedDict[str, tuple[Finding, ...]] = OrderedDict()

    @property
    def terms(self) -> Terms:
        return self._current[0]

    @terms.setter
    def terms(self, terms: Terms) -> None:
        # one assignment: a scan under way keeps its own terms and memory, and never fills the new memory with old findings
        self._current = terms, OrderedDict()

    def scan(self, text: str) -> tuple[Finding, ...]:
        """Findings of `text` under the current terms. Raises `ScanError`."""
        if self.failure:
            raise ScanError(self.failure)
        terms, known = self._current
        found = known.get(text)
        if found is None:
            found = known[text] = scan(text, terms)
            if len(known) > CAPACITY:
                known.popitem(last=False)
        return found

    def suspects(self, text: str) -> tuple[Finding, ...]:
        """What in `text` may be somebody's name though the scan passed it. Raises `ScanError`."""
        from hybridchat.privacy.leftover import suspects  # read when something is about to leave, not for every start

        found = self._doubts.get(text)
        if found is None:
            try:
                found = self._doubts[text] = suspects(text)
            except Exception as error:
                raise ScanError(f"what stays readable could not be looked through ({type(error).__name__})") from error
            if len(self._doubts) > CAPACITY:
                self._doubts.popitem(last=False)
        return found

    def kinds(self, texts: Iterable[str]) -> Mapping[str, int]:
        """Finding kind -> how many, over all `texts`. Raises `ScanError`."""
        return Counter(f.kind for text in texts for f in self.scan(text))

"""Findings of texts already seen, so that history is not scanned again before every send, nor a long paste for one more word."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from hybridchat.facts import Finding
from hybridchat.privacy.parts import Parts
from hybridchat.privacy.scan import ScanError, Terms, merge, scan
from hybridchat.privacy.slicing import SLICE

CAPACITY = 20_000
"""Texts remembered: a conversation of 10,000 messages twice over. What is looked through in turn and does not fit would be
looked through anew each time; in the long run `CHARACTERS` is what bounds the memory."""
CHARACTERS = 16_000_000
"""Characters remembered, where the texts are long ones."""
LONG = 2 * SLICE
"""A text longer than this is looked at in parts of a slice, and each is remembered by itself."""
WHOLE = 4
"""Long texts whose findings are remembered as a whole: the same one is asked for several times on its way out."""

Found = tuple[Finding, ...]
Look = Callable[[str], Iterable[Finding]]


class Dropped(Exception):
    """Nobody waits for the scan any more."""


class Watch:
    """A scan on its way. One thread scans, others look how far it is, and drop it."""

    def __init__(self) -> None:
        self.share: float | None = None
        """Of all that is to be looked through, 0 to 1; `None` before it begins."""
        self._dropped = False
        self._done = self._all = 0

    def drop(self) -> None:
        """Ends the scan with the part it is at; what it found until then stays remembered."""
        self._dropped = True

    def expect(self, characters: int) -> None:
        """So many are going to be looked through. Raises `Dropped`."""
        self._done, self._all = 0, characters
        self.did(0)

    def did(self, characters: int) -> None:
        """So many more are done; lets other threads run. Raises `Dropped`."""
        if self._dropped:
            raise Dropped
        self._done += characters
        self.share = self._done / self._all if self._all else 1.0
        time.sleep(0)


class _Memory:
    """(context, text) -> what was found in the text, and how many of each kind; the oldest go first."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], tuple[Found, Counter[str]]] = OrderedDict()
        self._size = 0
        self._whole: OrderedDict[str, Found] = OrderedDict()

    def has(self, context: str, text: str) -> bool:
        return (context, text) in self._known

    def part(self, context: str, text: str, look: Look) -> tuple[Found, Counter[str]]:
        """Of one part, found by `look` when it is new."""
        known = self._known.get((context, text))
        if known is None:
            found = tuple(_within(look(context + text), len(context)))
            known = self._known[context, text] = found, Counter(f.kind for f in found)
            self._size += len(text)
            while len(self._known) > CAPACITY or (self._size > CHARACTERS and len(self._known) > 1):
                (_, old), _ = self._known.popitem(last=False)
                self._size -= len(old)
        return known

    def all(self, text: str, look: Look) -> Found:
        """Of a whole text, in its own indices."""
        if len(text) <= LONG:
            return self.part("", text, look)[0]
        whole = self._whole.get(text)
        if whole is None:
            whole = self._whole[text] = self._joined(text, look)
            if len(self._whole) > WHOLE:
                self._whole.popitem(last=False)
        return whole

    def _joined(self, text: str, look: Look) -> Found:
        found: list[Finding] = []
        at = 0
        for context, part in _parts(text):
            found += (replace(f, start=f.start + at, end=f.end + at) for f in self.part(context, part, look)[0])
            at += len(part)
        return tuple(found)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """A long text in parts, each with what must be known of the text before it: an open fence, the head of a table."""
    if len(text) <= LONG:
        yield "", text
        return
    table = _has_head(text)
    for context, part in Parts(SLICE).of(text[at : at + SLICE] for at in range(0, len(text), SLICE)):
        # the first line of plain text tells nothing of the others, and whoever rewords it would have all of them scanned again
        yield context if table or context.lstrip(" \t>")[:3] in _FENCES else "", part


_FENCES = {"```", "~~~"}


def _has_head(text: str) -> bool:
    """Whether the first line may name the columns of a table: as many short cells as the second one has."""
    first, second, *_ = [*text[:LONG].split("\n", 2), ""]
    marks = [mark for mark in ",;\t|" if first.count(mark) == second.count(mark) > 0]
    return any(len(cell) <= _CELL for mark in marks for cell in [max(first.split(mark), key=len)])


_CELL = 40
"""Characters of the longest name of a column."""


def _within(found: Iterable[Finding], start: int) -> Iterator[Finding]:
    """Findings of a text that stood after `start` characters of context, in its own indices."""
    for finding in found:
        if finding.end > start:
            yield replace(finding, start=max(0, finding.start - start), end=finding.end - start) if start else finding


class ScanCache:
    """`scan` with a memory. Scans in the one worker thread; `terms` may be set from any.

    `failure` says why the user's own list is not known: then every scan fails, and nothing is sent.
    """

    def __init__(self, terms: Terms, failure: str = "") -> None:
        self._current = terms, _Memory()
        self.failure = failure
        self._doubts = _Memory()

    @property
    def terms(self) -> Terms:
        return self._current[0]

    @terms.setter
    def terms(self, terms: Terms) -> None:
        # one assignment: a scan under way keeps its own terms and memory, and never fills the new memory with old findings
        self._current = terms, _Memory()

    def scan(self, text: str) -> Found:
        """Findings of `text` under the current terms. Raises `ScanError`."""
        known, look = self._known()
        found = known.all(text, look)
        return merge(found, keys) if (keys := _keys(text)) else found

    def suspects(self, text: str) -> Found:
        """What in `text` may be somebody's name though the scan passed it. Raises `ScanError`."""
        from hybridchat.privacy.leftover import suspects  # read when something is about to leave, not for every start

        try:
            return self._doubts.all(text, suspects)
        except Exception as error:
            raise ScanError(f"what stays readable could not be looked through ({type(error).__name__})") from error

    def kinds(self, texts: Iterable[str], watch: Watch | None = None) -> Mapping[str, int]:
        """Finding kind -> how many, over all `texts`. Raises `ScanError`; `Dropped` when `watch` was told to."""
        known, look = self._known()
        texts, watch = list(texts), watch or Watch()
        watch.expect(sum(map(len, texts)))
        out: Counter[str] = Counter()
        passed = 0
        for text in texts:
            for context, part in _parts(text):
                passed += len(part)
                fresh = not known.has(context, part)
                if counted := known.part(context, part, look)[1]:
                    out.update(counted)
                if fresh:  # thousands that are known already are no work to rest from
                    watch.did(passed)
                    passed = 0
            if _keys(text):
                out["SECRET"] = max(1, out["SECRET"])
        watch.did(passed)
        return out

    def _known(self) -> tuple[_Memory, Look]:
        if self.failure:
            raise ScanError(self.failure)
        terms, known = self._current
        return known, lambda text: scan(text, terms)


def _keys(text: str) -> Found:
    """Private keys in a long text: one may lie across two parts."""
    if len(text) <= LONG or "-----BEGIN" not in text:
        return ()
    from hybridchat.privacy.secrets import key_blocks  # with the scanner, which was read by now

    return tuple(key_blocks(text))

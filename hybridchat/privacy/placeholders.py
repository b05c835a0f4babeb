"""The placeholder table: per session, two-way, the only place where originals and their stand-ins meet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from hybridchat.conversation import Hidden
from hybridchat.facts import Finding
from hybridchat.privacy.known import KnownValues, canonical_value
from hybridchat.privacy.people import People, words_of
from hybridchat.privacy.scan import merge
from hybridchat.privacy.tokens import KINDS, LITERAL, Core, Marks, canonical, grammar, lookalikes, parse_core
from hybridchat.privacy.words import WordIndex
from hybridchat.value import value

PERSON = "PERSON"


@value
class Row:
    """One issued placeholder, as it is stored. Kind LITERAL: text of the user's that only looked like a placeholder.

    Without an `original` it was erased: the placeholder stays taken, and stands for nothing. `part_of` is the placeholder of
    the longer name that this name is part of.
    """

    placeholder: str
    kind: str
    original: str
    part_of: str | None = None


@value
class Redacted:
    """Text fit to leave, and what stands behind its placeholders (in order of first appearance, each once)."""

    text: str
    hidden: tuple[Hidden, ...]


class PlaceholderTable:
    """Originals and their placeholders of one session.

    The same value keeps its placeholder; another way of writing it (case, spaces, separators, a part of a person's name) gets
    the same number with a letter, so that turning back gives exactly what was typed. `taken` are cores the user typed,
    `committed` counts the rows stored already (all that are given, unless told otherwise). Raises `ValueError` for an unusable
    style or row.
    """

    def __init__(
        self, rows: Iterable[Row] = (), style: str = "<{kind}_{n}>", *, taken: Iterable[str] = (), committed: int | None = None
    ) -> None:
        self.style = style
        self._marks = Marks(style)
        self._rows: list[Row] = []
        self._committed = 0
        self._by_original: dict[str, Row] = {}
        self._by_core: dict[str, Row] = {}
        self._numbers: dict[tuple[str, str], int] = {}
        self._variants: dict[tuple[str, int], int] = {}
        self._people = People()
        self._whole: dict[int, Row] = {}
        """Person's number -> the row of the longest name."""
        self._highest: dict[str, int] = {}
        self._taken = set(taken)
        self._known = KnownValues()
        for row in rows:
            core = parse_core(row.placeholder)
            if core is None or core.kind != row.kind:
                raise ValueError(f"placeholder {row.placeholder!r} is not one of kind {row.kind}")
            self._keep(row, core)
        self._committed = len(self._rows) if committed is None else committed

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def marks(self) -> Marks:
        return self._marks

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every issued placeholder, oldest first."""
        return tuple(self._rows)

    def new_rows(self) -> tuple[Row, ...]:
        """Rows minted since the last `commit`: to be stored together with the ledger row."""
        return tuple(self._rows[self._committed :])

    def commit(self) -> None:
        """The new rows are stored."""
        self._committed = len(self._rows)

    def fork(self) -> PlaceholderTable:
        """A copy to try things on: a preview of several messages shares one and leaves this table as it is."""
        return PlaceholderTable(self._rows, self.style, taken=self._taken, committed=self._committed)

    def lookup(self, core: str) -> Row | None:
        """The row of a core in the form `tokens.canonical` gives."""
        return self._by_core.get(core)

    @property
    def cores(self) -> tuple[str, ...]:
        """Cores of every issued placeholder, as written."""
        return tuple(core.text for core in map(parse_core, (r.placeholder for r in self._rows if r.original)) if core)

    def redact(self, text: str, findings: Iterable[Finding], *, mint: bool = True) -> Redacted:
        """`text` with every finding replaced; what looks like a placeholder already is escaped, so that turning back is exact.

        `mint=False` gives the same result and keeps nothing.
        """
        if not mint:
            return self.fork().redact(text, findings)
        spans = self._widened(text, merge(f for f in findings if 0 <= f.start < f.end <= len(text)))
        return self._replaced(text, self._with_literals(text, spans))

    def known(self, text: str, spared: WordIndex | None = None) -> tuple[Finding, ...]:
        """Every value issued before that occurs in `text`, at word boundaries: what was learnt later hides in earlier text too.

        What the user chose to show (`spared`) stays. Values too common to stand for anybody (short numbers, single plain words)
        are not looked for.
        """
        return merge(self._known.find(text, spared))

    def leaks(self, body: bytes | str, spared: WordIndex | None = None) -> list[str]:
        """Kinds (never values) of issued originals that a request body holds, one entry per value, sorted.

        Every string of a JSON body is decoded first; anything else is searched as text.
        """
        return self._known.leaks(body, spared)

    def _widened(self, text: str, found: tuple[Finding, ...]) -> list[Finding]:
        """For bare placeholders: spans grown to whole words, without which they could not be told from their neighbours."""
        if self._marks.prefix:
            return list(found)
        out: list[Finding] = []
        for f in found:
            start, end = f.start, f.end
            while start > 0 and _is_word(text[start - 1]):
                start -= 1
            while end < len(text) and _is_word(text[end]):
                end += 1
            if out and start <= out[-1].end:
                start, end = out[-1].start, max(end, out[-1].end)
                out.pop()
            out.append(Finding(start, end, f.kind, f.reason, f.score))
        return out

    def _with_literals(self, text: str, found: list[Finding]) -> list[Finding]:
        """The findings and, between them, the look-alikes that must be escaped; other bare ones are never issued from now on."""
        kinds = tuple(sorted({*KINDS, *self._highest, *(_kind(f.kind) for f in found)}))
        pattern = grammar(kinds, self._marks.prefix, self._marks.suffix)
        out: list[Finding] = []
        at = 0
        for finding in [*found, Finding(len(text), len(text), "")]:
            for match in lookalikes(text[at : finding.start], pattern, kinds):
                start, end = at + match.start(), at + match.end()
                bare = not self._marks.pairs or match.lastindex == len(self._marks.pairs) + 1
                core = canonical(match[match.lastindex or 0])
                if bare and core not in self._by_core:
                    self._taken.add(core)
                else:
                    out.append(Finding(start, end, LITERAL, "looks like a placeholder"))
            at = finding.end
            if finding.kind:
                out.append(finding)
        return out

    def _replaced(self, text: str, found: list[Finding]) -> Redacted:
        parts: list[str] = []
        hidden: dict[str, Hidden] = {}
        at = 0
        for finding in found:
            original = text[finding.start : finding.end]
            row = self._by_original.get(original)
            new = row is None
            if row is None:
                row = self._mint(finding.kind, original)
            parts += (text[at : finding.start], row.placeholder)
            at = finding.end
            if row.kind != LITERAL and row.placeholder not in hidden:
                hidden[row.placeholder] = Hidden(row.kind, row.placeholder, original, finding.reason, new)
        parts.append(text[at:])
        return Redacted("".join(parts), tuple(hidden.values()))

    def _mint(self, kind: str, original: str) -> Row:
        kind = _kind(kind)
        number = self._numbers.get((kind, canonical_value(kind, original)))
        if number is None and kind == PERSON:
            number = self._people.find(original)
        again = number is not None
        if number is None:
            number = self._highest.get(kind, 0) + 1
        core = Core(kind, number, self._variants.get((kind, number), 0))
        while canonical(core.text) in self._taken:
            core = replace(core, variant=core.variant + 1) if again else replace(core, number=core.number + 1)
        row = Row(self._marks.wrap(core), kind, original, self._longer(kind, core.number, original))
        self._keep(row, core)
        return row

    def _longer(self, kind: str, number: int, original: str) -> str | None:
        whole = self._whole.get(number) if kind == PERSON else None
        return whole.placeholder if whole is not None and words_of(original) < words_of(whole.original) else None

    def _keep(self, row: Row, core: Core) -> None:
        self._rows.append(row)
        self._highest[core.kind] = max(self._highest.get(core.kind, 0), core.number)
        if not row.original:
            self._taken.add(canonical(core.text))
            return
        self._by_original[row.original] = row
        self._by_core[canonical(core.text)] = row
        self._numbers[core.kind, canonical_value(row.kind, row.original)] = core.number
        self._variants[core.kind, core.number] = max(self._variants.get((core.kind, core.number), 0), core.variant + 1)
        if row.kind == PERSON:
            self._people.add(row.original, core.number)
            whole = self._whole.get(core.number)
            if whole is None or len(words_of(row.original)) > len(words_of(whole.original)):
                self._whole[core.number] = row
        if row.kind != LITERAL:
            self._known.add(row.kind, row.original)


def _kind(kind: str) -> str:
    """A kind as the grammar of placeholders takes it."""
    return kind if re.fullmatch(r"[A-Z][A-Z0-9]*(?:_[A-Z][A-Z0-9]*)*", kind) else "ITEM"


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"

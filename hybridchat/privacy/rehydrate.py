"""Turning placeholders back into what they stand for, while an answer streams in."""

from __future__ import annotations

from hybridchat.late import late
from hybridchat.privacy.placeholders import PlaceholderTable
from hybridchat.privacy.tokens import KINDS, canonical, grammar

_UNKNOWN = late(
    r"(?:<|\[|\{|&lt;|\\<)((?ai:"
    + "|".join(sorted(KINDS, key=len, reverse=True))
    + r")(?:\\?_| )[1-9][0-9]{0,8}[a-z]{0,4})(?:>|\]|\}|&gt;|\\>)"
)
_LONGEST_UNKNOWN = 48
UNKNOWN_MARK = "(?)"
"""Shown behind a placeholder that was never issued: the model made it up, and nobody stands behind it."""

# What the inside of any placeholder may begin with, issued or not.
_BEGUN = frozenset(kind[:n] for kind in KINDS for n in range(1, len(kind) + 1)) | {f"{kind}_" for kind in KINDS}
_WHOLE = late(rf"(?:{'|'.join(sorted(KINDS, key=len, reverse=True))})_[1-9][0-9]{{0,8}}[A-Z]{{0,4}}")


class Rehydrator:
    """Feeds on an answer in pieces and gives it back with the real values.

    Holds back only a tail that can still grow into a placeholder. Any cut of the text into pieces gives the same result;
    inserted values are not looked at again. `unknown` counts bracketed placeholders that were never issued: they stay in the
    text, with `mark` behind each.
    """

    def __init__(self, table: PlaceholderTable, mark: str = "") -> None:
        self.unknown = 0
        self._mark = mark
        self._table = table
        self._marks = table.marks
        cores = table.cores
        kinds = {row.kind for row in table.rows}
        self._pattern = grammar(tuple(sorted({*kinds, *KINDS})), self._marks.prefix, self._marks.suffix) if kinds else None
        self._exact = {core[:n] for core in cores for n in range(1, len(core) + 1)}
        self._loose = {"", *(canonical(prefix) for prefix in self._exact)}
        self._firsts = {opener[0] for opener, _ in self._marks.pairs} | {core[0] for core in cores}
        self._reach = max(_LONGEST_UNKNOWN, *(len(core) + core.count("_") + 10 for core in cores)) if cores else 0
        self._buffer = ""
        self._seen = 0  # characters at the head of the buffer that are out already and only serve as context
        self._tail = ""

    def feed(self, piece: str) -> str:
        """What can be shown after `piece`."""
        if self._pattern is None:
            self._count_unknown(piece)
            return piece
        self._buffer += piece
        return self._emit(self._hold())

    def flush(self) -> str:
        """The rest, at the end of the answer."""
        if self._pattern is None:
            return ""
        rest = self._emit(len(self._buffer))
        self._buffer, self._seen = "", 0
        return rest

    @property
    def held(self) -> int:
        """Characters held back now."""
        return len(self._buffer) - self._seen

    def _emit(self, stop: int) -> str:
        assert self._pattern is not None
        out: list[str] = []
        at = self._seen
        for match in self._pattern.finditer(self._buffer, at):
            if match.end() > stop:
                break
            last = match.lastindex or 1
            bare = last == len(self._marks.pairs) + 1
            row = self._table.lookup(canonical(match[last]))
            if row is None and not bare:
                self.unknown += 1
                out += (self._buffer[at : match.end()], self._mark)
                at = match.end()
            if row is None or (bare and canonical(match[last], loose=False) not in self._exact):
                continue
            out += (self._buffer[at : match.start()], row.original)
            at = match.end()
        out.append(self._buffer[at:stop])
        keep = max(0, stop - 1)
        self._buffer, self._seen = self._buffer[keep:], stop - keep
        return "".join(out)

    def _hold(self) -> int:
        """Where the longest tail begins that may still grow into a placeholder; the end of the buffer if none does."""
        buffer = self._buffer
        for at in range(max(self._seen, len(buffer) - self._reach), len(buffer)):
            if buffer[at] in self._firsts and self._grows(buffer[at:], buffer[at - 1] if at else ""):
                return at
        return len(buffer)

    def _grows(self, tail: str, before: str) -> bool:
        for opener, closer in self._marks.pairs:
            if len(tail) < len(opener):
                if opener.startswith(tail):
                    return True
            elif tail.startswith(opener) and self._wrapped_grows(
                tail[len(opener) :], closer, look=self._marks.needs_look_ahead(opener)
            ):
                return True
        if before and (before.isalnum() or before == "_"):
            return False
        plain = canonical(tail, loose=False)
        return plain in self._exact or (plain.endswith("\\") and plain[:-1] in self._exact)

    def _wrapped_grows(self, rest: str, closer: str, *, look: bool) -> bool:
        core = canonical(rest)
        if self._begun(core) or (core.endswith("\\") and self._begun(core[:-1])):
            return True
        partial = range(1, len(closer) + (1 if look else 0))
        return any(rest.endswith(closer[:n]) and self._begun(canonical(rest[:-n])) for n in partial)

    def _begun(self, core: str) -> bool:
        return core in self._loose or core in _BEGUN or _WHOLE.fullmatch(core) is not None

    def _count_unknown(self, piece: str) -> None:
        text = self._tail + piece
        done = 0
        for match in _UNKNOWN.finditer(text):
            done = match.end()
            self.unknown += self._table.lookup(canonical(match[1])) is None
        self._tail = text[max(done, len(text) - _LONGEST_UNKNOWN) :]


def rehydrate(text: str, table: PlaceholderTable) -> str:
    """The whole of `text` at once."""
    rehydrator = Rehydrator(table)
    return rehydrator.feed(text) + rehydrator.flush()

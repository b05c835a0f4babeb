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


class Rehydrator:
    """Feeds on an answer in pieces and gives it back with the real values.

    Holds back only a tail that can still grow into a placeholder that was issued. Any cut of the text into pieces gives
    the same result; inserted values are not looked at again. `unknown` counts bracketed placeholders that were never issued:
    they stay in the text as they are.
    """

    def __init__(self, table: PlaceholderTable) -> None:
        self.unknown = 0
        self._table = table
        self._marks = table.marks
        cores = table.cores
        kinds = tuple(sorted({row.kind for row in table.rows}))
        self._pattern = grammar(kinds, self._marks.prefix, self._marks.suffix) if kinds else None
        self._exact = {core[:n] for core in cores for n in range(1, len(core) + 1)}
        self._loose = {"", *(canonical(prefix) for prefix in self._exact)}
        self._firsts = {opener[0] for opener, _ in self._marks.pairs} | {core[0] for core in cores}
        self._reach = max((len(core) + core.count("_") for core in cores), default=0) + 10
        self._buffer = ""
        self._seen = 0  # characters at the head of the buffer that are out already and only serve as context
        self._tail = ""

    def feed(self, piece: str) -> str:
        """What can be shown after `piece`."""
        self._count_unknown(piece)
        if self._pattern is None:
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
        if core in self._loose or (core.endswith("\\") and core[:-1] in self._loose):
            return True
        partial = range(1, len(closer) + (1 if look else 0))
        return any(rest.endswith(closer[:n]) and canonical(rest[:-n]) in self._loose for n in partial)

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

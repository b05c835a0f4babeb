"""Finding values again that were hidden before: in earlier and later text, and in the bodies of requests."""

from __future__ import annotations

import json
from collections.abc import Iterator

from hybridchat.facts import Finding
from hybridchat.late import late
from hybridchat.privacy.names_parts import is_ordinary, name_parts
from hybridchat.privacy.source import Identifiers
from hybridchat.privacy.words import WordIndex, collapse

# Kinds whose separators carry no meaning: the same number is found again however it is grouped.
_COMPACT = frozenset({"PHONE", "CARD", "IBAN", "ID", "MAC"})
_FREE_CASE = frozenset({"EMAIL", "USER", "HANDLE", "IP"})
# What may be the name of a variable too.
_NAMES = frozenset({"PERSON", "ORG", "PLACE", "LOCATION", "ORG_OR_PLACE"})
_GROUP = late(r"[A-Za-z0-9]+")
_SEPARATOR = late(r"[ \u00a0.\-/():\u2010-\u2013]{0,3}")
# Members of a request that name its form and never hold what somebody wrote.
_FRAME = frozenset({"role", "model", "type", "object", "reasoning_effort", "effort", "display", "think"})
# Names of members as the protocols have them: somebody who hides the word "content" must still be able to send.
_MEMBERS = _FRAME | {
    *("content", "format", "keep_alive", "include_usage", "max_completion_tokens", "max_tokens", "messages", "num_ctx"),
    *("num_predict", "options", "reasoning_effort", "stream", "stream_options", "system", "temperature", "text", "think"),
    *("thinking", "tools", "top_p", "seed", "stop", "stop_sequences", "output_config", "effort", "display", "budget_tokens"),
    *("chat_template_kwargs", "enable_thinking"),
}
_ESCAPED = late(r"\\u([0-9a-fA-F]{4})")


def canonical_value(kind: str, original: str) -> str:
    """What two ways of writing the same value have in common."""
    if kind in _COMPACT:
        return "".join(_GROUP.findall(original)).upper() or original
    if kind == "TERM":
        return collapse(original) or original
    return original.strip().casefold() if kind in _FREE_CASE else original


def distinctive(kind: str, original: str) -> bool:
    """False for a value that would turn up everywhere: short, or a single plain word that somebody used as a password."""
    plain = "".join(c for c in original if c.isalnum())
    if kind == "TERM":
        return bool(plain)
    if plain.isdigit():
        return len(plain) >= 5
    if kind in {"SECRET", "ID", "USER"} and original.isalpha():
        return len(plain) >= 12 or (kind == "USER" and len(plain) >= 5)
    return len(plain) >= 4


class KnownValues:
    """The originals of a table, searched for in one pass."""

    __slots__ = ("_capital", "_compact", "_kinds", "_longest", "_words")

    def __init__(self) -> None:
        self._words = WordIndex()
        self._kinds: dict[str, str] = {}
        self._capital: set[str] = set()
        self._compact: dict[str, str] = {}
        self._longest = 0

    def add(self, kind: str, original: str) -> None:
        if not distinctive(kind, original):
            return
        parts = name_parts(original) if kind == "PERSON" else ()
        for value in (original, *parts):
            key = self._words.add(value)
            if key:
                self._kinds.setdefault(key, kind)
            if kind in _NAMES and key and " " not in key and is_ordinary(key):
                self._capital.add(key)
        value = canonical_value(kind, original)
        if kind in _COMPACT and len(value) >= 6:
            self._compact.setdefault(value, kind)
            self._longest = max(self._longest, len(value))

    def find(self, text: str, spared: WordIndex | None = None) -> Iterator[Finding]:
        """Every known value in `text` that is not inside a `spared` phrase. A name that is one word stays where it is part of

        fenced code, outside comments and strings: there it names a variable, and the code shall run.
        """
        if spared is not None and len(spared):
            phrases = spared.find(text)
            yield from (f for f in self.find(text) if not any(a <= f.start and f.end <= b for a, b, _ in phrases))
            return
        inside: Identifiers | None = None
        for start, end, key in self._words.find(text):
            kind = self._kinds[key]
            if key in self._capital and not text[start].isupper():
                continue
            if kind in _NAMES and " " not in key:
                inside = inside or Identifiers(text)
                if inside.holds(start, end):
                    continue
            yield Finding(start, end, kind, "hidden before")
        if self._compact:
            yield from self._regrouped(text)

    def leaks(self, body: bytes | str, spared: WordIndex | None = None) -> list[str]:
        """Kinds of the values `body` holds outside `spared` phrases, one entry per value, sorted."""
        if not self._kinds:
            return []
        text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
        seen: dict[str, str] = {}
        for part in _strings(text):
            for found in self.find(part, spared):
                value = part[found.start : found.end]
                seen[canonical_value(found.kind, collapse(value))] = found.kind
        return sorted(seen.values())

    def _regrouped(self, text: str) -> Iterator[Finding]:
        """Numbers written with other separators than when they were first hidden."""
        groups = [(m.start(), m.end()) for m in _GROUP.finditer(text)]
        firsts = {value[0] for value in self._compact}
        done = 0
        for i, (start, _) in enumerate(groups):
            if start < done or text[start].upper() not in firsts or (start and text[start - 1] == "_"):
                continue
            joined = ""
            for j in range(i, len(groups)):
                first, last = groups[j]
                if j > i and not _SEPARATOR.fullmatch(text, groups[j - 1][1], first):
                    break
                joined += text[first:last].upper()
                if len(joined) > self._longest:
                    break
                if joined in self._compact:
                    yield Finding(start, last, self._compact[joined], "hidden before")
                    done = last
                    break


def _strings(text: str) -> Iterator[str]:
    """Every string a reader of the body would see: of JSON the decoded members, else the text itself."""
    try:
        root = json.loads(text)
    except (ValueError, RecursionError):
        yield text
        if "\\u" in text:
            yield _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text)
        return
    yield from _walk(root)


def _walk(root: object) -> Iterator[str]:
    todo: list[tuple[str, object]] = [("", root)]
    while todo:
        name, value = todo.pop()
        if isinstance(value, str):
            if name in _FRAME and len(value) <= 64 and " " not in value:
                continue
            yield value
            if value[:1] in {"{", "["} and (inner := _nested(value)) is not None:
                todo.append(("", inner))
        elif isinstance(value, dict):
            for key, member in value.items():
                if key not in _MEMBERS:
                    yield str(key)
                todo.append((str(key), member))
        elif isinstance(value, list):
            todo.extend((name, member) for member in value)
        elif isinstance(value, int) and not isinstance(value, bool):
            yield str(value)


def _nested(value: str) -> object | None:
    """Arguments of a tool are JSON inside a JSON string."""
    try:
        parsed: object = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, (dict, list)) else None

"""A request's body without the message texts in it, so that a text sent ten times is kept once.

A frame is a JSON list of literal strings (the bytes as latin-1) and of `[part, ascii]`: here the JSON form of that part's text
stands, with or without non-ASCII letters escaped.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

WORTH = 24
"""Letters from which on a reference is shorter than the text."""


def frame(body: bytes, texts: Sequence[str]) -> bytes:
    """The body with every text that is found in it, in their order, replaced by a reference; the rest stays literal."""
    pieces: list[str | list[int]] = []
    at = 0
    for n, text in enumerate(texts):
        if len(text) < WORTH:
            continue
        for ascii_only in (0, 1):
            needle = _json(text, ascii_only)
            found = body.find(needle, at)
            if found >= 0:
                pieces += [body[at:found].decode("latin-1"), [n, ascii_only]]
                at = found + len(needle)
                break
    pieces.append(body[at:].decode("latin-1"))
    return json.dumps(pieces, separators=(",", ":")).encode("ascii")


def unframe(framed: bytes, texts: Sequence[str]) -> bytes:
    """The exact body that `frame` was given; the texts must be the same."""
    pieces: list[str | list[int]] = json.loads(framed)
    return b"".join(p.encode("latin-1") if isinstance(p, str) else _json(texts[p[0]], p[1]) for p in pieces)


def _json(text: str, ascii_only: int) -> bytes:
    return json.dumps(text, ensure_ascii=bool(ascii_only))[1:-1].encode("utf-8", "surrogatepass")

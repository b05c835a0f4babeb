"""A package as text: exactly what a model is given, with where each part comes from, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hybridchat.render import words
from hybridchat.render.text import neutralise

if TYPE_CHECKING:
    from hybridchat.conversation import Package


def printed(package: Package) -> str:
    """The whole package. Every message stands between its head line and a line of its own that ends it, with not a letter changed
    but control characters, which are shown instead of sent to the terminal."""
    return "\n".join(_lines(package)) + "\n"


def _lines(package: Package) -> Iterator[str]:
    place = words.PLACES[package.locality]
    window = f" of {package.num_ctx:,}" if package.num_ctx else ""
    yield f"package for {package.model_id} at {package.host} ({place})"
    yield f"tokens   about {package.tokens:,}{window}, and {package.max_output:,} for the answer"
    yield f"bytes    {package.size:,} of text"
    yield f"turns    {package.turns}{f', {told}' if (told := words.earlier(package)) else ''}"
    if package.summarised:
        yield f"summary  by {package.summary_by or 'rules, in its own words'}"
    yield f"hidden   {', '.join(f'{h.placeholder} ({h.reason or h.kind.lower()})' for h in package.hidden) or 'nothing'}"
    if package.remote:
        yield f"readable {', '.join(neutralise(w) for w in package.left) or 'nothing to look at'}"
    last = len(package.messages)
    for number, (message, origin) in enumerate(zip(package.messages, package.origins, strict=True), 1):
        yield ""
        yield f"--- {number} {message.role}, {'this question' if number == last else _origin(*origin)}"
        yield from words.pictures(message)
        yield neutralise(message.text)
    yield "--- end"


def _origin(turn: str | None, attempt: str | None) -> str:
    if attempt is not None:
        return f"answer {attempt} of turn {turn}"
    return f"question of turn {turn}" if turn is not None else "of no single turn"

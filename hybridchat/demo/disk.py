"""The models on the demo Ollama's disk, and how they come there: pulled layer by layer, gone on with where a pull broke off."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from threading import Lock

from hybridchat.demo.catalogue import DEFAULT, Card, card, tagged
from hybridchat.demo.parse import BadRequestError
from hybridchat.demo.play import Answer, Lines
from hybridchat.demo.wire import as_json, encode

NDJSON = "application/x-ndjson"
MISSING = "pull model manifest: file does not exist"
"""What Ollama says of a name that its registry does not know."""
_LIBRARY = re.compile(
    r"(?:llama3(?:\.\d)?|gemma\d?|qwen[\d.]+(?:-coder)?|phi\d?(?:-mini)?|mistral|gpt-oss|deepseek-r1|tinyllama"
    r"|nomic-embed-text|llama2|codellama|smollm2?|mine):.+"
)
_PARTS = 40
"""Steps in which the first layer comes."""
_SMALL = 1_429
"""Bytes of the second layer: a template."""


class Disk:
    """Names of models, and how much of each interrupted pull is there already. Safe to use from several threads."""

    def __init__(self, listed: Sequence[str] | None = None) -> None:
        self._lock = Lock()
        self._names = {tagged(name): None for name in (DEFAULT if listed is None else listed)}
        self._parts: dict[str, int] = {}

    @property
    def names(self) -> list[str]:
        with self._lock:
            return list(self._names)

    def holds(self, name: str) -> bool:
        return tagged(name) in self.names

    def delete(self, name: str) -> None:
        """Raises `BadRequestError` (404) when it is not there."""
        with self._lock:
            if tagged(name) not in self._names:
                raise BadRequestError(f"model '{name}' not found", 404)
            del self._names[tagged(name)]

    def pull(self, name: str, *, stream: bool) -> Answer:
        """The steps of a pull; the model is there once the last of them was sent."""
        # the library is meant where no other place is named, and is named nowhere afterwards
        full = tagged(name.removeprefix("library/"))
        if not _LIBRARY.fullmatch(full):
            if not stream:
                return as_json({"error": MISSING}, 500)
            return Lines(NDJSON, tuple(encode(said) + b"\n" for said in ({"status": "pulling manifest"}, {"error": MISSING})))
        if not stream:
            self._there(full)
            return as_json({"status": "success"})
        there = _PARTS if self.holds(full) else self._parts.get(full, 0)
        steps = _steps(card(full), there)
        return Lines(NDJSON, tuple(encode(step) + b"\n" for step in steps), partial(self._sent, full, steps))

    def _sent(self, name: str, steps: Sequence[dict[str, object]], n: int) -> None:
        if n == len(steps) - 1:
            self._there(name)
        elif (part := steps[n].get("completed")) is not None and steps[n]["total"] != _SMALL:
            with self._lock:
                self._parts[name] = int(str(part)) * _PARTS // card(name).size

    def _there(self, name: str) -> None:
        with self._lock:
            self._names[name] = None
            self._parts.pop(name, None)


def _steps(model: Card, there: int) -> list[dict[str, object]]:
    """From the manifest to `success`, as Ollama tells it; `there` parts of the first layer need not come."""
    steps: list[dict[str, object]] = [{"status": "pulling manifest"}]
    for digest, size, parts in ((model.digest, model.size, _PARTS), (model.digest[::-1], _SMALL, 1)):
        bar = {"status": f"pulling {digest[:12]}", "digest": f"sha256:{digest}", "total": size}
        first = there if parts == _PARTS else 0
        # rounded up, so that as many parts are counted again
        steps += [{**bar, "completed": -(-size * n // parts)} if n else bar for n in range(first, parts + 1)]
    return steps + [{"status": said} for said in ("verifying sha256 digest", "writing manifest", "success")]

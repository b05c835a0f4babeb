"""Cuts a streaming answer into what is read aloud at once: whole sentences, lines, at most a long breath. Pure."""

from __future__ import annotations

from hybridchat.late import late

BREATH = 400
"""Characters after which a text without any end is given out at its last space."""
# not after one letter alone: `e.g. this`, `1. first` and `J. Smith` go on
_END = late(r"\n|(?<=\w\w)[*_`\")\]]*[.!?…]+[\"'”’»)\]*_`]*(?=\s)|[。！？]")
_BACK = 16
"""Characters that an end may reach back from where new text begins."""


class Spoken:
    """The part of one answer that was not given out yet."""

    def __init__(self) -> None:
        self._held = ""

    def take(self, text: str) -> str:
        """Adds what came; returns what can be said now, which may be nothing."""
        at = max(0, len(self._held) - _BACK)
        self._held += text
        cut = max((found.end() for found in _END.finditer(self._held, at)), default=0)
        if not cut and len(self._held) > BREATH:
            # a word of that length is said as it is
            cut = self._held.rfind(" ") + 1 or len(self._held)
        return self._upto(cut)

    def rest(self) -> str:
        """What is left when nothing more comes."""
        return self._upto(len(self._held))

    def _upto(self, cut: int) -> str:
        said, self._held = self._held[:cut], self._held[cut:]
        return said

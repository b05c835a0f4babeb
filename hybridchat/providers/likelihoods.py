"""The probabilities of an answer's tokens, as servers tell them."""

from __future__ import annotations

MOST = 4096
"""Token probabilities kept of one answer: enough for quantiles."""


class Likelihoods:
    """The tokens' logarithmic probabilities of one answer, as far as the server tells them."""

    def __init__(self) -> None:
        self._values: list[float] = []

    def hear(self, tokens: object) -> None:
        """Takes the tokens a chunk tells of. The SDKs let other shapes through: what has no number is left out."""
        if isinstance(tokens, list | tuple) and len(self._values) < MOST:
            found = (getattr(token, "logprob", None) for token in tokens)
            self._values += [float(value) for value in found if isinstance(value, int | float)]

    def told(self) -> tuple[float, ...] | None:
        return tuple(self._values[:MOST]) or None

"""An answer as it comes."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Self

from hybridchat.api.errors import HybridError
from hybridchat.api.response import Response


class Stream:
    """Iterate for the pieces of text; afterwards `response` holds the whole.

    Iterating raises a `HybridError` as `HybridClient.execute` does. `aclose` (or leaving an `async with`) stops the answer.
    """

    def __init__(self, pieces: AsyncGenerator[str | Response, None]) -> None:
        self._pieces = pieces
        self._response: Response | None = None

    @property
    def response(self) -> Response:
        """Raises `HybridError` before the stream was read to its end."""
        if self._response is None:
            raise HybridError("the answer is not complete yet: read the stream to its end first")
        return self._response

    async def whole(self) -> Response:
        """Reads the rest and returns the response."""
        async with aclosing(self):
            async for _ in self:
                pass
        return self.response

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        piece = await self._pieces.__anext__()
        if isinstance(piece, str):
            return piece
        self._response = piece
        return await self.__anext__()

    async def aclose(self) -> None:
        await self._pieces.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

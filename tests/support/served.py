"""A running `hybridchat serve` as a client of it sees it: its address, its pages, the screen in a websocket."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pyte

from tests.cli.run import bare
from tests.support.terminal import NOISE

ROOT = Path(__file__).resolve().parents[2]


class Serving:
    """The process, the address it printed, and that address without its token."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process, self.url = process, url
        self.origin = "http://" + urlsplit(url).netloc


@asynccontextmanager
async def serving(*options: str, env: Mapping[str, str]) -> AsyncIterator[Serving]:
    """`hybridchat serve OPTIONS` on a free port, until the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hybridchat", "serve", *options,
        env={**bare(), **env}, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            said = b""
            while not (found := re.search(rb"http://\S+", said)):
                said += (line := await process.stdout.readline())
                assert line, f"it did not start; it said {said!r}"
        yield Serving(process, found[0].decode())
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.communicate()


class Tab:
    """The screen that a page would show."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, columns: int, rows: int) -> None:
        self._socket = socket
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)

    async def type(self, keys: str) -> None:
        await self._socket.send_json(["stdin", keys])

    async def shows(self, words: str, seconds: float = 60.0) -> None:
        """Reads until `words` stand on the screen."""
        try:
            async with asyncio.timeout(seconds):
                while words not in self.text():
                    message = await self._socket.receive()
                    assert message.type is not aiohttp.WSMsgType.CLOSED, self.text()
                    if message.type is aiohttp.WSMsgType.BINARY:
                        self._stream.feed(NOISE.sub(b"", message.data))
        except TimeoutError:
            raise AssertionError(f"{words!r} did not come; the screen:\n{self.text()}") from None

    async def closed(self) -> None:
        """Reads until the server closes the socket."""
        while (await self._socket.receive()).type not in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}:
            pass


async def entered(http: aiohttp.ClientSession, url: str) -> str:
    """Opens the printed address; where it leads to, with the cookie in `http`."""
    async with http.get(url, allow_redirects=False) as answer:
        assert answer.status == 303
        return answer.headers["Location"]


@asynccontextmanager
async def tab(http: aiohttp.ClientSession, served: Serving, place: str, columns: int = 100, rows: int = 30) -> AsyncIterator[Tab]:
    """One more tab of the browser that `http` plays."""
    address = f"{served.origin}{place}ws?width={columns}&height={rows}"
    async with http.ws_connect(address, origin=served.origin, max_msg_size=0) as socket:
        await socket.send_json(["focus"])
        yield Tab(socket, columns, rows)

"""A headless Chromium, driven over its own debugging protocol: keys in, pictures and the bytes of the terminal out."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import shutil
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import pyte

from tests.support.terminal import NOISE, PARTIAL

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)


class Chromium:
    """One page. An async context manager: leaving it ends the browser. `asked` are the addresses the page tried to reach."""

    def __init__(self, folder: Path, columns: int = 142, rows: int = 33) -> None:
        self._folder = folder
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._frames: deque[bytes] = deque()
        self._rest = b""
        self.asked: list[str] = []
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._session = ""

    async def __aenter__(self) -> Self:
        assert PROGRAM is not None
        self._process = await asyncio.create_subprocess_exec(
            PROGRAM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server",
            "--window-size=1280,800", f"--user-data-dir={self._folder}", "--remote-debugging-port=0", "about:blank",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(60):
                address = await self._listening()
                self._http = aiohttp.ClientSession()
                self._socket = await self._http.ws_connect(address, max_msg_size=0)
                self._reading = asyncio.create_task(self._read())
                made = await self.do("Target.createTarget", url="about:blank")
                attached = await self.do("Target.attachToTarget", targetId=made["targetId"], flatten=True)
                self._session = attached["sessionId"]
                for domain in ("Page", "Network", "Runtime"):
                    await self.do(f"{domain}.enable")
                await self.do("Emulation.setFocusEmulationEnabled", enabled=True)
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def _listening(self) -> str:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            if line.startswith(b"DevTools listening on "):
                # what it complains about later must be read, or it would stop at a full pipe
                self._draining = asyncio.create_task(self._process.stderr.read())
                return line.split()[-1].decode()
        raise AssertionError("Chromium did not start")

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for name in ("_reading", "_draining"):
            if (task := getattr(self, name, None)) is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        if (http := getattr(self, "_http", None)) is not None:
            await http.close()
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def do(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the protocol; its result. Raises `AssertionError` when the browser refuses it."""
        number = len(self._answers) + 1
        self._answers[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": parameters}
        await self._socket.send_str(json.dumps(message | ({"sessionId": self._session} if self._session else {})))
        answer = await asyncio.wait_for(self._answers[number], 60)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer.get("result", {})
        return result

    async def _read(self) -> None:
        async for message in self._socket:
            told = json.loads(message.data)
            if "id" in told:
                self._answers[told["id"]].set_result(told)
            elif told["method"] == "Network.webSocketFrameReceived":
                frame = told["params"]["response"]
                if frame["opcode"] == 2:
                    self._feed(base64.b64decode(frame["payloadData"]))
            elif told["method"] == "Network.requestWillBeSent":
                self.asked.append(told["params"]["request"]["url"])
            elif told["method"] == "Network.webSocketCreated":
                self.asked.append(told["params"]["url"])

    def _feed(self, data: bytes) -> None:
        data = self._rest + data
        partial = PARTIAL.search(data)
        self._rest = data[partial.start() :] if partial else b""
        self._stream.feed(NOISE.sub(b"", data[: len(data) - len(self._rest)]))

    def text(self) -> str:
        """What the terminal in the page was told to show."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    async def shows(self, words: str, seconds: float = 60.0) -> None:
        for _ in range(int(seconds / 0.05)):
            if words in self.text():
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{words!r} did not come; the screen:\n{self.text()}")

    async def open(self, url: str) -> None:
        await self.do("Page.navigate", url=url)

    async def script(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        told = await self.do("Runtime.evaluate", expression=expression, returnByValue=True)
        return told["result"].get("value")

    async def type(self, text: str) -> None:
        for character in text:
            await self.do("Input.dispatchKeyEvent", type="keyDown", text=character)
            await self.do("Input.dispatchKeyEvent", type="keyUp")

    async def enter(self) -> None:
        key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
        await self.do("Input.dispatchKeyEvent", type="keyDown", text="\r", **key)
        await self.do("Input.dispatchKeyEvent", type="keyUp", **key)

    async def picture(self) -> bytes:
        """The page as a PNG."""
        return base64.b64decode((await self.do("Page.captureScreenshot", format="png"))["data"])

"""The pages and the websocket behind the door. textual-serve runs one program for each tab and carries its screen."""

from __future__ import annotations

import asyncio
import html
import os
import shlex
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path
from string import Template

from aiohttp import web
from textual_serve.server import Server

from hybridchat.serving.door import Door

HERE = Path(__file__).parent
GONE = 10.0
"""Seconds that the programs have to save and leave when the server is stopped."""


def shell_line(argv: Sequence[str]) -> str:
    """`argv` as the one line that textual-serve gives to a shell."""
    # exec: the program, not a shell around it, is what the server talks to
    return subprocess.list2cmdline(argv) if os.name == "nt" else f"exec {shlex.join(argv)}"


def application(argv: Sequence[str], door: Door) -> web.Application:
    """The web application: each websocket runs `argv` as a program of its own."""
    server = Server(shell_line(argv))
    page = Template((HERE / "page.html").read_text(encoding="utf-8"))
    running: set[asyncio.Task[object]] = set()

    async def index(request: web.Request) -> web.Response:
        # as the browser names us, so that it also works through a forwarded port
        text = page.substitute(socket=html.escape(f"ws://{request.host}{door.place}ws"))
        return web.Response(text=text, content_type="text/html")

    async def script(_: web.Request) -> web.Response:
        return web.Response(text=(HERE / "page.js").read_text(encoding="utf-8"), content_type="text/javascript")

    async def tab(request: web.Request) -> web.StreamResponse:
        task = asyncio.current_task()
        assert task is not None, "aiohttp runs every handler in a task"
        running.add(task)
        try:
            return await server.handle_websocket(request)
        finally:
            running.discard(task)

    async def close(_: web.Application) -> None:
        for task in running:
            task.cancel()

    app = web.Application(middlewares=[door.guard])
    app.router.add_get(door.place, index)
    app.router.add_get(f"{door.place}page.js", script)
    app.router.add_get(f"{door.place}ws", tab)
    app.router.add_static(f"{door.place}static", server.statics_path)
    app.on_shutdown.append(close)
    return app


def listening(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 is a free one. Raises `OSError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def serve(argv: Sequence[str], door: Door, bound: socket.socket) -> None:
    """Serves until SIGINT or SIGTERM."""
    # no log of requests: the first one holds the token
    web.run_app(application(argv, door), sock=bound, access_log=None, print=None, shutdown_timeout=GONE)

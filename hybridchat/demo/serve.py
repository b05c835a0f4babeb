"""Runs the demo servers until they are stopped, for other clients: `hybridchat demo serve`."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TextIO

from hybridchat.demo.demo import Demo
from hybridchat.demo.echo import Echo


def serve(
    ollama_port: int = 0,
    openai_port: int = 0,
    anthropic_port: int = 0,
    rate: float = 100.0,
    *,
    out: TextIO,
    until: threading.Event | None = None,
    echo: bool = False,
    keep: Path | None = None,
) -> None:
    """Prints the lines a client's shell needs and blocks until Ctrl+C, or until `until` is set.

    `rate` is chunks per second, 0 as fast as possible. `echo` prints every body that comes in, `keep` writes each to a file of
    that folder. Raises `OSError` when a port is taken or the folder cannot be made.
    """
    demo = Demo(ollama_port=ollama_port, openai_port=openai_port, anthropic_port=anthropic_port, chunks_per_second=rate)
    ended = until or threading.Event()
    if echo or keep is not None:
        heard = Echo(out if echo else None, keep)
        for server in demo.servers:
            server.heard = heard
    with demo:
        print("# demo servers: canned text, no model. Ctrl+C stops them.", file=out)
        for name, value in demo.env().items():
            print(f"export {name}={value}", file=out)
        out.flush()
        try:
            # in slices: on Windows an endless wait would not see Ctrl+C
            while not ended.wait(0.5):
                pass
        except KeyboardInterrupt:
            return

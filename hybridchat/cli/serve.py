"""`hybridchat serve`: the chat in a browser of this machine."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import Annotated

import typer

from hybridchat.cli import edge
from hybridchat.cli.edge import Exit
from hybridchat.cli.options import Demo, Local, ModelName, NoSave, Private

OPEN = (
    "On {host} others may reach it: whoever has the address with its token reads and writes your conversations, "
    "and nothing on the way is encrypted."
)


def register(app: typer.Typer) -> None:
    """Adds the command to the program."""
    app.command()(serve)


def serve(
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="Port; 0: a free one.")] = 0,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Address to listen on.")] = "127.0.0.1",
    network: Annotated[
        bool, typer.Option("--open-to-network", help="Allow an address that other machines reach, unencrypted.")
    ] = False,
    demo: Demo = False,
    local: Local = False,
    private: Private = False,
    no_save: NoSave = False,
    model: ModelName = None,
) -> int:
    """Open the chat in a browser of this machine. Each tab is a program of its own on the same conversations."""
    if find_spec("textual_serve") is None:
        raise Exit(edge.USAGE, f"The browser needs one more package. Install it: {_installing()}")
    from hybridchat.serving.door import Door, loopback
    from hybridchat.serving.server import listening
    from hybridchat.serving.server import serve as run

    if not loopback(host) and not network:
        raise Exit(edge.USAGE, f"{OPEN.format(host=host)} If you want that, say --open-to-network.")
    try:
        bound = listening(host, port)
    except OSError as error:
        raise Exit(edge.USAGE, f"{host}:{port} cannot be listened on: {error.strerror or error}.") from None
    switches = {"--demo": demo, "--local": local, "--private": private, "--no-save": no_save}
    argv = [sys.executable, "-m", "hybridchat", "chat", *(name for name, on in switches.items() if on)]
    if model is not None:
        argv += ["--model", model]
    door = Door(host)
    edge.started()
    edge.out(f"Open in your browser:\n\n    {door.address(bound.getsockname()[1])}\n\n")
    edge.out("Whoever has this address is let in, until Ctrl+C ends it here.\n")
    sys.stdout.flush()
    if not loopback(host):
        edge.say(OPEN.format(host=host))
    run(argv, door, bound)
    return edge.OK


def _installing() -> str:
    """The command that adds the package to where this program runs from."""
    if find_spec("pip") is not None:
        return f"{sys.executable} -m pip install textual-serve"
    return f"uv pip install --python {sys.executable} textual-serve"

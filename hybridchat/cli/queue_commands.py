"""`hybridchat queue`: what its commands are called and take."""

from __future__ import annotations

from typing import Annotated

import typer

queue_app = typer.Typer(rich_markup_mode=None)
TurnId = Annotated[str, typer.Argument(metavar="ID", help="Id of a question, or the start of it, as the list prints it.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object per question.")]


def register(app: typer.Typer) -> None:
    """Adds the group to the program."""
    app.add_typer(queue_app, name="queue")


@queue_app.callback(invoke_without_command=True)
def queue(context: typer.Context, as_json: Json = False) -> int:
    """List what waits for the network; reword, send or remove it."""
    if context.invoked_subcommand is None:
        from hybridchat.cli.queue import show

        raise typer.Exit(show(as_json=as_json))
    return 0


@queue_app.command("list")
def list_(as_json: Json = False) -> int:
    """List them, the oldest first."""
    from hybridchat.cli.queue import show

    return show(as_json=as_json)


@queue_app.command()
def edit(turn: TurnId, words: Annotated[list[str], typer.Argument(metavar="QUESTION", help="What it shall be.")]) -> int:
    """Reword one."""
    from hybridchat.cli.queue import reword

    return reword(turn, " ".join(words))


@queue_app.command()
def send(
    turn: Annotated[str | None, typer.Argument(metavar="ID", help="Only this one; all in order when left out.")] = None,
    cloud: Annotated[bool, typer.Option("--cloud", help="Your consent for these questions.")] = False,
) -> int:
    """Send them, each as if asked now. A host is still asked about first."""
    from hybridchat.cli.queue import send as run

    return run(turn, cloud=cloud)


@queue_app.command()
def drop(turn: TurnId) -> int:
    """Take one out; it stands in its conversation, not sent."""
    from hybridchat.cli.queue import drop as run

    return run(turn)

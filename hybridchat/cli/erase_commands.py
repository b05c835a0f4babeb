"""What the commands that erase are called and take; they belong to `hybridchat sessions`."""

from __future__ import annotations

from typing import Annotated

import typer


def register(sessions_app: typer.Typer) -> None:
    """Adds the commands to the group."""
    sessions_app.command()(purge)
    sessions_app.command()(undo)
    sessions_app.command()(placeholders)


def purge(
    session: Annotated[str | None, typer.Argument(metavar="ID", help="Id of a conversation, or the start of it.")] = None,
    older_than: Annotated[str | None, typer.Option("--older-than", metavar="DAYS", help="Last used so long ago: 30d.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every conversation, deleted ones too.")] = False,
    now: Annotated[bool, typer.Option("--now", help="At once, with what waits already; this cannot be undone.")] = False,
) -> int:
    """Erase conversations for good, in 10 minutes. Without an argument, what is due."""
    from hybridchat.cli.erase import purge as run

    return run(session, older_than=older_than, every=every, now=now)


def undo() -> int:
    """Bring back what was marked to be purged last."""
    from hybridchat.cli.erase import undo as run

    return run()


def placeholders(
    session: Annotated[str, typer.Argument(metavar="ID", help="Id of a conversation, or the start of it.")],
    forget: Annotated[list[str] | None, typer.Option("--forget", metavar="P", help="Erase what this one stands for.")] = None,
    forget_all: Annotated[bool, typer.Option("--forget-all", help="Erase what all of them stand for.")] = False,
) -> int:
    """List what placeholders stand for, or erase it."""
    from hybridchat.cli.erase import placeholders as run

    return run(session, list(forget or ()), forget_all=forget_all)

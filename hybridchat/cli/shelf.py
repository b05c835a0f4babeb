"""`hybridchat sessions`: what its commands are called and take. Words that name none of them are looked for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup


class _Group(TyperGroup):
    """A first word that is no command begins a search."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["find", *args]
        return super().parse_args(ctx, args)


sessions_app = typer.Typer(cls=_Group, rich_markup_mode=None)
SessionId = Annotated[str, typer.Argument(metavar="ID", help="Id of a conversation, or the start of it.")]


def register(app: typer.Typer) -> None:
    """Adds the group to the program."""
    app.add_typer(sessions_app, name="sessions")


Tags = Annotated[list[str] | None, typer.Option("--tag", metavar="NAME", help="Only those with this tag; may be repeated.")]
Archived = Annotated[bool, typer.Option("--archived", help="Archived ones too.")]


@sessions_app.callback(invoke_without_command=True)
def sessions(context: typer.Context, tag: Tags = None, archived: Archived = False) -> int:
    """List saved conversations, or those with these words. To find: hybridchat sessions WORDS."""
    if context.invoked_subcommand is None:
        from hybridchat.cli.shelving import sessions as run

        raise typer.Exit(run("", tags=tag or (), archived=archived))
    return 0


@sessions_app.command()
def find(
    words: Annotated[list[str], typer.Argument(help="Words that a question, an answer or a title holds.")],
    tag: Tags = None,
    archived: Archived = False,
) -> int:
    """Find conversations by their words. `find` may be left out."""
    from hybridchat.cli.shelving import sessions as run

    return run(" ".join(words), tags=tag or (), archived=archived)


@sessions_app.command("tag")
def tag_(
    session: SessionId,
    tags: Annotated[list[str], typer.Argument(metavar="NAME", help="Tags; one that is there already is taken off.")],
) -> int:
    """Put tags on a conversation, or take them off."""
    from hybridchat.cli.shelving import tag as run

    return run(session, tags)


@sessions_app.command()
def rename(session: SessionId, title: Annotated[list[str], typer.Argument(metavar="TITLE", help="The new title.")]) -> int:
    """Give a conversation a title."""
    from hybridchat.cli.shelving import rename as run

    return run(session, " ".join(title))


@sessions_app.command()
def top(session: SessionId) -> int:
    """Hold a conversation at the top of the list, or let it go."""
    from hybridchat.cli.shelving import top as run

    return run(session)


@sessions_app.command()
def archive(session: SessionId) -> int:
    """Take a conversation out of the list, or bring it back."""
    from hybridchat.cli.shelving import archive as run

    return run(session)


@sessions_app.command("export")
def export_(
    session: SessionId,
    as_json: Annotated[bool, typer.Option("--json", help="Everything that is known, to be imported again.")] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write there, not to stdout.")] = None,
) -> int:
    """Write a conversation as Markdown, or with --json whole."""
    from hybridchat.cli.moves import export

    return export(session, out, as_json=as_json)


@sessions_app.command("import")
def import_(file: Annotated[Path, typer.Argument(metavar="FILE", help="As `sessions export --json` wrote it.")]) -> int:
    """Take in an exported conversation. It is added beside what is there."""
    from hybridchat.cli.moves import take_in

    return take_in(file)


@sessions_app.command()
def merge(first: SessionId, second: SessionId) -> int:
    """Make one new conversation of two. The second follows the first; both stay as they are."""
    from hybridchat.cli.moves import merge as run

    return run(first, second)

"""What `hybridchat redact` is called and takes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def register(app: typer.Typer) -> None:
    """Adds the command to the program's."""
    app.command()(redact)


def redact(
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE", help="Text files, - for standard input.")] = None,
    level: Annotated[
        Literal["low", "normal", "high"] | None,
        typer.Option("--level", help="How much to hide when in doubt.", show_default=False),
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Show each changed line before and after, and why.")] = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Read {"id","text"} lines, write {"id","spans":[[start,end,type],...]}.')
    ] = False,
    no_terms: Annotated[bool, typer.Option("--no-terms", help="Leave your own words out of it.")] = False,
) -> int:
    """Hide what is personal or secret in a text. Nothing is sent anywhere."""
    from hybridchat.cli.redact import Options, run  # imported here: every other command would read the scanner too

    return run(Options(files=tuple(files or ()), level=level, show=show, jsonl=jsonl, terms=not no_terms))

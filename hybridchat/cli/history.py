"""Commands that look back at what was asked: what each is called and takes."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="One JSON object (schema 1) on stdout.")]


def register(app: typer.Typer) -> None:
    """Adds the commands to the program's."""
    app.command()(stats)
    app.command()(replay)


def stats(
    days: Annotated[int | None, typer.Option("--days", metavar="N", help="Only the last N days, today among them.")] = None,
    as_json: Json = False,
) -> int:
    """Add up what was asked, where, and what it cost. By day and by model: tokens, money spent and saved."""
    from hybridchat.cli.stats import run

    return run(days, as_json=as_json)


def replay(
    strategy: Annotated[
        str | None, typer.Option("--strategy", metavar="S", help="Decide under this strategy, with the consents of the time.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="D", help="Only what was asked since: 2026-11-01, or 7d for a week.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Make the stored decisions again, as then or by another strategy. What goes elsewhere, at what cost, what stays here."""
    from hybridchat.cli.replay import run

    return run(strategy, since, as_json=as_json)

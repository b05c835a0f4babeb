"""`hybridchat models`: what its commands are called and take."""

from __future__ import annotations

from typing import Annotated

import typer

from hybridchat.cli.options import Demo

models_app = typer.Typer(rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Adds the group to the program."""
    app.add_typer(models_app, name="models")


@models_app.callback(invoke_without_command=True)
def models(context: typer.Context, demo: Demo = False) -> int:
    """List the models; pull, delete or unload one. Where each runs, its window, its price; what fits and runs here."""
    if context.invoked_subcommand is not None:
        return 0
    from hybridchat.cli.lists import models as run

    raise typer.Exit(run(demo=demo))


@models_app.command("pull")
def models_pull(
    name: Annotated[str, typer.Argument(help="As in llama3.2 or gemma3:4b; without one, what fits this machine.")] = "",
    demo: Demo = False,
) -> int:
    """Have Ollama fetch a model. Ctrl+C gives up; the next pull goes on from there."""
    from hybridchat.cli.models import pull

    return pull(name, demo=demo)


@models_app.command("rm")
def models_rm(name: Annotated[str, typer.Argument(help="As the list names it.")], demo: Demo = False) -> int:
    """Delete a model from Ollama's disk."""
    from hybridchat.cli.models import change

    return change("rm", name, demo=demo)


@models_app.command("unload")
def models_unload(name: Annotated[str, typer.Argument(help="As the list names it.")], demo: Demo = False) -> int:
    """Take a model out of memory; it stays on disk."""
    from hybridchat.cli.models import change

    return change("unload", name, demo=demo)


@models_app.command("price")
def models_price(
    model: Annotated[str, typer.Argument(help="Model id, as in openai:gpt-6.1-terra.")],
    per_million_in: Annotated[float, typer.Option("--in", help="US dollars per million tokens read.")],
    per_million_out: Annotated[float, typer.Option("--out", help="US dollars per million tokens written.")],
    cache_read: Annotated[
        float | None, typer.Option(help="US dollars per million tokens read from the provider's cache.")
    ] = None,
    cache_write: Annotated[float | None, typer.Option(help="US dollars per million tokens written to it.")] = None,
) -> int:
    """Say what a model costs, as of today."""
    from hybridchat.cli.price import price

    return price(model, per_million_in, per_million_out, cache_read=cache_read, cache_write=cache_write)

"""`hybridchat terms` and `hybridchat config`: what their commands are called and take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

terms_app = typer.Typer(help="Your own words that never leave readable.", no_args_is_help=True, rich_markup_mode=None)
config_app = typer.Typer(help="Show, check or change the configuration.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Adds both groups to the program."""
    app.add_typer(terms_app, name="terms")
    app.add_typer(config_app, name="config")


@terms_app.command("add")
def terms_add(words: Annotated[list[str], typer.Argument(metavar="WORD", help="Words or phrases, each one argument.")]) -> int:
    """Hide these words from now on, wherever they occur."""
    from hybridchat.cli import terms

    return terms.add(words)


@terms_app.command("rm")
def terms_rm(
    words: Annotated[list[str], typer.Argument(metavar="WORD", help="Words or phrases, as `terms list` prints them.")],
) -> int:
    """No longer hide these words."""
    from hybridchat.cli import terms

    return terms.remove(words)


@terms_app.command("list")
def terms_list() -> int:
    """Print your own words, one a line."""
    from hybridchat.cli import terms

    return terms.show()


@terms_app.command("import")
def terms_import(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A text file with one word or phrase per line.")],
) -> int:
    """Add every line of a file."""
    from hybridchat.cli import terms

    return terms.import_from(file)


@config_app.command("path")
def config_where() -> int:
    """Print where the configuration and the data lie."""
    from hybridchat.cli import settings

    return settings.where()


@config_app.command("check")
def config_check() -> int:
    """Read the configuration and say what is wrong with it."""
    from hybridchat.cli import settings

    return settings.check()


@config_app.command("show")
def config_show() -> int:
    """Print every setting with its meaning: a file to start from."""
    from hybridchat.cli import settings

    return settings.show()


@config_app.command("set")
def config_set(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Dotted key, as in privacy.cloud")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="What it shall be.")],
) -> int:
    """Change one setting in the file; its comments stay."""
    from hybridchat.cli import settings

    return settings.write(key, value)


@config_app.command("get")
def config_get(key: Annotated[str, typer.Argument(metavar="KEY", help="Dotted key, as in privacy.cloud")]) -> int:
    """Print what one setting is; who says so goes to stderr."""
    from hybridchat.cli import settings

    return settings.tell(key)


@config_app.command("unset")
def config_unset(key: Annotated[str, typer.Argument(metavar="KEY", help="Dotted key, as in privacy.cloud")]) -> int:
    """Take one setting out of the file: the default holds again."""
    from hybridchat.cli import settings

    return settings.write(key, None)

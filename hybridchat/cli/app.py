"""The command line: what each command is called and takes. The work is done elsewhere, imported when it is needed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from hybridchat.cli import edge
from hybridchat.cli.edge import Exit

app = typer.Typer(
    name="hybridchat",
    help="Chat that answers on your own machine, asks before anything leaves, and shows the exact bytes that did.",
    no_args_is_help=False,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
demo_app = typer.Typer(
    help="Try everything on demo models: canned text, loopback servers, nothing leaves.", rich_markup_mode=None
)
terms_app = typer.Typer(help="Your own words that never leave readable.", no_args_is_help=True, rich_markup_mode=None)
config_app = typer.Typer(help="Show, check or change the configuration.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(demo_app, name="demo")
app.add_typer(terms_app, name="terms")
app.add_typer(config_app, name="config")

Demo = Annotated[bool, typer.Option("--demo", help="Use the demo models (canned text, nothing leaves, nothing is saved).")]
Plain = Annotated[bool, typer.Option("--plain", help="Append-only lines instead of a full screen.")]
Local = Annotated[bool, typer.Option("--local", help="Only this machine, a promise: nothing else is contacted.")]
NoSave = Annotated[bool, typer.Option("--no-save", help="Keep the conversation in memory only.")]
ModelName = Annotated[str | None, typer.Option("--model", "-m", help="Model to pin, as in ollama:llama3.2 or just its name.")]


def run_app(argv: list[str]) -> int:
    """Runs `hybridchat ARGV`; returns the exit code. Raises `Exit` and what `edge` tells in sentences."""
    if argv and (" " in argv[0] or "?" in argv[0]) and not argv[0].startswith("-"):
        raise Exit(edge.USAGE, f'To ask one question, write: hybridchat ask "{argv[0]}"')
    try:
        code = app(argv, prog_name="hybridchat", standalone_mode=False)
    except typer.Abort:
        return edge.INTERRUPTED
    except typer.Exit as end:
        return end.exit_code
    except Exception as error:
        if hasattr(error, "format_message") and hasattr(error, "exit_code"):
            raise Exit(edge.USAGE, f"{error.format_message()} (hybridchat --help lists what there is.)") from None
        raise
    return code if isinstance(code, int) else edge.OK


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    demo: Demo = False,
    plain: Plain = False,
    local: Local = False,
    no_save: NoSave = False,
    model: ModelName = None,
    version: Annotated[bool, typer.Option("--version", "-V", help="Print the version.")] = False,
) -> int:
    """Opens the chat when no command is given."""
    if version:
        from hybridchat import __version__

        sys.stdout.write(f"hybridchat {__version__}\n")
        raise typer.Exit(0)
    if context.invoked_subcommand is None:
        raise typer.Exit(_open(demo=demo, plain=plain, local=local, no_save=no_save, model=model, session=None))
    return edge.OK


@app.command()
def chat(
    demo: Demo = False,
    plain: Plain = False,
    local: Local = False,
    no_save: NoSave = False,
    model: ModelName = None,
    session: Annotated[
        str | None, typer.Option("--session", help="Conversation to go on with: its id or the start of it.")
    ] = None,
) -> int:
    """Open the chat (also what bare `hybridchat` does)."""
    return _open(demo=demo, plain=plain, local=local, no_save=no_save, model=model, session=session)


def _open(*, demo: bool, plain: bool, local: bool, no_save: bool, model: str | None, session: str | None) -> int:
    from hybridchat.cli.start import Opening, open_chat

    return open_chat(Opening(demo=demo, plain=plain, local=local, save=not no_save, model=model, session=session))


@app.command()
def ask(
    prompt: Annotated[list[str] | None, typer.Argument(help="The question; piped text is put before it.")] = None,
    model: ModelName = None,
    local: Local = False,
    cloud: Annotated[bool, typer.Option("--cloud", help="Ask in the cloud; this is your consent for this question.")] = False,
    go_on: Annotated[
        bool, typer.Option("--continue", "-c", help="Go on with the last question asked from this terminal.")
    ] = False,
    session: Annotated[
        str | None, typer.Option("--session", help="Go on with this conversation: its id or the start of it.")
    ] = None,
    no_log: Annotated[bool, typer.Option("--no-log", "-n", help="Save nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object (schema 1) on stdout.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say where it would go and what would be hidden; send nothing.")
    ] = False,
    no_stream: Annotated[bool, typer.Option("--no-stream", help="Print the answer once it is whole.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notices on stderr.")] = False,
    demo: Demo = False,
) -> int:
    """Ask one question: the answer on stdout, notices on stderr.

    Exit codes: 0 answered; 1 a provider was reached and failed; 2 usage or configuration; 3 consent or policy;
    4 nothing reachable or eligible; 5 budget; 6 answer incomplete; 130 interrupted.
    """
    if local and cloud:
        raise Exit(edge.USAGE, "--local and --cloud cannot both hold.")
    from hybridchat.cli.ask import Options, run
    from hybridchat.cli.stdin import question, terminal

    return run(
        Options(
            prompt=question(prompt or []),
            model=model,
            local=local,
            cloud=cloud,
            resume_last=go_on,
            session=session,
            no_log=no_log,
            as_json=as_json,
            dry_run=dry_run,
            stream=not no_stream,
            quiet=quiet,
            demo=demo,
            terminal=terminal(),
        )
    )


@demo_app.callback(invoke_without_command=True)
def demo(context: typer.Context, plain: Plain = False, local: Local = False) -> int:
    """Open the chat on the demo models."""
    if context.invoked_subcommand is None:
        raise typer.Exit(_open(demo=True, plain=plain, local=local, no_save=True, model=None, session=None))
    return edge.OK


@demo_app.command("serve")
def demo_serve(
    ollama_port: Annotated[int, typer.Option(help="Port of the Ollama server; 0 takes a free one.")] = 0,
    openai_port: Annotated[int, typer.Option(help="Port of the OpenAI server.")] = 0,
    anthropic_port: Annotated[int, typer.Option(help="Port of the Anthropic server.")] = 0,
    rate: Annotated[float, typer.Option(help="Chunks a second; 0 is as fast as possible.")] = 100.0,
) -> int:
    """Run the three demo servers for any client; prints the environment lines it needs."""
    from hybridchat.demo.serve import serve

    try:
        serve(ollama_port, openai_port, anthropic_port, rate, out=sys.stdout)
    except OSError as error:
        raise Exit(edge.USAGE, f"A port could not be opened: {error.strerror or error}. Choose another, or 0.") from None
    return edge.OK


@app.command()
def models(demo: Demo = False) -> int:
    """List the models there are: where each runs, its window, its price."""
    from hybridchat.cli.lists import models as run

    return run(demo=demo)


@app.command()
def sessions() -> int:
    """List saved conversations."""
    from hybridchat.cli.lists import sessions as run

    return run()


@app.command()
def ledger(
    raw: Annotated[str | None, typer.Option("--raw", help="Print the exact body that left, of this row.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> int:
    """Show what left this machine: when, to which host, how many bytes, what was hidden."""
    from hybridchat.cli.lists import ledger as run

    return run(raw=raw, as_json=as_json)


@app.command()
def why(turn: Annotated[str | None, typer.Argument(help="Turn id; the last one when left out.")] = None) -> int:
    """Explain a stored decision: every candidate, and the rule or score that settled it."""
    from hybridchat.cli.lists import why as run

    return run(turn)


@terms_app.command("add")
def terms_add(words: Annotated[list[str], typer.Argument(help="Words or phrases, each one argument.")]) -> int:
    """Hide these words from now on, wherever they occur."""
    from hybridchat.cli import terms

    return terms.add(words)


@terms_app.command("rm")
def terms_rm(words: list[str]) -> int:
    """No longer hide these words."""
    from hybridchat.cli import terms

    return terms.remove(words)


@terms_app.command("list")
def terms_list() -> int:
    """Print your own words, one a line."""
    from hybridchat.cli import terms

    return terms.show()


@terms_app.command("import")
def terms_import(file: Annotated[Path, typer.Argument(help="A text file with one word or phrase a line.")]) -> int:
    """Add every line of a file."""
    from hybridchat.cli import terms

    return terms.import_from(file)


@config_app.command("path")
def config_where() -> int:
    """Print where the configuration and the data lie."""
    from hybridchat.config.paths import config_path, data_dir, themes_dir

    sys.stdout.write(f"config  {config_path(os.environ)}\ndata    {data_dir(os.environ)}\nthemes  {themes_dir(os.environ)}\n")
    return edge.OK


@config_app.command("check")
def config_check() -> int:
    """Read the configuration and say what is wrong with it, or that nothing is."""
    from hybridchat.config import load
    from hybridchat.config.paths import config_path

    load()
    path = config_path(os.environ)
    sys.stdout.write(f"{path} is fine\n" if path.exists() else f"{path} does not exist; the defaults hold\n")
    return edge.OK


@config_app.command("show")
def config_show() -> int:
    """Print every setting with its meaning and default, as a file to start from."""
    from hybridchat.config.template import default_toml

    sys.stdout.write(default_toml())
    return edge.OK


@config_app.command("set")
def config_set(key: Annotated[str, typer.Argument(help="Dotted key, as in privacy.cloud")], value: str) -> int:
    """Change one setting in the file; its comments stay."""
    from hybridchat.config.paths import config_path
    from hybridchat.config.template import set_value

    set_value(config_path(os.environ), key, value)
    return edge.OK

"""The command line: what each command is called and takes. The work is done elsewhere, imported when it is needed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from hybridchat.cli import (
    edge,
    erase_commands,
    history,
    models_commands,
    queue_commands,
    redact_command,
    serve,
    settings_commands,
    shelf,
)
from hybridchat.cli.edge import Exit
from hybridchat.cli.options import Demo, Local, ModelName, NoSave, Plain, Private, SessionId

app = typer.Typer(
    name="hybridchat",
    help="Chat that answers on your own machine, asks before anything leaves, and shows the exact bytes that did.",
    no_args_is_help=False,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
demo_app = typer.Typer(help="Try everything on demo models: canned text, nothing leaves.", rich_markup_mode=None)
models_commands.register(app)
app.add_typer(demo_app, name="demo")
settings_commands.register(app)


def run_app(argv: list[str]) -> int:
    """Runs `hybridchat ARGV`; returns the exit code. Raises `Exit` and what `edge` tells in sentences."""
    try:
        code = app(argv, prog_name="hybridchat", standalone_mode=False)
    except typer.Abort:
        return edge.INTERRUPTED
    except typer.Exit as end:
        return end.exit_code
    except Exception as error:
        # Typer brings Click along under a private name: its usage errors are known by their shape
        if hasattr(error, "format_message") and hasattr(error, "exit_code"):
            raise Exit(edge.USAGE, _told(error, str(error.format_message()), argv)) from None
        raise
    return code if isinstance(code, int) else edge.OK


def _told(error: Exception, sentence: str, argv: list[str]) -> str:
    """A usage error in one sentence that says what to write instead."""
    if "\n" in sentence:  # the help of a group that was called alone
        return sentence
    if sentence.startswith("No such command") and "Did you mean" not in sentence:
        word = next((a for a in argv if f"'{a}'" in sentence), "")
        if getattr(getattr(error, "ctx", None), "parent", None) is None:
            return f'There is no command {word!r}. To ask a question: hybridchat ask "{word}"'
    path = getattr(getattr(error, "ctx", None), "command_path", None) or "hybridchat"
    return f"{sentence}{'' if sentence.endswith(('.', '?')) else '.'} {path} --help lists what there is."


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    demo: Demo = False,
    plain: Plain = False,
    local: Local = False,
    no_save: NoSave = False,
    model: ModelName = None,
    session: SessionId = None,
    private: Private = False,
    _profile: Annotated[
        str | None, typer.Option("--profile", metavar="NAME", help="Data, terms, ledger and budget of its own.")
    ] = None,
    version: Annotated[bool, typer.Option("--version", "-V", help="Print the version.")] = False,
) -> int:
    """Opens the chat when no command is given."""
    if version:
        from hybridchat import __version__

        sys.stdout.write(f"hybridchat {__version__}\n")
        raise typer.Exit(0)
    if context.invoked_subcommand is None:
        opening = {"demo": demo, "plain": plain, "local": local, "save": not no_save, "private": private}
        raise typer.Exit(_open(model, session, **opening))
    return edge.OK


@app.command()
def chat(
    demo: Demo = False,
    plain: Plain = False,
    local: Local = False,
    no_save: NoSave = False,
    model: ModelName = None,
    session: SessionId = None,
    private: Private = False,
) -> int:
    """Open the chat, as bare `hybridchat` does."""
    return _open(model, session, demo=demo, plain=plain, local=local, save=not no_save, private=private)


def _open(model: str | None = None, session: str | None = None, **switches: bool) -> int:
    from hybridchat.cli.start import Opening, open_chat

    return open_chat(Opening(model=model, session=session, **switches))


@app.command()
def ask(
    prompt: Annotated[
        list[str] | None, typer.Argument(metavar="QUESTION", help="The question; piped text is put before it.")
    ] = None,
    model: ModelName = None,
    local: Local = False,
    cloud: Annotated[bool, typer.Option("--cloud", help="Ask in the cloud: your consent for this question.")] = False,
    go_on: Annotated[bool, typer.Option("--continue", "-c", help="Go on where the last ask of this terminal ended.")] = False,
    session: Annotated[
        str | None, typer.Option("--session", metavar="ID", help="Go on with this conversation: its id, or the start of it.")
    ] = None,
    private: Private = False,
    no_log: Annotated[bool, typer.Option("--no-log", "-n", help="Save nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object (schema 1) on stdout.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say where it would go and what would be hidden; send nothing.")
    ] = False,
    no_stream: Annotated[bool, typer.Option("--no-stream", help="Print the answer once it is whole.")] = False,
    compare: Annotated[
        str | None, typer.Option("--compare", metavar="M1,M2", help="Ask several models the same, one after the other.")
    ] = None,
    keep: Annotated[
        str | None, typer.Option("--keep", metavar="M", help="With --compare: the model whose answer is kept; else the last.")
    ] = None,
    queue: Annotated[bool, typer.Option("--queue", help="Ask nobody now: keep it until the network is back.")] = False,
    file: Annotated[
        list[Path] | None, typer.Option("--file", metavar="PATH", help="A text file or a JPEG or PNG picture; may be repeated.")
    ] = None,
    think: Annotated[
        str | None, typer.Option("--think", metavar="LEVEL", help="off, low, medium or high: how much the model thinks first.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notices on stderr.")] = False,
    demo: Demo = False,
) -> int:
    """Ask one question: the answer on stdout, notices on stderr.

    Exit codes: 0 answered; 1 a provider was reached and failed; 2 usage or configuration; 3 consent or policy;
    4 nothing reachable or eligible; 5 budget; 6 answer incomplete; 130 interrupted.
    """
    from hybridchat.cli.ask import Options, run
    from hybridchat.cli.stdin import terminal

    return run(
        Options(
            words=tuple(prompt or ()),
            model=model,
            local=local,
            cloud=cloud,
            resume_last=go_on,
            session=session,
            no_log=no_log,
            private=private,
            as_json=as_json,
            dry_run=dry_run,
            stream=not no_stream,
            quiet=quiet,
            demo=demo,
            terminal=terminal(),
            compare=tuple(compare.split(",")) if compare is not None else (),
            keep=keep,
            queue=queue,
            files=tuple(file or ()),
            think=think,
        )
    )


@demo_app.callback(invoke_without_command=True)
def demo(context: typer.Context, plain: Plain = False, local: Local = False) -> int:
    """Open the chat on the demo models."""
    if context.invoked_subcommand is None:
        raise typer.Exit(_open(demo=True, plain=plain, local=local, save=False))
    return edge.OK


@demo_app.command("serve")
def demo_serve(
    ollama_port: Annotated[
        int, typer.Option(metavar="N", min=0, max=65535, help="Port of the Ollama server; 0: a free one.")
    ] = 0,
    openai_port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="Port of the OpenAI server.")] = 0,
    anthropic_port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="Port of the Anthropic server.")] = 0,
    rate: Annotated[float, typer.Option(metavar="N", min=0, help="Chunks a second; 0: as fast as possible.")] = 100.0,
    echo: Annotated[bool, typer.Option("--echo", help="Print every body that comes in, exactly.")] = False,
    keep: Annotated[Path | None, typer.Option("--keep", metavar="FOLDER", help="Write every body to a file there.")] = None,
) -> int:
    """Run the demo servers for any client; print the lines its shell needs."""
    from hybridchat.demo.serve import serve

    edge.started()
    try:
        serve(ollama_port, openai_port, anthropic_port, rate, out=sys.stdout, echo=echo, keep=keep)
    except OSError as error:
        if error.filename:
            raise Exit(edge.USAGE, f"{error.filename} cannot be written to: {error.strerror}.") from None
        raise Exit(edge.USAGE, f"A port could not be opened: {error.strerror or error}. Choose another, or 0.") from None
    return edge.OK


@app.command()
def ledger(
    raw: Annotated[str | None, typer.Option("--raw", metavar="ROW", help="Print the exact body that left with this row.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per row.")] = False,
) -> int:
    """Show what left this machine, where to, and what was hidden."""
    from hybridchat.cli.lists import ledger as run

    return run(raw=raw, as_json=as_json)


@app.command()
def why(
    turn: Annotated[str | None, typer.Argument(metavar="TURN", help="Id of a turn; the last one when left out.")] = None,
) -> int:
    """Explain a decision: every model, and what settled it."""
    from hybridchat.cli.lists import why as run

    return run(turn)


@app.command()
def route(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="QUESTION", help="The message; or the word calibrate, or confidence.")
    ] = None,
    jsonl: Annotated[
        bool,
        typer.Option("--jsonl", help='Score {"id","prompt"} lines from stdin; with confidence, {"id","prompt","answer"} lines.'),
    ] = False,
    cloud_share: Annotated[
        float | None, typer.Option("--cloud-share", metavar="SHARE", help="With calibrate: from 0 to 1, of your own messages.")
    ] = None,
    package: Annotated[bool, typer.Option("--package", help="Print exactly what the model would be given.")] = False,
    session: SessionId = None,
    model: ModelName = None,
    local: Local = False,
    demo: Demo = False,
) -> int:
    """Say where a message would go. Nothing is sent; what would have changed the decision is told too."""
    from hybridchat.cli import route as routes

    if jsonl and words == ["confidence"]:
        from hybridchat.cli import confidence

        return confidence.run(sys.stdin.buffer, sys.stdout)
    if jsonl:
        return routes.jsonl()
    if words == ["calibrate"] and cloud_share is not None:
        return routes.calibrate(cloud_share)
    if not words:
        raise Exit(edge.USAGE, 'Write: hybridchat route "question", or route --jsonl, or route calibrate --cloud-share 0.3')
    return routes.run(" ".join(words), demo=demo, local=local, model=model, session=session, package=package)


@app.command()
def profiles() -> int:
    """List the profiles. Each has its own conversations, terms, ledger and budget; keys and settings are shared."""
    from hybridchat.cli.settings import profiles as run

    return run()


@app.command()
def doctor(
    online: Annotated[bool, typer.Option("--online", help="Also ask the clouds that you allowed what they have.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per finding.")] = False,
) -> int:
    """Say what was found and what is wrong, with the fix for each. Exit code 1 where something is wrong."""
    from hybridchat.cli.doctor import run

    return run(online=online, as_json=as_json)


history.register(app)
redact_command.register(app)
shelf.register(app)
queue_commands.register(app)
serve.register(app)
erase_commands.register(shelf.sessions_app)

"""Reads the command lines of `ask` and of the chat without Typer, which costs 0.1 s and 10 MB (pydantic).

Whatever is not plain (`--help`, `-qn`, an unknown option, a missing value) is left to Typer, which knows what to say about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hybridchat.cli.ask import Options
    from hybridchat.cli.start import Opening

SWITCHES = {
    "--local": "local",
    "--cloud": "cloud",
    "--continue": "resume_last",
    "-c": "resume_last",
    "--private": "private",
    "--no-log": "no_log",
    "-n": "no_log",
    "--json": "as_json",
    "--dry-run": "dry_run",
    "--no-stream": "no_stream",
    "--quiet": "quiet",
    "-q": "quiet",
    "--demo": "demo",
    "--queue": "queue",
}
VALUES = {"--model": "model", "-m": "model", "--session": "session", "--compare": "compare", "--keep": "keep", "--file": "files",
          "--think": "think"}  # fmt: skip

CHAT_SWITCHES = {
    "--demo": "demo",
    "--plain": "plain",
    "--local": "local",
    "--no-save": "no_save",
    "--private": "private",
}
CHAT_VALUES = {"--model": "model", "-m": "model", "--session": "session"}


def read(argv: Sequence[str]) -> Options | None:
    """What `hybridchat ask ARGV` asks for; `None` when Typer has to read it."""
    told = _read(argv, SWITCHES, VALUES)
    return None if told is None else _options(*told)


def chat(argv: Sequence[str]) -> Opening | None:
    """What `hybridchat ARGV` opens, `chat` itself the first word or left out; `None` when Typer has to read it."""
    told = _read(argv[1:] if argv[:1] == ["chat"] else argv, CHAT_SWITCHES, CHAT_VALUES)
    if told is None or told[2]:
        return None
    from hybridchat.cli.start import Opening  # imported here: only now it is clear that a chat will be opened

    switches, values, _, _ = told
    return Opening(
        demo="demo" in switches,
        plain="plain" in switches,
        local="local" in switches,
        save="no_save" not in switches,
        private="private" in switches,
        model=values.get("model"),
        session=values.get("session"),
    )


def _read(
    argv: Sequence[str], known: Mapping[str, str], valued: Mapping[str, str]
) -> tuple[set[str], dict[str, str], list[str], list[str]] | None:
    """Switches, values, words and files of a command line; `None` where it is not plain."""
    switches: set[str] = set()
    values: dict[str, str] = {}
    words: list[str] = []
    files: list[str] = []
    left = iter(argv)
    for argument in left:
        name, equals, value = argument.partition("=")
        if argument == "--":
            words += left
        elif not argument.startswith("-") or argument == "-":
            words.append(argument)
        elif argument in known:
            switches.add(known[argument])
        elif name in valued and (name.startswith("--") or not equals):
            value = value if equals else next(left, "")
            if not value or (value.startswith("-") and not equals):
                return None
            if name == "--file":
                files.append(value)
            values[valued[name]] = value
        else:
            return None
    return switches, values, words, files


def _options(switches: set[str], values: dict[str, str], words: list[str], files: list[str]) -> Options:
    from hybridchat.cli.ask import Options  # imported here: only now it is clear that something will be asked
    from hybridchat.cli.stdin import terminal

    return Options(
        words=tuple(words),
        model=values.get("model"),
        session=values.get("session"),
        local="local" in switches,
        cloud="cloud" in switches,
        resume_last="resume_last" in switches,
        no_log="no_log" in switches,
        private="private" in switches,
        as_json="as_json" in switches,
        dry_run="dry_run" in switches,
        stream="no_stream" not in switches,
        quiet="quiet" in switches,
        demo="demo" in switches,
        queue="queue" in switches,
        keep=values.get("keep"),
        think=values.get("think"),
        files=tuple(map(Path, files)),
        terminal=terminal(),
        compare=tuple(values["compare"].split(",")) if "compare" in values else (),
    )

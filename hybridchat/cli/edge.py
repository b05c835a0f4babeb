"""The edge of the program: exit codes, streams, and the one place where errors become sentences."""

from __future__ import annotations

import io
import os
import sys

OK, PROVIDER, USAGE, POLICY, NOTHING, BUDGET, INCOMPLETE, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 130


class Exit(Exception):
    """Ends the program with a sentence on stderr and a code."""

    def __init__(self, code: int, sentence: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def at_the_edge(argv: list[str]) -> int:
    """Runs the command and turns every known error into one sentence and an exit code."""
    from hybridchat.config import ConfigError

    force_utf8()
    try:
        return dispatch(argv)
    except Exit as end:
        say(end.sentence)
        return end.code
    except ConfigError as error:
        say(str(error))
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # the reader went away (`| head`): Python would complain again when it flushes at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


def dispatch(argv: list[str]) -> int:
    if not argv:
        from hybridchat.cli.start import Opening, open_chat

        return open_chat(Opening())
    from hybridchat.cli.app import run_app  # imported here: Typer costs 50 ms, and pydantic when an app runs

    return run_app(argv)


def force_utf8() -> None:
    """Our streams speak UTF-8 whatever the locale says, and never fail on a character."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and (stream.encoding or "").lower() != "utf-8" and not stream.isatty():
            stream.reconfigure(encoding="utf-8", errors="replace")
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")


def say(sentence: str) -> None:
    """A notice for people, on stderr."""
    if sentence:
        sys.stderr.write(sentence.rstrip() + "\n")
        sys.stderr.flush()

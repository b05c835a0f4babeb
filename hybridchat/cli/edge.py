"""The edge of the program: exit codes, streams, and the one place where errors become sentences."""

from __future__ import annotations

import contextlib
import errno
import gc
import io
import os
import sys
from typing import TextIO

OK, PROVIDER, USAGE, POLICY, NOTHING, BUDGET, INCOMPLETE, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 130
COMPLETING = "_HYBRIDCHAT_COMPLETE"
"""The variable with which a shell asks for what a command line may go on with."""


class Exit(Exception):
    """Ends the program with a sentence on stderr and a code."""

    def __init__(self, code: int, sentence: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def at_the_edge(argv: list[str]) -> int:
    """Runs the command and turns every known error into one sentence and an exit code."""
    from hybridchat.config import ConfigError

    prepare_streams()
    try:
        code = dispatch(argv)
        sys.stdout.flush()
    except Exit as end:
        say(end.sentence)
        return end.code
    except ConfigError as error:
        say(str(error))
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except ValueError as error:
        from hybridchat.terms import TermsError  # imported here: it brings the scanner along

        if not isinstance(error, TermsError):
            raise
        say(str(error))
        return USAGE
    except OSError as error:
        if _output_failed(error):
            return OK if _reader_left(error) else PROVIDER
        if error.filename is None:
            raise
        say(f"{error.filename}: {error.strerror}.")
        return USAGE
    return code


def _reader_left(error: OSError) -> bool:
    """The reader of our pipe went away, as in `| head`; Windows says EINVAL."""
    return isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL)


def _output_failed(error: OSError) -> bool:
    """Whether stdout cannot be written any more; then it is let go, or Python would complain again at exit."""
    if not _reader_left(error) and error.errno not in {errno.ENOSPC, errno.EIO, errno.EDQUOT}:
        return False
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            try:
                stream.flush()
            except OSError:
                os.dup2(nowhere, stream.fileno())
    if not _reader_left(error):
        say(f"The output could not be written: {error.strerror}.")
    return True


def profiled(argv: list[str]) -> list[str]:
    """`argv` without `--profile NAME`, wherever it stands: from here on the environment says it, as HYBRIDCHAT_PROFILE does.

    Raises `Exit` without a name, `ConfigError` for one that cannot be.
    """
    end = argv.index("--") if "--" in argv else len(argv)
    at = next((n for n, word in enumerate(argv[:end]) if word == "--profile" or word.startswith("--profile=")), None)
    if at is None:
        return argv
    from hybridchat.config.paths import PROFILE, profile

    word, equals, name = argv[at].partition("=")
    after = at + 1
    if not equals:
        name, after = (argv[at + 1] if at + 1 < end else ""), at + 2
    if not name:
        raise Exit(USAGE, f"{word} wants a name, as in --profile work. `hybridchat profiles` lists those that are there.")
    os.environ[PROFILE] = name
    profile()
    return profiled([*argv[:at], *argv[after:]])


def dispatch(argv: list[str]) -> int:
    argv = profiled(argv)
    from hybridchat.cli import quick

    if COMPLETING in os.environ:  # only Typer answers a shell, which asks without a word, as who starts the chat does
        pass
    elif argv[:1] == ["ask"]:
        if (options := quick.read(argv[1:])) is not None:
            from hybridchat.cli.ask import run

            return run(options)
    elif (opening := quick.chat(argv)) is not None:
        from hybridchat.cli.start import open_chat

        return open_chat(opening)
    from hybridchat.cli.app import run_app  # imported here: Typer costs 50 ms, and pydantic when an app runs

    return run_app(argv)


def prepare_streams() -> None:
    """Our pipes speak UTF-8 whatever the locale says, and no stream ever fails on a character."""
    # a stream closed by the caller (`>&-`, pythonw) is None: what goes there goes nowhere
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8", errors="replace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")


def speaks_unicode(stream: TextIO) -> bool:
    """Whether the stream's encoding has every sign we draw with."""
    return (stream.encoding or "ascii").lower().startswith("utf")


def started() -> None:
    """For whatever runs longer than a command: what was imported stays, and is not looked through for garbage again.

    From here on Python's own measure holds: 50,000 instead of 700 costs 30 MB while 500 messages are rendered.
    """
    gc.freeze()
    gc.set_threshold(700)


def say(sentence: str) -> None:
    """A notice for people, on stderr."""
    if not sentence:
        return
    if not speaks_unicode(sys.stderr):
        from hybridchat.render.words import spell  # imported here: only terminals of another age need it

        sentence = spell(sentence, ascii_only=True)
    from hybridchat.render.text import neutralise  # imported here: most runs say nothing, or have it already

    # what servers, files and models said may be quoted in it
    sys.stderr.write(neutralise(sentence).rstrip() + "\n")
    sys.stderr.flush()


def json_line(told: object) -> str:
    """`told` as one line of JSON; what could steer a terminal stands in it as an escape, which means the same."""
    import json  # imported here: most runs print none

    from hybridchat.render.text import RISKY

    return RISKY.sub(lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps(told, ensure_ascii=False)) + "\n"


def out(text: str) -> None:
    """To stdout: into a pipe the text as it is, to a terminal without anything that could steer it."""
    if not sys.stdout.isatty():
        sys.stdout.buffer.write(text.encode())
        return
    from hybridchat.render.text import neutralise  # imported here: a pipe does not need it

    sys.stdout.write(neutralise(text))

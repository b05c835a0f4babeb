"""Entry point. Bare `hybridchat` opens the chat without passing through Typer, which costs a pydantic import."""

from __future__ import annotations

import contextlib
import gc
import os
import sys

STARTING = 1_000_000
"""New objects between two looks for garbage while we start: Python's 700 would have it look hundreds of times at classes that
all stay, 20 ms. `edge.started` ends it for what runs on; a command that asks one question is over before it matters: 50 ms more
for a cloud's SDK."""


def main() -> None:
    """Runs the program and exits with its code; the only place that turns an interrupt or a closed pipe into one."""
    gc.set_threshold(STARTING)
    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # while we are still being imported
        code = 130
    # the system takes everything back in a moment: Python's last look for garbage would take 10-25 ms
    gc.freeze()
    sys.exit(code)


def run(argv: list[str]) -> int:
    """Runs `hybridchat ARGV` and returns the exit code."""
    from hybridchat.cli.edge import at_the_edge  # imported here: `--version` needs nothing

    if argv in (["--version"], ["-V"]):
        from hybridchat import __version__

        # past Python's own buffer: what stays in that is complained of at exit where nobody reads any more
        with contextlib.suppress(OSError):
            os.write(1, f"hybridchat {__version__}\n".encode())
        return 0
    return at_the_edge(argv)


if __name__ == "__main__":
    main()

"""Entry point. Bare `hybridchat` opens the chat without passing through Typer, which costs a pydantic import."""

from __future__ import annotations

import gc
import sys

STARTING = 1_000_000
"""New objects between two looks for garbage while we start: Python's 700 would have it look hundreds of times at classes that
all stay, 20 ms. `edge.started` ends it."""


def main() -> None:
    """Runs the program and exits with its code; the only place that turns an interrupt or a closed pipe into one."""
    gc.set_threshold(STARTING)
    sys.exit(run(sys.argv[1:]))


def run(argv: list[str]) -> int:
    """Runs `hybridchat ARGV` and returns the exit code."""
    from hybridchat.cli.edge import at_the_edge  # imported here: `--version` needs nothing

    if argv in (["--version"], ["-V"]):
        from hybridchat import __version__

        sys.stdout.write(f"hybridchat {__version__}\n")
        return 0
    return at_the_edge(argv)


if __name__ == "__main__":
    main()

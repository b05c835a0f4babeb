"""Entry point. Bare `hybridchat` opens the chat without passing through Typer, which costs a pydantic import."""

from __future__ import annotations

import gc
import sys

NEW_OBJECTS = 50_000
"""Objects between two looks for garbage. Python's 700 has it look a hundred times at classes that all stay while we start (15 ms)."""


def main() -> None:
    """Runs the program and exits with its code; the only place that turns an interrupt or a closed pipe into one."""
    gc.set_threshold(NEW_OBJECTS)
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

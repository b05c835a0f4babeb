"""The command that makes Ollama answer on this machine; the first screen and the errors say the same one."""

from __future__ import annotations

import sys

_SERVE = "ollama serve"


def command() -> str:
    """`ollama serve`, or where it is not installed how to get it on this system. Looks at the disk."""
    import shutil  # imported here: only where nothing answers

    return _SERVE if shutil.which("ollama") is not None else install_ollama(sys.platform)


def install_ollama(platform: str) -> str:
    """How to get Ollama on a system (as `sys.platform` calls it) and start it."""
    if platform == "darwin":
        return "brew install ollama && ollama serve"
    if platform == "win32":
        return "winget install Ollama.Ollama"
    return "curl -fsSL https://ollama.com/install.sh | sh"


def told(start: str) -> str:
    """Such a command in a sentence."""
    return f"{'Start' if start == _SERVE else 'Install'} it with `{start}`."

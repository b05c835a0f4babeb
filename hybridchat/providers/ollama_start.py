"""The command that makes Ollama answer on this machine; the first screen and the errors say the same one."""

from __future__ import annotations

import shutil
import sys


def installed() -> bool:
    """Whether the program is found on the path. Looks at the disk."""
    return shutil.which("ollama") is not None


def start_ollama() -> str:
    """`ollama serve`, or where it is not installed how to get it on this system."""
    return "ollama serve" if installed() else install_ollama(sys.platform)


def install_ollama(platform: str) -> str:
    """How to get Ollama on a system (as `sys.platform` calls it) and start it."""
    if platform == "darwin":
        return "brew install ollama && ollama serve"
    if platform == "win32":
        return "winget install Ollama.Ollama"
    return "curl -fsSL https://ollama.com/install.sh | sh"


def told() -> str:
    """The same in a sentence."""
    return f"{'Start' if installed() else 'Install'} it with `{start_ollama()}`."

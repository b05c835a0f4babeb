"""Runs the program as a user does: another process, pipes for streams."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def hybridchat(
    *arguments: str, env: Mapping[str, str], stdin: bytes = b"", timeout: float = 60.0
) -> subprocess.CompletedProcess[bytes]:
    """One run of `hybridchat ARGUMENTS`; stdout and stderr are pipes."""
    return subprocess.run(
        [sys.executable, "-m", "hybridchat", *arguments],
        input=stdin,
        env={**bare(), **env},
        capture_output=True,
        timeout=timeout,
        check=False,
        cwd=ROOT,
    )


def bare() -> dict[str, str]:
    """The environment without anything that points to a model."""
    drop = ("OLLAMA", "OPENAI", "ANTHROPIC", "HYBRIDCHAT", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    return {k: v for k, v in os.environ.items() if not k.startswith(drop)}

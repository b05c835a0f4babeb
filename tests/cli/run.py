"""Runs the program as a user does: its command line in, bytes and an exit code out."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from unittest import mock

from hybridchat.__main__ import run

ROOT = Path(__file__).resolve().parents[2]
Done = subprocess.CompletedProcess[bytes]


def hybridchat(*arguments: str, env: Mapping[str, str], stdin: bytes = b"", timeout: float = 180.0) -> Done:
    """One run of `hybridchat ARGUMENTS` in a process of its own; stdout and stderr are pipes."""
    return subprocess.run(
        [sys.executable, "-m", "hybridchat", *arguments],
        input=stdin,
        env={**bare(), **env},
        capture_output=True,
        timeout=timeout,
        check=False,
        cwd=ROOT,
    )


def inside(*arguments: str, env: Mapping[str, str], stdin: bytes = b"") -> Done:
    """The same within this process: 0.4 s less, for tests that are not about processes."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with (
        mock.patch.dict(os.environ, {**bare(), **env}, clear=True),
        mock.patch.multiple(sys, stdin=io.TextIOWrapper(io.BytesIO(stdin)), stdout=out, stderr=err),
    ):
        code = run(list(arguments))
    for stream in (out, err):
        stream.flush()
    return Done(arguments, code, out.buffer.getvalue(), err.buffer.getvalue())


def bare() -> dict[str, str]:
    """The environment without anything that points to a model."""
    drop = ("OLLAMA", "OPENAI", "ANTHROPIC", "HYBRIDCHAT", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    return {k: v for k, v in os.environ.items() if not k.startswith(drop)}

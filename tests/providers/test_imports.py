"""What a client brings along into the program."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import asyncio, sys
from hybridchat.facts import Locality
from hybridchat.providers.base import ProviderError, open_guard
from hybridchat.providers.ollama import OllamaProvider

async def main():
    provider = OllamaProvider("o", "http://127.0.0.1:9", guard=open_guard, locality=Locality.ON_DEVICE)
    try:
        await provider.models()
    except ProviderError:
        pass
    await provider.close()

asyncio.run(main())
assert "httpx" in sys.modules
print(sorted({"rich", "click", "pygments", "httpx._main"} & set(sys.modules)))
"""


def test_a_client_does_not_load_the_command_line_program_that_httpx_brings_along() -> None:
    """It costs 40 ms of the time to the first word."""
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr

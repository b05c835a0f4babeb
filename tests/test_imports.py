"""What is not imported costs nothing: each rule is checked in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hybridchat.demo import Demo

HEAVY = ("textual", "rich", "typer", "pydantic", "openai", "anthropic", "ollama", "httpx", "httpx2", "psutil", "pynvml", "numpy")
CLOUD_SDKS = frozenset({"openai", "anthropic"})
SDKS = CLOUD_SDKS | {"ollama", "httpx", "httpx2"}
LIST = "import json, sys; sys.stderr.write('\\n' + json.dumps(sorted(sys.modules)))"


def loaded(code: str, env: dict[str, str] | None = None) -> set[str]:
    """Names of the modules that a fresh interpreter holds after running `code`."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{LIST}"],
        env=os.environ | (env or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("module", ["hybridchat", "hybridchat.chat", "hybridchat.assemble", "hybridchat.cli.start"])
def test_importing_loads_no_heavy_library(module: str) -> None:
    assert not loaded(f"import {module}") & set(HEAVY)


def test_what_the_first_paint_needs_is_not_what_answers_need() -> None:
    names = loaded("import hybridchat.cli.start, hybridchat.cli.screen")
    assert "hybridchat.tui.app" in names
    unwanted = {
        n for n in names if n.partition(".")[0] in SDKS | {"typer", "pydantic", "psutil", "pynvml", "sqlite3", "phonenumbers"}
    }
    assert not unwanted
    late = {"assemble", "chat", "conversation", "privacy", "sessions", "routing"}
    assert not {n for n in names if n.startswith("hybridchat.") and n.split(".")[1] in late}
    others = {
        "compare",
        "consent",
        "doctor",
        "finding",
        "help",
        "ledger",
        "models",
        "pick",
        "pulling",
        "queue",
        "review",
        "sessions",
    }
    others |= {"settings", "sheet", "shelf", "stats", "theme_picker", "why", "words"}
    assert not names & {f"hybridchat.tui.{name}" for name in others}, "what is opened by a key is imported by it"


@pytest.mark.parametrize("argv", [[], ["chat"], ["--demo"], ["chat", "--session", "ab12", "-m", "llama3.2"]])
def test_opening_a_chat_loads_no_command_line_library(argv: list[str], tmp_path: Path) -> None:
    """Typer and pydantic take 10 MB for as long as the chat is open. Without a terminal it ends where it would begin."""
    code = f"from hybridchat.__main__ import run\nassert run({argv!r}) == 2"
    assert not loaded(code, {"HYBRIDCHAT_CONFIG": str(tmp_path / "none.toml")}) & {"typer", "click", "pydantic", "rich"}


LISTING = """
import asyncio
from hybridchat.facts import Locality
from hybridchat.providers.ollama import OllamaProvider

async def guard(*_):
    return None

async def main():
    provider = OllamaProvider("ollama", {url!r}, guard=guard, locality=Locality.ON_DEVICE)
    assert (await provider.models({only!r})).models
    await provider.close()

asyncio.run(main())
"""


def test_listing_what_a_server_has_loads_no_sdk(demo: Demo) -> None:
    """Ollama's client and pydantic would take 16 MB of a chat that nobody asked anything yet."""
    assert not loaded(LISTING.format(url=demo.env()["OLLAMA_HOST"], only="")) & {"ollama", "pydantic", "rich", "click"}


def test_the_sdk_is_loaded_while_the_server_describes_the_one_model_that_will_be_asked(demo: Demo) -> None:
    assert "ollama" in loaded(LISTING.format(url=demo.env()["OLLAMA_HOST"], only="ollama:llama3.2:3b"))


def asked(demo: Demo, folder: Path, *arguments: str) -> set[str]:
    """Modules loaded once `hybridchat ask ARGUMENTS` has answered about Paris."""
    code = f"import sys\nfrom hybridchat.__main__ import run\nassert run({['ask', *arguments, 'capital of France']!r}) == 0"
    (folder / "config.toml").touch()
    (folder / "config.toml").touch()
    return loaded(code, {**demo.env(), "HYBRIDCHAT_DATA_DIR": str(folder), "HYBRIDCHAT_CONFIG": str(folder / "config.toml")})


def test_asking_a_local_model_loads_no_cloud_sdk(demo: Demo, tmp_path: Path) -> None:
    names = asked(demo, tmp_path, "-m", "ollama:llama3.2:3b")
    assert "ollama" in names
    # not "rich": httpx loads it for a command line of its own, where it is installed
    assert not names & (CLOUD_SDKS | {"typer", "textual", "psutil", "pynvml"})


def test_asking_a_cloud_model_loads_only_its_own_sdk(demo: Demo, tmp_path: Path) -> None:
    names = asked(demo, tmp_path, "-m", "openai:gpt-6.1-terra", "--cloud")
    assert "openai" in names
    assert not names & {"anthropic", "ollama", "typer", "textual", "psutil", "pynvml"}
    assert not demo.ollama.requests

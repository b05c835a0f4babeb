"""A whole chat over the demo servers: real SDK clients, real sockets, a real store."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hybridchat.answer import Answer
from hybridchat.assemble import Setup, assembled
from hybridchat.chat import Chat
from hybridchat.config import Config
from hybridchat.config.schema import PairSettings
from hybridchat.conversation import Session
from hybridchat.demo import Demo
from hybridchat.events import Ended, Event, Held, Said
from hybridchat.facts import Mode

LOCAL = "ollama:llama3.2:3b"
CALM = """
[thresholds.resources]
cpu = 100
memory = 100
gpu = 100
load_per_core = 100
critical_cpu = 100
critical_memory = 100
critical_gpu = 100
"""
"""For a configuration file: however busy the machine that runs the tests is, it is no reason to ask the cloud."""


@dataclass(slots=True)
class Heard:
    """The events of one turn."""

    events: list[Event] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(e.text for e in self.events if isinstance(e, Said))

    @property
    def ended(self) -> Ended:
        (last,) = [e for e in self.events if isinstance(e, Ended)]
        return last

    @property
    def held(self) -> Held:
        (held,) = [e for e in self.events if isinstance(e, Held)]
        return held

    def of(self, kind: type[Event]) -> list[Event]:
        return [e for e in self.events if isinstance(e, kind)]


async def hear(answer: Answer) -> Heard:
    heard = Heard()
    async with answer:
        async for event in answer:
            heard.events.append(event)
    return heard


@dataclass(slots=True)
class Bench:
    """A chat, a session of it, and the servers it talks to."""

    chat: Chat
    demo: Demo
    session: Session

    async def ask(self, text: str, *, pin: str | None = None, mode: Mode | None = None) -> Heard:
        return await hear(self.chat.answer(self.session.id, text, pin=pin, mode=mode))

    def cloud_bodies(self) -> list[bytes]:
        """Bodies of the questions that the demo clouds received."""
        return [r.body for server in (self.demo.openai, self.demo.anthropic) for r in server.requests if r.body]

    def local_question(self) -> str:
        """The last message that the demo Ollama was asked."""
        bodies = [json.loads(r.body) for r in self.demo.ollama.requests if r.path == "/api/chat" and r.body]
        last = [b for b in bodies if b.get("messages")][-1]
        return str(last["messages"][-1]["content"])


def environment(demo: Demo | None, folder: Path, *, calm: bool = True) -> dict[str, str]:
    """Points every client and every file of the program at the demo, or at nobody, and at `folder`.

    Its configuration, when there is one already, is completed by `CALM`; without `calm` it stays as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "config.toml"
    file.touch()
    if calm and "[thresholds.resources]" not in file.read_text("utf-8"):
        with file.open("a", encoding="utf-8") as end:
            end.write(f"\n{CALM}")
    return {
        **(demo.env() if demo is not None else {}),
        "HYBRIDCHAT_DATA_DIR": str(folder / "data"),
        "HYBRIDCHAT_CONFIG": str(folder / "config.toml"),
    }


@asynccontextmanager
async def bench(
    folder: Path,
    demo: Demo,
    *,
    config: Config | None = None,
    save: bool = False,
    mode: Mode | None = None,
    samplers: bool = False,
    extra: Mapping[str, str] | None = None,
    opening: str | None = None,
) -> AsyncIterator[Bench]:
    """`opening` is a stored session that the chat is opened for; the bench's own is new all the same."""
    config = config or Config(pair=PairSettings(local=LOCAL))
    env = {**environment(demo, folder, calm=False), **(extra or {})}
    setup = Setup(save=save, samplers=samplers, mode=mode, session=opening, config=config, env=env)
    async with assembled(setup) as chat:
        yield Bench(chat, demo, chat.store.new_session())

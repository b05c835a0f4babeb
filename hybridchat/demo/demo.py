"""The three servers together, and the conditions the user can flip."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from hybridchat.demo.anthropic import Anthropic
from hybridchat.demo.conditions import Conditions, Pace
from hybridchat.demo.ollama import Ollama
from hybridchat.demo.openai import OpenAI
from hybridchat.demo.server import Server

KEY = "demo-key"


class Demo:
    """A running set of demo servers; a context manager.

    Ports 0 are chosen freely. `chunks_per_second` 0 means as fast as possible. `models` are the names Ollama lists, by
    default four. `start` raises `OSError` when a port is taken; nothing is left running then.
    """

    def __init__(
        self,
        *,
        ollama_port: int = 0,
        openai_port: int = 0,
        anthropic_port: int = 0,
        chunks_per_second: float = 100.0,
        models: Sequence[str] | None = None,
    ) -> None:
        self.conditions = Conditions()
        pace = Pace(chunks_per_second, self.conditions)
        self.ollama = Server(Ollama(models), port=ollama_port, pace=pace)
        self.openai = Server(OpenAI(), port=openai_port, base="/v1", pace=pace)
        self.anthropic = Server(Anthropic(), port=anthropic_port, pace=pace)
        self.conditions.on_offline(self._switch_clouds)

    @property
    def servers(self) -> tuple[Server, ...]:
        return self.ollama, self.openai, self.anthropic

    def start(self) -> Demo:
        try:
            for server in self.servers:
                server.start()
        except OSError:
            self.stop()
            raise
        self._switch_clouds(self.conditions.offline)
        return self

    def stop(self) -> None:
        for server in self.servers:
            server.stop()

    def env(self) -> dict[str, str]:
        """The variables that point every official client here."""
        return {
            "OLLAMA_HOST": self.ollama.url,
            "OPENAI_BASE_URL": self.openai.base_url,
            "OPENAI_API_KEY": KEY,
            "ANTHROPIC_BASE_URL": self.anthropic.base_url,
            "ANTHROPIC_API_KEY": KEY,
        }

    def _switch_clouds(self, offline: bool) -> None:  # noqa: FBT001  # a listener's one argument
        for server in (self.openai, self.anthropic):
            server.pause() if offline else server.resume()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

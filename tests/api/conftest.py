"""A client over the demo servers, and a prompt that is hard enough for the cloud."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest

from hybridchat import HybridClient, ModelType
from hybridchat.agents import ResourceMonitor
from hybridchat.agents.machine import ResourceSample
from hybridchat.demo import Demo

HARD = (
    "Let f be a continuous function on [0,1] with f(0)=0. Find the maximum of the integral of x^2 f(x) - x f(x)^2 over [0,1], "
    "and prove that it is 1/16."
)
LOCAL, CLOUD, CLAUDE = "ollama:llama3.2:3b", "openai:gpt-4", "claude:claude-3-opus-20240229"


@pytest.fixture(autouse=True)
def _at_the_demo(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in demo.env().items():
        monkeypatch.setenv(name, value)


def calm() -> ResourceSample:
    """A machine with nothing to do, whatever runs beside the tests."""
    return ResourceSample(at=time.time(), cpu=5, memory=30, load=0.1, cores=8)


async def hooked(client: HybridClient) -> HybridClient:
    """The client with one local model and two clouds, on a calm machine."""
    client.hook_agent(ResourceMonitor(read=calm))
    await client.hook_model(ModelType.OLLAMA, "llama3.2:3b")
    await client.hook_model(ModelType.OPENAI, "gpt-4")
    await client.hook_model(ModelType.CLAUDE, "claude-3-opus-20240229")
    return client


@pytest.fixture
async def client() -> AsyncIterator[HybridClient]:
    async with HybridClient() as made:
        yield await hooked(made)

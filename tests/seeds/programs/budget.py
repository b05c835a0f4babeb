"""An agent of the program's own that watches money, fed from each response's metrics."""

import asyncio
from typing import Any

from hybridchat import HybridClient, ModelType
from hybridchat.agents import ConnectivityAgent, ResourceMonitor
from hybridchat.agents.base import BaseAgent

PER_THOUSAND = {"openai:gpt-4": 30.0, "ollama:llama2": 0.0}


class Purse(BaseAgent):
    def __init__(self, name: str = "purse", limit: float = 1.0):
        super().__init__(name)
        self.limit, self.spent = limit, 0.0

    async def initialize(self) -> bool:
        self.is_active = True
        return True

    async def check(self, **kwargs) -> dict[str, Any]:
        used = self.spent / self.limit * 100
        words = len(kwargs.get("prompt", "").split())
        target = "local" if used > 90 else "cloud" if words > 8 else "local"
        return {
            "proceed": True,
            "state": "tight" if used > 90 else "fine",
            "target": target,
            "reason": f"{used:.0f} %",
            "metrics": {"used": used, "size": "long" if words > 8 else "short"},
        }

    async def shutdown(self) -> None:
        self.is_active = False


async def app():
    client = HybridClient(oblix_api_key="a key of another product")
    await client.hook_model(model_type=ModelType.OLLAMA, model_name="llama2")
    await client.hook_model(model_type=ModelType.OPENAI, model_name="gpt-4", api_key="your_key_here")
    client.hook_agent(ResourceMonitor())
    client.hook_agent(ConnectivityAgent())
    purse = Purse(limit=1.0)
    client.hook_agent(purse)
    for prompt in (
        "Hello there",
        "Tell me one thing about every planet of the sun",
        "Tell me one thing about every moon of them too",
    ):
        response = await client.execute(prompt)
        metrics = response.get("metrics", {})
        tokens = metrics.get("input_tokens", 0) + metrics.get("output_tokens", 0)
        purse.spent += tokens / 1000 * PER_THOUSAND[response["model_id"]]
        checked = response["agent_checks"]["purse"]
        print(response["model_id"], checked["state"], checked["metrics"]["size"])


asyncio.run(app())

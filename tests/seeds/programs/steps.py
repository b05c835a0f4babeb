"""Two local models and no cloud: a look-up, and a task that wants thought."""

import asyncio

from hybridchat import HybridClient, ModelType
from hybridchat.agents import ConnectivityAgent, ResourceMonitor

TASK = (
    "Evaluate the consequences of rising sea levels for the harbours of small islands, including likely weaknesses of "
    "breakwaters and of ferry terminals, and compare the remedies."
)


async def main():
    client = HybridClient()
    for name in ("phi", "llama2"):
        await client.hook_model(model_type=ModelType.OLLAMA, model_name=name)
    client.hook_agent(ResourceMonitor(name="resource_monitor"))
    client.hook_agent(ConnectivityAgent(name="connectivity_monitor"))
    for prompt in ("What is the capital of France?", TASK):
        print((await client.execute(prompt))["model_id"])


asyncio.run(main())

"""Four tiers; an easy prompt and a hard one."""

import asyncio
import os

from hybridchat import HybridClient, ModelType
from hybridchat.agents import ConnectivityAgent, ResourceMonitor

HARD = (
    "Let f be a continuous function on [0,1] with f(0)=0. Find the maximum of the integral of x^2 f(x) - x f(x)^2 over [0,1], "
    "and prove that it is 1/16."
)


async def main():
    client = HybridClient()
    for name in ("phi", "llama2"):
        await client.hook_model(model_type=ModelType.OLLAMA, model_name=name, endpoint=os.environ["OLLAMA_HOST"])
    for name in ("gpt-3.5-turbo", "gpt-4"):
        await client.hook_model(model_type=ModelType.OPENAI, model_name=name, api_key=os.environ["OPENAI_API_KEY"])
    client.hook_agent(ResourceMonitor(name="resource_monitor"))
    client.hook_agent(ConnectivityAgent(name="connectivity_monitor"))
    for prompt in ("What is the capital of France?", HARD):
        print((await client.execute(prompt))["model_id"])
    await client.shutdown()


asyncio.run(main())

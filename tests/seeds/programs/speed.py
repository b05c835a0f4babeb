"""Forces the small model for short tasks, leaves long ones to the router, and times both."""

import asyncio

from hybridchat import HybridClient, ModelType
from hybridchat.agents import ConnectivityAgent, ResourceMonitor


async def app():
    client = HybridClient(oblix_api_key="a key of another product")
    await client.hook_model(model_type=ModelType.OLLAMA, model_name="phi")
    await client.hook_model(model_type=ModelType.OPENAI, model_name="gpt-3.5-turbo", api_key="your_key_here")
    client.hook_agent(ResourceMonitor())
    client.hook_agent(ConnectivityAgent(latency_threshold=100.0, check_interval=15))
    for task in ("What is 2 + 3?", "Compare the ways in which two old cities were supplied with water over the centuries."):
        if len(task.split()) > 10:
            response = await client.execute(task)
        else:
            response = await client.execute(task, model_id="ollama:phi")
        latency = response.get("metrics", {}).get("total_latency")
        print(f"{response['model_id']} took {latency:.2f} seconds")


asyncio.run(app())

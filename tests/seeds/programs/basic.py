"""One model here, one in the cloud, both monitors; says who answered and what the agents thought."""

import asyncio
import os

from hybridchat import HybridClient, ModelType
from hybridchat.agents import ConnectivityAgent, ResourceMonitor


async def main():
    client = HybridClient(oblix_api_key=os.getenv("OTHER_PRODUCTS_KEY"))
    await client.hook_model(model_type=ModelType.OLLAMA, model_name="llama2", endpoint=os.environ["OLLAMA_HOST"])
    await client.hook_model(model_type=ModelType.OPENAI, model_name="gpt-3.5-turbo", api_key=os.getenv("OPENAI_API_KEY"))
    client.hook_agent(ResourceMonitor(name="resource_monitor"))
    client.hook_agent(ConnectivityAgent(name="connectivity_monitor"))
    response = await client.execute("What is the capital of France?")
    print(f"from {response['model_id']}: {response['response']}")
    for name, verdict in response["agent_checks"].items():
        print(f"{name}={verdict.get('state')},{verdict.get('target')}")
    await client.shutdown()


asyncio.run(main())

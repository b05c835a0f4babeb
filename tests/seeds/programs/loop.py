"""Blocks the event loop in input(), passes a key that is none, never shuts down."""

import asyncio

from hybridchat import HybridClient, ModelType
from hybridchat.agents import ConnectivityAgent, ResourceMonitor


async def app():
    client = HybridClient(oblix_api_key="a key of another product")
    await client.hook_model(model_type=ModelType.OLLAMA, model_name="llama2")
    await client.hook_model(model_type=ModelType.OPENAI, model_name="gpt-3.5-turbo", api_key="your_key_here")
    client.hook_agent(ConnectivityAgent(latency_threshold=100.0, packet_loss_threshold=5.0, bandwidth_threshold=10.0))
    limits = {"cpu_threshold": 90.0, "memory_threshold": 90.0, "gpu_threshold": 90.0, "critical_gpu": 95.0}
    client.hook_agent(ResourceMonitor(custom_thresholds=limits))

    async def answer(question):
        try:
            response = await client.execute(question)
            print(f"<{response['model_id']}> {response['response']}")
            if response["agent_checks"].get("connectivity_monitor", {}).get("state") == "disconnected":
                print("OFFLINE")
        except Exception as error:  # noqa: BLE001 - programs like this one do
            print(f"Error: {error}")

    while True:
        line = input("> ")
        if line.lower() == "exit":
            break
        await answer(line)


asyncio.run(app())

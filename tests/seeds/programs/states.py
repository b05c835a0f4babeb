"""Own limits for both monitors; prints what they found, who answered and the figures; then the same prompt to two models."""

import asyncio
import os

from hybridchat import HybridClient, ModelType
from hybridchat.agents import ConnectivityAgent, ResourceMonitor

LIMITS = {"cpu_threshold": 70.0, "memory_threshold": 75.0, "load_threshold": 300.0, "gpu_threshold": 75.0, "critical_gpu": 90.0}
PROMPT = "Describe how a lighthouse works"


async def main():
    client = HybridClient(oblix_api_key=os.getenv("OTHER_PRODUCTS_KEY"))
    await client.hook_model(model_type=ModelType.OLLAMA, model_name="llama2")
    await client.hook_model(model_type=ModelType.OPENAI, model_name="gpt-4", api_key=os.getenv("OPENAI_API_KEY"))
    await client.hook_model(model_type=ModelType.CLAUDE, model_name="claude-3-opus-20240229", api_key="your_key_here")
    client.hook_agent(ResourceMonitor(custom_thresholds=LIMITS))
    client.hook_agent(ConnectivityAgent(latency_threshold=150.0, packet_loss_threshold=5.0, bandwidth_threshold=10.0))
    response = await client.execute(PROMPT)
    checks = response["agent_checks"]
    print("resources", checks.get("resource_monitor", {}).get("state"))
    print("network", checks.get("connectivity_monitor", {}).get("state"))
    print("model", response["model_id"], response["inference_source"])
    metrics = response["metrics"]
    print("figures", all(metrics[name] > 0 for name in ("total_latency", "input_tokens", "output_tokens", "tokens_per_second")))
    first = await client.execute(PROMPT, model_id="openai:gpt-4")
    second = await client.execute(PROMPT, model_id="claude:claude-3-opus-20240229")
    print("both", first["model_id"], second["model_id"])
    await client.shutdown()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        print("interrupted")
    except Exception as error:  # noqa: BLE001 - programs like this one do
        print(f"Error: {error}")

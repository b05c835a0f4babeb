"""A chat at the terminal, then the same prompt to two clouds."""

import asyncio

from hybridchat import HybridClient, ModelType


async def main():
    client = HybridClient()
    await client.hook_model(ModelType.OLLAMA, "llama2")
    await client.hook_model(ModelType.OPENAI, "gpt-4", api_key="your_key_here")
    await client.hook_model(ModelType.CLAUDE, "claude-3-opus-20240229", api_key="your_key_here")
    await client.chat_streaming()
    first = await client.execute("hello", model_id="openai:gpt-4")
    second = await client.execute("hello", model_id="claude:claude-3-opus-20240229")
    print(first["model_id"], second["model_id"])


asyncio.run(main())

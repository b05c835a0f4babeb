"""The same client in two event loops, one after the other."""

import asyncio

from hybridchat import HybridClient, ModelType

client = HybridClient()


async def hook():
    await client.hook_model(ModelType.OLLAMA, "llama2")
    return await ask()


async def ask():
    return (await client.execute("hello"))["model_id"]


print(asyncio.run(hook()), asyncio.run(ask()))

"""One streamed question through the Ollama SDK."""

import sys

import ollama

messages = [{"role": "user", "content": sys.argv[2]}]
for chunk in ollama.chat(sys.argv[1], messages=messages, stream=True):
    if chunk.message.content:
        print(chunk.message.content, end="", flush=True)

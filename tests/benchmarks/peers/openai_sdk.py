"""One streamed question through the OpenAI SDK."""

import sys

import openai

client = openai.OpenAI()
messages = [{"role": "user", "content": sys.argv[2]}]
for chunk in client.chat.completions.create(model=sys.argv[1], messages=messages, stream=True):
    if chunk.choices and chunk.choices[0].delta.content:
        print(chunk.choices[0].delta.content, end="", flush=True)

"""One streamed question through the Anthropic SDK."""

import sys

import anthropic

client = anthropic.Anthropic()
messages = [{"role": "user", "content": sys.argv[2]}]
with client.messages.stream(model=sys.argv[1], max_tokens=1024, messages=messages) as stream:
    for text in stream.text_stream:
        print(text, end="", flush=True)

"""A real llama.cpp server on a model of our own making, out of the `xllamacpp` wheel.

The model is a first-order chain of words: its embedding is one-hot, attention and feed-forward are zero, and the output matrix
holds for each word the one that follows. The unmodified graph of llama.cpp runs it, and it says exactly what it was made to say.
Run as a program it serves: `python -m tests.support.llama MODEL --ctx 2048`.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import json
import math
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SENTENCE = "The sky is blue because air scatters short waves more than long ones."

needs_llama = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("xllamacpp", "gguf", "numpy")),
    reason="needs a llama.cpp server; install one with: make deps-llama",
)

_TEMPLATE = (
    "{%- for message in messages -%}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\n' }}{%- endif -%}"
)
_HEAD = 64
"""Numbers per attention head; the width is a whole number of heads."""


@dataclass(frozen=True, slots=True)
class Llama:
    """A running server. `url` has no path; `base_url` is for the OpenAI protocol."""

    url: str

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"

    def busy(self) -> bool:
        """Whether any slot is working on a request."""
        with urllib.request.urlopen(f"{self.url}/slots", timeout=5) as answer:  # our own loopback server
            return any(slot["is_processing"] for slot in json.load(answer))


def _byte_letters() -> list[str]:
    """The letters byte-level vocabularies write bytes with: printable ones stand for themselves, the rest start at U+0100."""
    shown = {*range(33, 127), *range(161, 173), *range(174, 256)}
    spare = iter(range(256, 512))
    return [chr(byte) if byte in shown else chr(next(spare)) for byte in range(256)]


def make_model(path: Path, *, endless: bool = False, window: int = 4096) -> None:
    """Writes a model of about 1 MB that answers `SENTENCE`, once or over and over."""
    # both are of the extra group `llama`, which not every machine has
    import gguf
    import numpy as np

    letters = _byte_letters()
    first, *others = SENTENCE.split()
    words = [letters[32] + w for w in (first, *others)]
    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokens = letters + words
    size = -(-(len(tokens) + len(specials)) // _HEAD) * _HEAD
    filler = [f"<unused{n}>" for n in range(size - len(tokens) - len(specials))]
    vocabulary = [*tokens, *filler, *specials]
    number = {token: n for n, token in enumerate(vocabulary)}
    kinds = (
        [gguf.TokenType.NORMAL] * len(tokens) + [gguf.TokenType.UNUSED] * len(filler) + [gguf.TokenType.CONTROL] * len(specials)
    )
    stop = number["<|im_end|>"]

    follows = np.full((size, size), -30.0)  # [next, current]
    follows[stop, :] = 0.0
    chain = [letters[10], *words]
    for here, then in itertools.pairwise(chain):
        follows[:, number[here]] = -30.0
        follows[number[then], number[here]] = 0.0
    if endless:
        follows[:, number[words[-1]]] = -30.0
        follows[number[words[0]], number[words[-1]]] = 0.0

    out = gguf.GGUFWriter(str(path), "llama")
    _describe(out, size, window)
    out.add_tokenizer_model("gpt2")
    out.add_tokenizer_pre("gpt-2")
    out.add_token_list([t.encode() for t in vocabulary])
    out.add_token_types([int(k) for k in kinds])
    out.add_token_merges(["T h"])  # the loader wants one; it makes no token of ours
    out.add_bos_token_id(number["<|endoftext|>"])
    out.add_eos_token_id(stop)
    out.add_add_bos_token(False)
    out.add_chat_template(_TEMPLATE)
    _weigh(out, size, follows)
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


def _describe(out: Any, size: int, window: int) -> None:
    out.add_name("chain")
    out.add_context_length(window)
    out.add_embedding_length(size)
    out.add_block_count(1)
    out.add_feed_forward_length(_HEAD)
    out.add_head_count(size // _HEAD)
    out.add_head_count_kv(1)
    out.add_key_length(_HEAD)
    out.add_value_length(_HEAD)
    out.add_rope_dimension_count(_HEAD)
    out.add_layer_norm_rms_eps(1e-6)
    out.add_vocab_size(size)


def _weigh(out: Any, size: int, follows: Any) -> None:
    import numpy as np

    def add(name: str, values: Any, *, kind: Any = np.float16) -> None:
        out.add_tensor(name, np.ascontiguousarray(values.astype(kind)))

    add("token_embd.weight", np.eye(size))
    # the norm before the output turns a one-hot row into sqrt(size); this takes it back
    add("output_norm.weight", np.full(size, 1 / math.sqrt(size)), kind=np.float32)
    add("output.weight", follows, kind=np.float32)
    for name in ("attn_norm", "ffn_norm"):
        add(f"blk.0.{name}.weight", np.ones(size), kind=np.float32)
    for name, rows, columns in (
        ("attn_q", size, size), ("attn_k", _HEAD, size), ("attn_v", _HEAD, size), ("attn_output", size, size),
        ("ffn_gate", _HEAD, size), ("ffn_up", _HEAD, size), ("ffn_down", size, _HEAD),
    ):  # fmt: skip
        add(f"blk.0.{name}.weight", np.zeros((rows, columns)))


@contextmanager
def serving(model: Path, *, ctx: int = 4096, key: str = "") -> Iterator[Llama]:
    """A llama.cpp server with one slot of `ctx` tokens, in a process of its own."""
    command = [sys.executable, "-m", "tests.support.llama", str(model), "--ctx", str(ctx), "--key", key]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            url = next((line.split()[1] for line in process.stdout if line.startswith("listening ")), "")
            assert url, "the server did not start"
            yield Llama(url)
        finally:
            process.kill()


def main() -> None:
    import xllamacpp

    arguments = argparse.ArgumentParser()
    arguments.add_argument("model")
    arguments.add_argument("--ctx", type=int, default=4096)
    arguments.add_argument("--key", default="")
    asked = arguments.parse_args()
    params = xllamacpp.CommonParams()
    params.model.path = asked.model
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = asked.ctx
    params.n_parallel = 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.endpoint_slots = True
    params.use_jinja = True
    params.fit_params = False
    params.offline = True
    params.ui = False
    if asked.key:
        params.api_keys = [asked.key]
    server = xllamacpp.Server(params)
    print(f"listening {server.listening_address}", flush=True)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    ended.wait()


if __name__ == "__main__":
    main()

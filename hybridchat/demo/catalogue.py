"""The models the demo Ollama has. Sizes, layers and windows are those of the real models, so that memory fit means something."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

REMOTE_HOST = "https://ollama.com:443"
MODIFIED = "2026-06-14T09:21:33.409490317+02:00"


@dataclass(frozen=True, slots=True)
class Card:
    """What Ollama tells of a model. `size` is bytes on disk; `remote` names the upstream model of a cloud one."""

    name: str
    family: str = "llama"
    parameters: str = "3.2B"
    parameter_count: int = 3_212_749_888
    quantization: str = "Q4_K_M"
    size: int = 2_019_393_189
    window: int = 131_072
    blocks: int = 28
    heads: int = 24
    heads_kv: int = 8
    width: int = 3072
    capabilities: tuple[str, ...] = ("completion", "tools")
    remote: str = ""

    @property
    def digest(self) -> str:
        return hashlib.sha256(f"demo {self.name}".encode()).hexdigest()

    def details(self) -> dict[str, object]:
        return {
            "parent_model": "",
            "format": "" if self.remote else "gguf",
            "family": self.family,
            "families": [self.family],
            "parameter_size": self.parameters,
            "quantization_level": self.quantization,
        }

    def summary(self) -> dict[str, object]:
        """An entry of `/api/tags`."""
        return {
            "name": self.name,
            "model": self.name,
            **self.origin(),
            "modified_at": MODIFIED,
            "size": self.size,
            "digest": self.digest,
            "details": self.details(),
        }

    def origin(self) -> dict[str, object]:
        """The two fields that only a cloud model has."""
        return {"remote_model": self.remote, "remote_host": REMOTE_HOST} if self.remote else {}

    def show(self) -> dict[str, object]:
        """The reply of `/api/show`."""
        return {
            "license": "This is the demo's stand-in for a model's licence.",
            "modelfile": f"FROM {self.name}\n",
            "parameters": "" if self.remote else 'stop                           "<|eot_id|>"',
            "template": "{{ .Prompt }}",
            "details": self.details(),
            **self.origin(),
            "model_info": {
                "general.architecture": self.family,
                "general.parameter_count": self.parameter_count,
                f"{self.family}.context_length": self.window,
                f"{self.family}.embedding_length": self.width,
                **self._layers(),
            },
            "capabilities": list(self.capabilities),
            "modified_at": MODIFIED,
        }

    def _layers(self) -> dict[str, object]:
        if self.remote:
            return {}
        return {
            f"{self.family}.block_count": self.blocks,
            f"{self.family}.attention.head_count": self.heads,
            f"{self.family}.attention.head_count_kv": self.heads_kv,
        }

    def loaded_bytes(self, num_ctx: int) -> int:
        """Memory of the loaded model: weights and an f16 cache of keys and values for `num_ctx` tokens."""
        per_token = 2 * 2 * self.blocks * self.heads_kv * (self.width // self.heads)
        return self.size + per_token * num_ctx


_CARDS = (
    Card("llama3.2:3b"),
    Card(
        "qwen2.5-coder:7b",
        family="qwen2",
        parameters="7.6B",
        parameter_count=7_615_616_512,
        size=4_683_087_332,
        window=32_768,
        blocks=28,
        heads=28,
        heads_kv=4,
        width=3584,
        capabilities=("completion", "tools", "insert"),
    ),
    Card(
        "nomic-embed-text:latest",
        family="nomic-bert",
        parameters="137M",
        parameter_count=136_727_040,
        quantization="F16",
        size=274_302_450,
        window=2048,
        blocks=12,
        heads=12,
        heads_kv=12,
        width=768,
        capabilities=("embedding",),
    ),
    Card(
        "gpt-oss:120b-cloud",
        family="gptoss",
        parameters="116.8B",
        parameter_count=116_829_156_672,
        quantization="MXFP4",
        size=384,
        capabilities=("completion", "tools", "thinking"),
        width=2880,
        remote="gpt-oss:120b",
    ),
)

DEFAULT = tuple(card.name for card in _CARDS)


def tagged(name: str) -> str:
    """The name with its tag, as Ollama completes it."""
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def card(name: str) -> Card:
    """What is known of a model; an unlisted one gets the figures of a small llama, and thinks when its name says so."""
    full = tagged(name)
    for known in _CARDS:
        if known.name == full:
            return known
    thinks = ("thinking",) if re.search(r"r1|think", full, re.IGNORECASE) else ()
    remote = re.sub(r"[:-]cloud$", "", full) if full.endswith(("-cloud", ":cloud")) else ""
    return Card(full, capabilities=("completion", "tools", *thinks), remote=remote, size=384 if remote else _CARDS[0].size)

"""The provider for a configured endpoint; only the adapter that is needed is imported."""

from __future__ import annotations

from hybridchat.facts import Locality
from hybridchat.providers.base import Guard, Provider

KINDS = ("ollama", "openai", "anthropic")


def make_provider(
    kind: str, endpoint: str, base_url: str, api_key: str | None, guard: Guard, locality: Locality, *, key_name: str | None = None
) -> Provider:
    """A client for `endpoint`; nothing is contacted and no SDK imported yet.

    `key_name` is the environment variable an error message names when the key is wrong; `None` means the protocol's own.
    Raises `ValueError` for an unknown `kind`.
    """
    match kind:
        case "ollama":
            from hybridchat.providers.ollama import OllamaProvider

            headers = {"authorization": f"Bearer {api_key.strip()}"} if api_key else None
            name = "OLLAMA_API_KEY" if key_name is None else key_name
            return OllamaProvider(endpoint, base_url, guard=guard, locality=locality, headers=headers, key_name=name)
        case "openai":
            from hybridchat.providers.openai import OpenAIProvider

            name = "OPENAI_API_KEY" if key_name is None else key_name
            return OpenAIProvider(endpoint, base_url, api_key, guard=guard, locality=locality, key_name=name)
        case "anthropic":
            from hybridchat.providers.anthropic import AnthropicProvider

            name = "ANTHROPIC_API_KEY" if key_name is None else key_name
            return AnthropicProvider(endpoint, base_url, api_key, guard=guard, locality=locality, key_name=name)
    raise ValueError(f"unknown kind of provider {kind!r}; one of {', '.join(KINDS)}")

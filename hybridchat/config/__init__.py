"""Configuration: `config.toml`, environment and flags as one frozen tree."""

from __future__ import annotations

from hybridchat.config.errors import ConfigError
from hybridchat.config.load import load
from hybridchat.config.schema import Config

__all__ = ["Config", "ConfigError", "load"]

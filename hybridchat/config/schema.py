"""The shape of `config.toml`: every key, its type, its range, its default, and the sentence that explains it.

The template (`hybridchat config`), the error messages and docs/configuration.md all follow from these annotations,
so a key is described once. Everything has a default: an empty file is a valid one.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, field

from hybridchat.config.choosing import STRATEGIES, Routing, RuleConditions, RuleSettings, StrategySettings, Table, Weights, given
from hybridchat.facts import Locality, Mode

__all__ = [
    "KINDS", "STRATEGIES", "Config", "ConnectivityThresholds", "EndpointSettings", "FolderSettings", "Kind", "Limits",
    "ModelSettings", "PairSettings", "PriceSettings", "Privacy", "ResourceThresholds", "Routing", "RuleConditions",
    "RuleSettings", "StrategySettings", "Table", "Thresholds", "Ui", "Weights", "given",
]  # fmt: skip

Kind = Literal["ollama", "openai", "anthropic"]
KINDS: tuple[Kind, ...] = ("ollama", "openai", "anthropic")
"""Protocols; each is also the name of the endpoint that exists without configuration."""

Percent = Annotated[float, Meta(ge=0, le=100)]
Dollars = Annotated[float, Meta(ge=0, le=1_000_000)]
Tokens = Annotated[int, Meta(ge=256, le=100_000_000)]
Seconds = Annotated[float, Meta(ge=0.2, le=86_400)]


class Privacy(Table, frozen=True, kw_only=True):
    cloud: Annotated[
        Literal["ask", "auto", "never"],
        Meta(description="Before the first send of a conversation to a host: ask, send without asking, or never send."),
    ] = "ask"
    placeholders: Annotated[
        Literal["angle", "square", "double", "bare"],
        Meta(description="How hidden values look in what leaves: `<EMAIL_1>`, `[EMAIL_1]`, `[[EMAIL_1]]` or `EMAIL_1`."),
    ] = "angle"
    level: Annotated[
        Literal["low", "normal", "high"],
        Meta(description="How much is hidden when in doubt: high hides more than it must, low leaves more readable."),
    ] = "normal"
    history: Annotated[
        Literal["full", "summary", "none"],
        Meta(description="How much of the earlier turns may leave: all that fits, a summary of them, or only the question."),
    ] = "full"


class Limits(Table, frozen=True, kw_only=True):
    daily_budget: Annotated[
        Dollars | None,
        Meta(description="US dollars per day for paid models; without it there is no limit. The chat asks once.", examples=[5.0]),
    ] = None
    budget_window: Annotated[
        Literal["day", "rolling24h"] | None,
        Meta(description="What the budget's day is: the calendar day here, or the last 24 hours.", examples=["rolling24h"]),
    ] = None
    max_output: Annotated[int, Meta(ge=1, le=1_000_000, description="Most tokens one answer may have.")] = 4096
    reserve: Annotated[int, Meta(ge=1, le=1_000_000, description="Tokens of the context window kept free for the answer.")] = 1024
    metered: Annotated[
        bool | None,
        Meta(description="The line is paid by volume. Unset: as NetworkManager says, on Linux; else unknown.", examples=[True]),
    ] = None


class ResourceThresholds(Table, frozen=True, kw_only=True):
    """Limits for this machine; what is not set comes from the strategy."""

    cpu: Annotated[Percent | None, Meta(description="Percent; above it the machine counts as constrained.", examples=[80])] = None
    memory: Annotated[Percent | None, Meta(description="Percent; above it: constrained.", examples=[85])] = None
    load: Annotated[
        Annotated[float, Meta(ge=0, le=10_000)] | None,
        Meta(description="Load average of the whole machine; above it: constrained. Goes before load_per_core.", examples=[4.0]),
    ] = None
    load_per_core: Annotated[
        Annotated[float, Meta(ge=0, le=100)] | None,
        Meta(description="Load average per core; above it: constrained.", examples=[1.0]),
    ] = None
    gpu: Annotated[Percent | None, Meta(description="Percent; above it: constrained.", examples=[85])] = None
    critical_cpu: Annotated[Percent | None, Meta(description="Percent; above it: critical.", examples=[90])] = None
    critical_memory: Annotated[Percent | None, Meta(description="Percent; above it: critical.", examples=[95])] = None
    critical_gpu: Annotated[Percent | None, Meta(description="Percent; above it: critical.", examples=[95])] = None
    check_interval_s: Annotated[Seconds | None, Meta(description="Seconds between two samples.", examples=[2])] = None


class ConnectivityThresholds(Table, frozen=True, kw_only=True):
    """Limits for the way to each provider; what is not set comes from the strategy."""

    latency_ms: Annotated[
        Annotated[float, Meta(ge=1, le=600_000)] | None,
        Meta(description="Milliseconds to connect; above it the network counts as degraded.", examples=[200]),
    ] = None
    loss_percent: Annotated[
        Percent | None, Meta(description="Percent of the last probes that failed; above it: degraded.", examples=[10])
    ] = None
    bandwidth_mbps: Annotated[
        Annotated[float, Meta(ge=0, le=1_000_000)] | None,
        Meta(description="Mbit/s; below it: degraded.", examples=[5]),
    ] = None
    check_interval_s: Annotated[Seconds | None, Meta(description="Seconds between two probes.", examples=[30])] = None


class Thresholds(Table, frozen=True, kw_only=True):
    resources: ResourceThresholds = ResourceThresholds()
    connectivity: ConnectivityThresholds = ConnectivityThresholds()


class EndpointSettings(Table, frozen=True, kw_only=True):
    """One server: `[endpoints.NAME]`."""

    kind: Annotated[
        Kind | None,
        Meta(description="Protocol it speaks; may be left out when NAME is one of them.", examples=["openai"]),
    ] = None
    base_url: Annotated[
        str | None,
        Meta(description="Where it listens; without it the provider's own address.", examples=["http://gpubox:8000/v1"]),
    ] = None
    locality: Annotated[
        Locality | None,
        Meta(
            description="Where its models run. Without it: on_device for ollama at a loopback address, else remote.",
            examples=["lan"],
        ),
    ] = None
    trusted: Annotated[
        bool, Meta(description="With locality lan: its models count as local, and nothing is hidden from them.")
    ] = False
    allowed: Annotated[
        bool | None,
        Meta(
            description="Contact it without asking first. Unset: true on this device and for a trusted lan host, else false.",
            examples=[True],
        ),
    ] = None
    enabled: Annotated[bool, Meta(description="false: as if it were not there, whatever the environment says.")] = True
    key_env: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(description="Environment variable that holds the key.", examples=["WORK_API_KEY"]),
    ] = None
    api_key_cmd: Annotated[
        str | list[str] | None,
        Meta(
            description="Command whose first line of output is the key; run without a shell.", examples=[["pass", "show", "work"]]
        ),
    ] = None
    keyring: Annotated[
        bool, Meta(description="Read the key from the system keyring, service hybridchat, user NAME (extra: keyring).")
    ] = False
    keep_alive: Annotated[
        Annotated[str, Meta(pattern=r"^-?([0-9]+|([0-9]+(\.[0-9]+)?(ms|s|m|h))+)$")] | None,
        Meta(
            description="Ollama only: how long a model stays in memory after an answer, as in 5m, 1h30m, 0 or -1.",
            examples=["30m"],
        ),
    ] = None


class PriceSettings(Table, frozen=True, kw_only=True):
    """US dollars per million tokens."""

    input: Annotated[Dollars, Meta(description="US dollars per million tokens read.", examples=[1.0])]
    output: Annotated[Dollars, Meta(description="US dollars per million tokens written.", examples=[5.0])]
    cache_read: Annotated[
        Dollars | None, Meta(description="US dollars per million tokens read from the provider's cache.", examples=[0.05])
    ] = None
    cache_write: Annotated[Dollars | None, Meta(description="US dollars per million tokens written to it.", examples=[1.25])] = (
        None
    )
    as_of: Annotated[date | None, Meta(description="Day on which the price was true.", examples=[date(2026, 11, 1)])] = None


class ModelSettings(Table, frozen=True, kw_only=True):
    """What is known better than the server or the catalogue says: `[models."ENDPOINT:NAME"]`."""

    tier: Annotated[
        Annotated[int, Meta(ge=1, le=4)] | None, Meta(description="Ability, 1 (small) to 4 (best), in any place.", examples=[3])
    ] = None
    window: Annotated[Tokens | None, Meta(description="Context window, tokens.", examples=[32768])] = None
    max_output: Annotated[
        Annotated[int, Meta(ge=1, le=100_000_000)] | None,
        Meta(description="Most tokens one answer of it may have.", examples=[8192]),
    ] = None
    capabilities: Annotated[
        list[Literal["completion", "vision", "tools", "thinking", "embedding"]] | None,
        Meta(description="What it can do; replaces what the server says.", examples=[["vision"]]),
    ] = None
    hidden: Annotated[bool, Meta(description="Never offered and never chosen.")] = False
    price: Annotated[PriceSettings | None, Meta(description="Without it, and outside the catalogue: unpriced.")] = None


class Ui(Table, frozen=True, kw_only=True):
    """How the program shows itself."""

    terminal: Annotated[
        Literal[
            "auto", "vscode", "vte", "windows-terminal", "conhost", "kitty", "iterm2", "apple-terminal", "wezterm", "alacritty",
            "foot", "ghostty", "konsole", "xterm", "linux", "browser", "tmux", "screen", "unknown",
        ],
        Meta(description="Which terminal this is, where it is not recognised: the hints leave out the keys it keeps for itself."),
    ] = "auto"  # fmt: skip
    bell: Annotated[
        bool, Meta(description="Ring when an answer took long and the window is not looked at; in plain mode after each answer.")
    ] = True
    notify: Annotated[
        bool,
        Meta(description="Also a notification of the desktop, where the terminal understands one; it never quotes the answer."),
    ] = True
    bell_after_s: Annotated[
        Annotated[float, Meta(ge=0, le=86_400)], Meta(description="Seconds from which an answer took long.")
    ] = 10.0


class PairSettings(Table, frozen=True, kw_only=True):
    local: Annotated[str | None, Meta(description="Model to start with on this machine.", examples=["ollama:llama3.2"])] = None
    cloud: Annotated[str | None, Meta(description="Model to start with in the cloud.", examples=["openai:gpt-6.1-terra"])] = None


class FolderSettings(Table, frozen=True, kw_only=True):
    """`.hybridchat.toml` in the working directory: it may only tighten."""

    local_only: Literal[True] | None = None
    terms: list[Annotated[str, Meta(min_length=1, max_length=200)]] = field(default_factory=list)


class Config(Table, frozen=True, kw_only=True):
    """Everything a user can say, typed; frozen. Made by `hybridchat.config.load`."""

    strategy: Annotated[
        str, Meta(description="How a model is chosen: " + ", ".join(STRATEGIES) + ", or one of [strategies].")
    ] = "local-first"
    mode: Annotated[Mode, Meta(description="What a new conversation starts with; only_local is a promise.")] = Mode.AUTO
    theme: Annotated[str, Meta(min_length=1, description="Name of a theme, shipped or in the themes folder.")] = "dark"
    plain: Annotated[bool, Meta(description="Append-only lines instead of a full screen.")] = False
    mouse: Annotated[bool, Meta(description="Let the program have the mouse.")] = True
    save: Annotated[bool, Meta(description="false: conversations stay in memory only.")] = True
    retention: Annotated[
        Annotated[int, Meta(ge=1, le=36_500)] | None,
        Meta(
            description="Days after its last message that a conversation is kept; then it is purged. Unset: kept.", examples=[90]
        ),
    ] = None
    privacy: Privacy = Privacy()
    limits: Limits = Limits()
    routing: Routing = Routing()
    rule: list[RuleSettings] = field(default_factory=list)
    pair: PairSettings = PairSettings()
    thresholds: Thresholds = Thresholds()
    endpoints: dict[str, EndpointSettings] = field(default_factory=dict)
    models: dict[str, ModelSettings] = field(default_factory=dict)
    strategies: dict[str, StrategySettings] = field(default_factory=dict)
    ui: Ui = Ui()
    keys: Annotated[
        dict[str, Annotated[str, Meta(min_length=1)]],
        Meta(description='Key bindings: id = the key or keys for it, or none, as in other = "f8". docs/keys.md lists the ids.'),
    ] = field(default_factory=dict)

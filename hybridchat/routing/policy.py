"""What a decision prefers and where its limits are: a frozen value with no behaviour of its own."""

from __future__ import annotations

from typing import Literal

from hybridchat.value import value

Cloud = Literal["ask", "auto", "never"]
SecondLook = Literal["off", "offer", "auto"]


@value
class Thresholds:
    """Where the gauges' agents call the machine or the network too busy.

    Milliseconds, percent, Mbit/s, seconds; `load` is absolute, as in the documents the presets come from. The defaults are
    those documents' own, except `critical_cpu` and `critical_memory`, which only the program they describe had.
    """

    latency_ms: float = 200.0
    loss_percent: float = 10.0
    bandwidth_mbps: float = 5.0
    cpu: float = 80.0
    memory: float = 85.0
    load: float = 4.0
    gpu: float = 85.0
    critical_cpu: float = 90.0
    critical_memory: float = 95.0
    critical_gpu: float = 95.0
    check_interval_s: float = 30.0


@value
class Policy:
    """Limits and preferences for `decide()`. Scores and weights are 0..1, `budget_*` percent of the day's limit.

    `cloud` says what stands between a message and the cloud: the user's word (`ask`), nothing (`auto`), or everything (`never`).
    """

    name: str = "local-first"
    cloud: Cloud = "ask"
    local_first: bool = True
    """Local models answer as long as one can; the scores only choose among them."""
    quality: float = 0.4
    cost: float = 0.15
    speed: float = 0.15
    locality: float = 0.3
    overshoot: float = 0.5
    """How much a model that is abler than the message needs loses in quality; a shortfall always costs three times 0.5."""
    assume_difficulty: float = 0.0
    """Every message is taken to be at least this hard when models are compared."""
    difficulty_offer: float = 0.45
    """From this difficulty on, a local answer comes with the offer to ask the cloud."""
    difficulty_cloud: float = 0.6
    """From this difficulty on, `cloud = "auto"` goes to the cloud, and a tight budget still may."""
    difficulty_fixed: bool = False
    """The two thresholds hold for local models of every size, because they were set on this user's own messages."""
    min_tokens_per_second: float = 3.0
    """A local model measured below this is too slow to be preferred. Chosen by us: about reading aloud."""
    max_first_token_s: float = 20.0
    stickiness: float = 0.3
    """What a switch that costs much (a long prefix to write or read again) must gain in score; 0 ignores the price."""
    margin: float = 0.05
    """What any switch must gain in score."""
    budget_tight: float = 70.0
    budget_closed: float = 90.0
    context_margin: float = 1.15
    """Token counts are estimates: this factor keeps them inside the window."""
    memory_headroom: float = 0.10
    trust_lan: frozenset[str] = frozenset()
    """Hosts (`host[:port]`) on the local network that count as this user's own."""
    private_kinds: frozenset[str] = frozenset({"SECRET"})
    """Kinds of finding that keep a message on this device."""
    second_look: SecondLook = "offer"
    """What happens when a local answer is doubtful: nothing, the user is told and offered the other side, or that one is asked
    by itself where consent is there already."""
    redact_private: bool = False
    """With `cloud = "auto"` only: send even these, hidden behind placeholders."""
    thresholds: Thresholds = Thresholds()
    word_rule: Literal["", "perf", "cost"] = ""
    """The documents' literal rule on words (`wordrules.py`) that speaks beside the agents."""
    daily_budget: float | None = None
    """US dollars per day, where the configuration sets none."""
    budget_window: Literal["day", "rolling24h"] = "day"
    """What a day is, where the configuration does not say."""
    notes: tuple[str, ...] = ()

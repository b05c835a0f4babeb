"""Values that every package shares; standard library only, no clock, no I/O.

An unknown is `None`, never 0. States are lower-case words, each also `unknown`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from hybridchat.value import value


class Locality(StrEnum):
    """Where a model runs, as verified, not as named."""

    ON_DEVICE = "on_device"
    LAN = "lan"
    REMOTE = "remote"


class Mode(StrEnum):
    """What the user holds down."""

    ONLY_LOCAL = "only_local"
    PREFER_LOCAL = "prefer_local"
    AUTO = "auto"
    PREFER_CLOUD = "prefer_cloud"
    ONLY_CLOUD = "only_cloud"


class Target(StrEnum):
    """What an agent asks for. `hybrid` means: no verdict, local wins ties."""

    LOCAL = "local"
    CLOUD = "cloud"
    HYBRID = "hybrid"


class ResourceState(StrEnum):
    AVAILABLE = "available"
    CONSTRAINED = "constrained"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


class ConnectivityState(StrEnum):
    OPTIMAL = "optimal"
    DEGRADED = "degraded"
    DISCONNECTED = "disconnected"
    UNKNOWN = "unknown"


class BudgetState(StrEnum):
    AVAILABLE = "available"
    CONSTRAINED = "constrained"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


@value
class Usage:
    """Tokens of one attempt, as the server counted them.

    `input_tokens` always includes cached ones (Anthropic reports them apart; its adapter adds them up).
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None


@value
class Price:
    """US dollars per million tokens, true on `as_of`."""

    input: float
    output: float
    cache_read: float | None = None
    cache_write: float | None = None
    as_of: date | None = None

    def cost(self, usage: Usage) -> float | None:
        """Dollars for `usage`; `None` where the token counts are unknown."""
        if usage.input_tokens is None or usage.output_tokens is None:
            return None
        read, write = usage.cache_read_tokens or 0, usage.cache_write_tokens or 0
        fresh = max(0, usage.input_tokens - read - write)
        read_price = self.input if self.cache_read is None else self.cache_read
        write_price = self.input if self.cache_write is None else self.cache_write
        total = fresh * self.input + read * read_price + write * write_price
        return (total + usage.output_tokens * self.output) / 1e6


OLD_PRICE = timedelta(days=90)


def in_dollars(amount: float) -> str:
    """US dollars with as many digits as matter: `$5.00`, `$0.004`, `$0.00012`; `$0` is nothing at all."""
    if amount == 0:
        return "$0"
    if amount >= 0.1:
        return f"${amount:,.2f}"
    if amount < 0.000_01:
        return "< $0.00001"
    digits = 3 if amount >= 0.001 else 4 if amount >= 0.000_1 else 5
    return f"${amount:.{digits}f}".rstrip("0")


def is_old(price: Price, today: date) -> bool:
    """Whether the price was last known to be true more than 90 days before `today`; one without a date is as old as any."""
    return price.as_of is None or today - price.as_of > OLD_PRICE


def price_age(price: Price | None, now: float) -> str:
    """What to say beside a price at `now` (epoch seconds) that may be out of date; empty for one younger than 90 days."""
    if price is None or not is_old(price, datetime.fromtimestamp(now, UTC).date()):
        return ""
    return "price without a date, check it" if price.as_of is None else f"price of {price.as_of}, check it"


@value
class Model:
    """Something that can answer: what is known of it without asking it anything.

    `id` is `endpoint:name` (`ollama:llama3.2`); `endpoint` names a configured endpoint, `host` is its `host[:port]` on the wire.
    `tier` 1-4 is ability, in any place. `window` counts tokens.
    """

    id: str
    host: str
    locality: Locality
    tier: int = 2
    window: int = 8192
    window_assumed: bool = True
    max_output: int | None = None
    capabilities: frozenset[str] = frozenset()
    price: Price | None = None
    size_bytes: int | None = None
    kv_bytes_per_token: int | None = None
    parameters: float | None = None
    """Billions of parameters."""
    think: tuple[str, ...] = ()
    """How much it can be asked to think, as its server says: off, on, low, medium, high; empty where none says."""

    @property
    def endpoint(self) -> str:
        return self.id.partition(":")[0]

    @property
    def name(self) -> str:
        return self.id.partition(":")[2]

    @property
    def on_device(self) -> bool:
        return self.locality is Locality.ON_DEVICE


@value
class Gauge:
    """One measured figure; `at` is epoch seconds of the sample, `n` how many samples stand behind it."""

    value: float | None = None
    unit: str = ""
    at: float | None = None
    source: str = ""
    n: int = 1

    def age(self, now: float) -> float | None:
        return None if self.at is None else max(0.0, now - self.at)


@value
class Check:
    """An agent's verdict on the next message."""

    agent: str
    state: str = "unknown"
    target: Target = Target.HYBRID
    proceed: bool = True
    reason: str = ""
    metrics: Mapping[str, float | str | None] = field(default_factory=dict)
    stale: bool = False


@value
class Device:
    """This machine.

    Gauge names: cpu, memory, load, gpu, vram, memory_pressure, battery, swap (percent; load is per core), temperature (°C).
    """

    state: ResourceState = ResourceState.UNKNOWN
    reason: str = ""
    gauges: Mapping[str, Gauge] = field(default_factory=dict)
    memory_free: int | None = None
    """Bytes a new model could take from main memory, container limits counted in."""
    vram_free: int | None = None
    gpu_name: str = ""
    gpu_absent: bool = False
    """A look at the driver found no graphics card that can be measured; false also while nobody looked."""
    on_battery: bool | None = None
    battery_percent: float | None = None
    own_load: bool = False
    """True while an answer of ours runs here (or ended under 5 s ago): CPU and GPU verdicts are frozen then."""


@value
class Link:
    """The way to one provider host. Gauge names: latency (ms, TCP connect), tls (ms), loss (percent), bandwidth (Mbit/s)."""

    host: str
    state: ConnectivityState = ConnectivityState.UNKNOWN
    reason: str = ""
    gauges: Mapping[str, Gauge] = field(default_factory=dict)
    allowed: bool = False
    """False: the host was never allowed, so it was not asked."""
    up_since: float | None = None
    """Epoch seconds since when every try got through; `None`: the newest one failed, or there was none."""


@value
class Live:
    """What is known now of one model beyond its description."""

    resident: bool | None = None
    loaded_window: int | None = None
    tokens_per_second: float | None = None
    prefill_per_second: float | None = None
    first_token_s: float | None = None
    load_s: float | None = None
    open_until: float | None = None
    """Epoch seconds until which the circuit breaker or a Retry-After keeps the model out."""
    open_reason: str = ""
    half_open: bool = False


@value
class Budget:
    """Money of the day, US dollars; `limit` `None` means no budget is set."""

    state: BudgetState = BudgetState.UNKNOWN
    limit: float | None = None
    spent: float = 0.0
    reserved: float = 0.0


@value
class Snapshot:
    """Every gauge at one moment, and the models there are. Absent keys are unknown."""

    at: float = 0.0
    device: Device = Device()
    links: Mapping[str, Link] = field(default_factory=dict)
    models: tuple[Model, ...] = ()
    live: Mapping[str, Live] = field(default_factory=dict)
    budget: Budget = Budget()
    os_online: bool | None = None
    metered: bool | None = None


@value
class Finding:
    """A span of personal data or a secret: Python string indices into the scanned text.

    `kind` is an upper-case word (EMAIL, PHONE, CARD, IBAN, IP, ID, SECRET, TERM, URL, ...); `reason` says which rule, for people.
    """

    start: int
    end: int
    kind: str
    reason: str = ""
    score: float = 1.0


@value
class Difficulty:
    """How hard the conversation looks: `score` 0..1, `label` simple | moderate | complex, `reasons` in plain words."""

    score: float = 0.0
    label: str = "simple"
    reasons: tuple[str, ...] = ()


@value
class Request:
    """All that a decision may see of one message; no text of it."""

    now: float
    mode: Mode = Mode.AUTO
    pin: str | None = None
    """Model id."""
    current: str | None = None
    """Model id that answered the turn before."""
    turns: int = 0
    turns_here: int = 0
    """Turns in a row that were answered on this device, the newest among them."""
    lost: str | None = None
    """Host that the conversation was with when the network went away; `None` once a host answered again."""
    history_tokens: int = 0
    message_tokens: int = 0
    reserve_tokens: int = 1024
    """Tokens kept free for the answer."""
    max_output: int = 4096
    context: int | None = None
    """Tokens of context that the user asked for; `None`: as many as the conversation needs."""
    difficulty: Difficulty = Difficulty()
    kinds: Mapping[str, int] = field(default_factory=dict)
    """Finding kind -> how many, over everything that would be sent."""
    scan_late: bool = False
    """The scan did not finish in time: treat as private."""
    needs: frozenset[str] = frozenset()
    """Capabilities the message needs: vision, tools."""
    checks: tuple[Check, ...] = ()
    excluded: frozenset[str] = frozenset()
    """Model ids that already failed in this turn."""
    escalated: bool = False
    """The user asked for the other side for this turn."""
    rule_name: str = ""
    """The user's own rule that fits the message; what it leads to is `rule_mode` or `rule_model` (a model id)."""
    rule_mode: Mode | None = None
    rule_model: str | None = None
    lifted_by: str = ""
    """What the user can do about LOCAL ONLY where no key lifts it; empty where one does."""


@value
class Rejection:
    """The first hard rule that removed a candidate, and the figures that did it."""

    rule: str
    reason: str
    value: float | str | None = None
    limit: float | str | None = None


@value
class Candidate:
    """One model as the decision saw it: rejected, or scored with its parts (each 0..1 before weighting)."""

    model: Model
    rejected: Rejection | None = None
    score: float | None = None
    parts: Mapping[str, float] = field(default_factory=dict)
    est_cost: float | None = None
    est_first_token_s: float | None = None
    notes: tuple[str, ...] = ()


@value
class Return:
    """What bringing the conversation back to a model of this device would cost now, in seconds."""

    model_id: str
    load_s: float
    """0 when it is loaded; an estimate by size before a first load."""
    read_s: float | None
    """To read what was said so far; `None` while its reading speed was never measured."""


@value
class Decision:
    """Which model answers, why, and what comes next. A value: no text of the message, no clock."""

    chosen: Model | None
    candidates: tuple[Candidate, ...]
    order: tuple[str, ...] = ()
    """Model ids to try, the chosen one first."""
    reason: str = ""
    """One sentence for people."""
    rule: str = ""
    margin: float | None = None
    offer: str | None = None
    """Model id worth offering with Ctrl+O because the message may be hard for the chosen one."""
    missed: str | None = None
    """Model id that would be preferred, or offered, could it be reached: worth asking whether to wait for it."""
    back: Return | None = None
    """Set while the conversation stays off this device though the message does not need that and this device could answer."""
    trimmed: bool = False
    """The history does not fit the chosen model: the package will leave turns out."""
    unlock: str = ""
    """With nothing chosen: the cheapest thing that would help."""
    failed: tuple[str, ...] = ()
    """A sentence for each agent that could not say anything of this message, by its name."""
    strategy: str = ""
    version: int = 1

    def candidate(self, model_id: str) -> Candidate | None:
        return next((c for c in self.candidates if c.model.id == model_id), None)


class Result(StrEnum):
    """How an attempt ended, for health and speed estimates."""

    OK = "ok"
    STOPPED = "stopped"
    FAILED = "failed"
    CUT = "cut"


@value
class Timings:
    """Seconds. `first_token_s` is from request to first visible or thinking token."""

    first_token_s: float | None = None
    total_s: float | None = None
    load_s: float | None = None
    prefill_s: float | None = None
    generate_s: float | None = None

    def tokens_per_second(self, output_tokens: int | None) -> float | None:
        """Generation speed; from the server's own timing where it gives one, else from the time after the first token."""
        span = self.generate_s
        if span is None and self.total_s is not None and self.first_token_s is not None:
            span = self.total_s - self.first_token_s
        if not output_tokens or not span or span <= 0:
            return None
        return output_tokens / span


@value
class Outcome:
    """What an attempt taught us; health, budget and speed estimates learn from it."""

    model_id: str
    host: str
    at: float
    result: Result
    usage: Usage = Usage()
    timings: Timings = Timings()
    cost: float | None = None
    error: str = ""
    """Error type name; empty when it went well."""
    counts_against: bool = False
    """True for failures of the server or the way to it; a refusal or a bad request is not."""
    retry_after_s: float | None = None
    connect_ms: float | None = None

"""How well a model that may answer suits the message: five parts of 0..1, weighted by the policy, less what presses now.

The curves and penalties are chosen by us; the order of magnitude behind each stands beside it. What was never measured is
filled with a prior and said to be one.
"""

from __future__ import annotations

from collections.abc import Sequence

from hybridchat.facts import Candidate, ConnectivityState, Live, Locality, Model, ResourceState, Return, price_age
from hybridchat.routing.difficulty import HIGHEST, MODERATE, cloud_threshold, offer_threshold
from hybridchat.routing.memory import affordable_window
from hybridchat.routing.policy import Policy
from hybridchat.routing.rules import Case, objections

ABILITY = (0.15, 0.5, 0.75, 1.0)
"""The difficulty that tier 1, 2, 3 and 4 are good for; chosen by us. Between a tier 1 and a tier 2 the curve turns at 0.24, and
from 0.3 on, where a message is called moderate, it outweighs an answer in half the time. A message starts at 0.01, and 0.2 is
"explain this in simple terms"."""
SHORTFALL = 1.5
ANSWER_TOKENS = 400
"""Length of a usual answer, for estimates of cost and time."""
DOLLAR_SCALE = 0.01
SECONDS_SCALE = 10.0
"""An answer of this cost, or of this duration, has half of the part's points."""
LOCAL_SPEED, CLOUD_SPEED = 20.0, 60.0
LOCAL_PREFILL = 400.0
LOAD_BYTES_PER_SECOND = 1e9
FIRST_TOKEN_S = 1.0
MIN_CACHED_PREFIX = 1024
"""Tokens below which the clouds cache no prefix (OpenAI 1,024; Anthropic 512 to 4,096 by model)."""
LOW_BATTERY = 20.0
LARGEST = 4
"""The tier that a slow line is too slow for first."""

NOT_MEASURED = "speed not measured yet"
SLOW = "slow on this machine"
TRIMMED = "earlier turns will be left out"
UNPRICED = "price unknown"


def score(case: Case, model: Model, live: Live) -> Candidate:
    """The candidate with its score and parts; `parts["pressure"]` is 1 less the penalties for the state of things now."""
    policy = case.policy
    notes: list[str] = []
    dollars = estimated_cost(case, model)
    if dollars is None:
        notes.append(UNPRICED)
        dollars = case.priciest
    elif dollars and (old := price_age(model.price, case.request.now)):
        notes.append(old)
    first = first_token_s(case, model, live)
    speed = live.tokens_per_second
    if speed is None:
        notes.append(NOT_MEASURED)
        speed = _expected_speed(case, model) if model.on_device else CLOUD_SPEED
    elif model.on_device and too_slow(case, model, live):
        notes.append(SLOW)
    quality = _fit(model.tier, max(case.request.difficulty.score, policy.assume_difficulty), policy.overshoot)
    cost = 0.5 if dollars is None else DOLLAR_SCALE / (DOLLAR_SCALE + dollars)
    swift = SECONDS_SCALE / (SECONDS_SCALE + first + ANSWER_TOKENS / max(speed, 0.01))
    near = _nearness(case, model)
    base = (quality * policy.quality + cost * policy.cost + swift * policy.speed + near * policy.locality) / (
        policy.quality + policy.cost + policy.speed + policy.locality or 1.0
    )
    pressure = _local_pressure(case, model, live, notes) if model.on_device else _remote_pressure(case, model, live, notes)
    parts = {"quality": quality, "cost": cost, "speed": swift, "locality": near, "pressure": 1.0 - pressure}
    return Candidate(model, None, base - pressure, parts, None if UNPRICED in notes else dollars, first, tuple(notes))


def _expected_speed(case: Case, model: Model) -> float:
    """Tokens per second of a local model that never answered, from one that did: both read all their weights for each token."""
    told = [
        live.tokens_per_second * _times_smaller(other, model)
        for other in case.snapshot.models
        if other.on_device and (live := case.live_of(other)).tokens_per_second is not None
    ]
    return max(told, default=LOCAL_SPEED)


def _times_smaller(one: Model, than: Model) -> float:
    """By bytes; where they are unknown, half for each tier."""
    if one.size_bytes and than.size_bytes:
        return one.size_bytes / than.size_bytes
    return float(0.5 ** (than.tier - one.tier))


def base_score(candidate: Candidate) -> float:
    """The score without the pressure of the moment."""
    return (candidate.score or 0.0) + 1.0 - candidate.parts["pressure"]


def _fit(tier: int, difficulty: float, overshoot: float) -> float:
    gap = ABILITY[min(max(tier, 1), 4) - 1] - difficulty
    return max(0.0, 1.0 + SHORTFALL * gap) if gap < 0 else 1.0 - overshoot * gap


def hard_for(policy: Policy, model: Model) -> float:
    """The difficulty from which an answer of this local model may fall short, so that it comes with an offer."""
    return _within_reach(offer_threshold(policy, model.parameters), policy, model.tier)


def beyond(policy: Policy, ours: Sequence[Model]) -> float:
    """The difficulty that is beyond all these local models: what the largest cannot do, no other can."""
    largest = max((model.parameters or 0.0 for model in ours), default=None)
    return _within_reach(cloud_threshold(policy, largest), policy, max((model.tier for model in ours), default=2))


def _within_reach(threshold: float, policy: Policy, tier: int) -> float:
    """The smallest models are good for simple messages only, whatever their size says of the threshold."""
    always_or_never = policy.difficulty_fixed or threshold > HIGHEST
    return threshold if tier > 1 or always_or_never else min(threshold, MODERATE)


def _nearness(case: Case, model: Model) -> float:
    if model.locality is Locality.ON_DEVICE:
        return 1.0
    return 0.8 if case.is_local(model) else 0.0


def estimated_cost(case: Case, model: Model) -> float | None:
    """US dollars for a usual answer, the cached prefix counted cheaper; 0 on this user's own machines; `None` if unpriced."""
    price, request = model.price, case.request
    if price is None:
        return None if model.locality is Locality.REMOTE else 0.0
    history = request.history_tokens * price.input
    if price.cache_read is not None and model.id == request.current and request.history_tokens >= MIN_CACHED_PREFIX:
        history = request.history_tokens * price.cache_read
    output = min(ANSWER_TOKENS, request.max_output)
    return (history + request.message_tokens * price.input + output * price.output) / 1e6


def load_s(model: Model, live: Live) -> float:
    """Seconds to load the model: as learned, else from its size at 1 GB/s; 0 when it is loaded or not ours to load."""
    if not model.on_device or live.resident is not False:
        return 0.0
    return live.load_s if live.load_s is not None else (model.size_bytes or 0) / LOAD_BYTES_PER_SECOND


def first_token_s(case: Case, model: Model, live: Live) -> float:
    """Seconds until the answer begins: loading, then reading what the model has not read yet."""
    request = case.request
    wait = load_s(model, live)
    if model.on_device and live.prefill_per_second:
        known = model.id == request.current and live.resident is not False
        unread = request.message_tokens + (0 if known else request.history_tokens)
        return wait + unread / live.prefill_per_second
    return wait + (FIRST_TOKEN_S if live.first_token_s is None else live.first_token_s)


def too_slow(case: Case, model: Model, live: Live) -> bool:
    """Measured, not guessed: below the policy's speed, or with a first token later than its limit."""
    policy = case.policy
    if live.tokens_per_second is not None and live.tokens_per_second < policy.min_tokens_per_second:
        return True
    measured = live.prefill_per_second is not None or live.first_token_s is not None
    return measured and first_token_s(case, model, live) > policy.max_first_token_s


def _local_pressure(case: Case, model: Model, live: Live, notes: list[str]) -> float:
    """A busy machine costs a model up to 0.25, more if it is large or not loaded; a battery below 20 % asks for tier 1."""
    device, pressure = case.snapshot.device, 0.0
    if case.critical or (device.state is ResourceState.CONSTRAINED and not device.own_load):
        pressure += 0.15 if case.critical else 0.05
        pressure += 0.0 if live.resident else 0.05
        pressure += 0.05 * _relative_size(case, model)
        notes.append("this machine is busy")
    if device.on_battery and device.battery_percent is not None and device.battery_percent < LOW_BATTERY and model.tier > 1:
        pressure += 0.1
        notes.append("battery low")
    most = affordable_window(model, live, case.free, case.snapshot, case.policy.memory_headroom)
    window = model.window if most is None else min(model.window, max(most, case.alone))
    return pressure + _common_pressure(case, live, window, notes)


def _remote_pressure(case: Case, model: Model, live: Live, notes: list[str]) -> float:
    pressure = 0.0
    link = case.snapshot.links.get(model.host)
    if link is not None and link.state is ConnectivityState.DEGRADED:
        # over a slow line the smaller of two cloud models, which answers sooner and shorter, is the better one
        pressure += 0.1 if model.tier < LARGEST else 0.15
        notes.append("network slow")
    if case.snapshot.metered and "vision" in case.request.needs:
        pressure += 0.1
        notes.append("metered network")
    return pressure + _common_pressure(case, live, model.window, notes)


def _common_pressure(case: Case, live: Live, window: int, notes: list[str]) -> float:
    pressure = 0.0
    if case.need > window:
        pressure += 0.1
        notes.append(TRIMMED)
    if live.half_open:
        pressure += 0.1
        notes.append("failed a moment ago, tried again now")
    return pressure


def _relative_size(case: Case, model: Model) -> float:
    """0..1 among the models of this device; 0.5 when the size is unknown."""
    if not model.size_bytes:
        return 0.5
    return model.size_bytes / max(m.size_bytes or 0 for m in case.snapshot.models if m.on_device)


def switch_price(case: Case, to: Model) -> float:
    """What moving the conversation to `to` costs, 0..1: dollars to write a prefix again and seconds to load and read it.

    Half a scale at 5 cents or at 10 seconds. Below the smallest cacheable prefix no dollars are lost.
    """
    tokens, live = case.request.history_tokens, case.live_of(to)
    seconds = load_s(to, live)
    if to.on_device:
        seconds += tokens / (live.prefill_per_second or LOCAL_PREFILL)
    dollars = 0.0
    if to.price is not None and tokens >= MIN_CACHED_PREFIX:
        write = to.price.cache_write if to.price.cache_write is not None else to.price.input
        read = to.price.cache_read if to.price.cache_read is not None else to.price.input
        dollars = tokens * max(0.0, write - read) / 1e6
    return min(1.0, seconds / (seconds + SECONDS_SCALE) + dollars / (dollars + 5 * DOLLAR_SCALE))


def way_back(case: Case, chosen: Model, candidates: Sequence[Candidate]) -> Return | None:
    """What it would cost to bring a conversation back that stays away with `chosen`; `None` when nothing here could take it.

    Models that only the mode keeps out count: leaving the mode is the way back.
    """
    here = [c for c in candidates if c.model.on_device and all(o.rule == "mode" for o in objections(case, c.model))]
    if case.is_local(chosen) or not here:
        return None
    best = max(here, key=lambda c: (c.score or 0.0, -load_s(c.model, case.live_of(c.model)))).model
    live = case.live_of(best)
    speed = live.prefill_per_second
    return Return(best.id, load_s(best, live), case.request.history_tokens / speed if speed else None)

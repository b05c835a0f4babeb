"""The hard rules: each looks at one model and either lets it pass or says what removed it, with the figures.

The order is the order of `RULES`; the first rule that objects is the one people are told. An unknown never objects.
"""

from __future__ import annotations

from collections.abc import Callable

from hybridchat.facts import (
    Check,
    ConnectivityState,
    Link,
    Live,
    Locality,
    Mode,
    Model,
    Rejection,
    Request,
    ResourceState,
    Snapshot,
    Target,
)
from hybridchat.routing.memory import affordable_window, bytes_needed, memory_free
from hybridchat.routing.policy import Policy
from hybridchat.routing.preferences import in_force

NOTHING_KNOWN = Live()
BUILT_IN = frozenset({"resource_monitor", "connectivity_monitor", "budget", "privacy", "difficulty"})
"""Agents whose figures the rules and scores read themselves: their target is not counted a second time."""


class Case:
    """One message's question put to every model: the request, the gauges, and what follows from them for all candidates."""

    __slots__ = (
        "alone",
        "complex",
        "critical",
        "current",
        "free",
        "last_resort",
        "live",
        "models",
        "need",
        "policy",
        "priciest",
        "private",
        "request",
        "reserve",
        "side",
        "snapshot",
        "spent",
        "veto_cloud",
        "veto_local",
    )

    def __init__(self, request: Request, snapshot: Snapshot, policy: Policy, *, last_resort: bool = False) -> None:
        """With `last_resort` nobody else can answer, and a busy machine may load a model that it surely has the memory for."""
        self.request = request = in_force(request)
        self.last_resort = last_resort
        self.snapshot, self.policy = snapshot, policy
        self.models = {model.id: model for model in snapshot.models}
        self.live = snapshot.live
        self.reserve = request.reserve_tokens
        factor = policy.context_margin
        self.need = int((request.history_tokens + request.message_tokens) * factor) + self.reserve
        self.alone = int(request.message_tokens * factor) + self.reserve
        self.complex = request.difficulty.score >= policy.difficulty_cloud
        device = snapshot.device
        # while an answer of ours runs here, a busy machine is our own doing
        self.critical = device.state is ResourceState.CRITICAL and not device.own_load
        self.free = memory_free(device)
        self.private = _private(request, policy)
        self.spent = snapshot.budget.spent + snapshot.budget.reserved
        self.priciest = max((self.most(m) or 0.0 for m in snapshot.models if m.price is not None), default=None)
        self.veto_local, self.veto_cloud = _vetoes(request.checks)
        self.current = self.models.get(request.current) if request.current else None
        self.side = self._asked_side()

    def is_local(self, model: Model) -> bool:
        """On this device, or on a machine of the local network that the user trusts."""
        if model.locality is Locality.ON_DEVICE:
            return True
        return model.locality is Locality.LAN and model.host in self.policy.trust_lan

    def live_of(self, model: Model) -> Live:
        return self.live.get(model.id, NOTHING_KNOWN)

    def most(self, model: Model) -> float | None:
        """US dollars the answer can cost at most; `None` when unpriced."""
        price = model.price
        if price is None:
            return None
        tokens = self.request.history_tokens + self.request.message_tokens
        output = self.request.max_output if model.max_output is None else min(model.max_output, self.request.max_output)
        return (tokens * max(price.input, price.cache_write or 0.0) + output * price.output) / 1e6

    def _asked_side(self) -> Target | None:
        """The side the user asked for with "the other one", seen from the model that answered last."""
        if not self.request.escalated:
            return None
        return Target.CLOUD if self.current is None or self.is_local(self.current) else Target.LOCAL


Rule = Callable[[Case, Model, Live], Rejection | None]


def _private(request: Request, policy: Policy) -> str:
    """Why the message has to stay on this device, in words for people; empty when it need not."""
    if policy.redact_private and policy.cloud == "auto":
        return ""
    kinds = sorted(kind for kind, count in request.kinds.items() if count and kind in policy.private_kinds)
    if kinds:
        return f"the message holds {' and '.join('a ' + kind.lower() for kind in kinds)}"
    return "the check for private data did not finish" if request.scan_late else ""


def _vetoes(checks: tuple[Check, ...]) -> tuple[Check | None, Check | None]:
    """The first check that blocks local models, and the first that blocks the cloud; `hybrid` blocks both."""
    local = cloud = None
    for check in checks:
        if not check.proceed:
            if local is None and check.target is not Target.CLOUD:
                local = check
            if cloud is None and check.target is not Target.LOCAL:
                cloud = check
    return local, cloud


def wishes(checks: tuple[Check, ...]) -> list[Check]:
    """The checks of the user's own agents that ask for one side."""
    return [c for c in checks if c.proceed and c.target is not Target.HYBRID and c.agent not in BUILT_IN]


def excluded(case: Case, model: Model, _live: Live) -> Rejection | None:
    if model.id in case.request.excluded:
        return Rejection("excluded", "already failed at this message")
    return None


def mode(case: Case, model: Model, _live: Live) -> Rejection | None:
    held, local = case.request.mode, case.is_local(model)
    if not local:
        if held is Mode.ONLY_LOCAL and model.locality is Locality.REMOTE:
            return only(case, model, "LOCAL ONLY is on", "keeps it on this machine")
        if case.policy.cloud == "never" and model.locality is Locality.REMOTE:
            return Rejection("policy", "the configuration never sends anything to the cloud", model.locality.value, "never")
        if case.side is Target.LOCAL:
            return Rejection("asked", "a local model was asked for", model.locality.value, "local")
        return None
    if held is Mode.ONLY_CLOUD:
        return only(case, model, "CLOUD ONLY is on", "sends it to the cloud")
    if case.side is Target.CLOUD:
        return Rejection("asked", "the cloud was asked for", model.locality.value, "cloud")
    return None


def only(case: Case, model: Model, held: str, ruled: str) -> Rejection:
    """The objection of a mode that leaves no other way: the one that is held, or that of the user's own rule."""
    if case.request.rule_mode is not None:
        return Rejection("rule", f'your rule "{case.request.rule_name}" {ruled}', model.locality.value, case.request.mode.value)
    return Rejection("mode", held, model.locality.value, case.request.mode.value)


def pin(case: Case, model: Model, _live: Live) -> Rejection | None:
    if case.request.pin is not None and model.id != case.request.pin:
        return Rejection("pin", "another model was chosen by hand", model.id, case.request.pin)
    return None


def locality(case: Case, model: Model, _live: Live) -> Rejection | None:
    if model.locality is not Locality.LAN:
        return None
    only_local = case.request.mode is Mode.ONLY_LOCAL
    if (only_local or case.policy.cloud == "never") and not case.is_local(model):
        return Rejection("locality", f"{model.host} is another machine, and not a trusted one", model.host, "on_device")
    if only_local:
        # the promise is about this machine: a trusted one counts as local everywhere else
        return only(case, model, "LOCAL ONLY is on", "keeps it on this machine")
    return None


def privacy(case: Case, model: Model, _live: Live) -> Rejection | None:
    if case.private and model.locality is not Locality.ON_DEVICE:
        return Rejection("privacy", f"{case.private}: it stays on this machine", model.locality.value, "on_device")
    return None


def capability(case: Case, model: Model, _live: Live) -> Rejection | None:
    known = model.capabilities
    if not known:
        return None
    if "embedding" in known and "completion" not in known and "chat" not in known:
        return Rejection("capability", "it makes embeddings, not answers", "embedding", "completion")
    if missing := case.request.needs - known:
        words = ", ".join(sorted(missing))
        return Rejection("capability", f"it cannot do {words}", ", ".join(sorted(known)), words)
    return None


def context(case: Case, model: Model, _live: Live) -> Rejection | None:
    if case.alone <= model.window:
        return None
    if case.request.pin is not None and model.window_assumed:
        return None  # a window we only assumed is not reason enough to overrule a choice made by hand
    return Rejection("context", "the message alone is too long for it", case.alone, model.window)


def _worth_a_try(case: Case, model: Model, link: Link) -> bool:
    """A link that answers again, but not for long enough to be relied on: whoever asks for it by hand need not wait."""
    by_hand = case.request.pin == model.id or case.request.escalated or case.request.mode is Mode.ONLY_CLOUD
    return by_hand and link.up_since is not None


def connectivity(case: Case, model: Model, _live: Live) -> Rejection | None:
    link = case.snapshot.links.get(model.host)
    if link is not None and link.state is ConnectivityState.DISCONNECTED and not _worth_a_try(case, model, link):
        return Rejection("connectivity", link.reason or f"no connection to {model.host}", link.state.value, "connected")
    if case.snapshot.os_online is False and model.locality is Locality.REMOTE:
        return Rejection("connectivity", "this machine is offline", "offline", "connected")
    return None


def memory(case: Case, model: Model, live: Live) -> Rejection | None:
    if model.locality is not Locality.ON_DEVICE or case.request.pin is not None:
        return None
    window = affordable_window(model, live, case.free, case.snapshot, case.policy.memory_headroom)
    if case.critical and live.resident is False and not (case.last_resort and window is not None):
        return Rejection("device", "this machine is busy, and the model is not loaded", "critical", "constrained")
    if window is None or window >= case.alone or case.free is None:
        return None
    size = bytes_needed(model, min(case.alone, model.window))
    return Rejection(
        "memory", f"it needs {size / 1e9:.1f} GB of memory, {case.free / 1e9:.1f} GB are free", float(size), float(case.free)
    )


def breaker(case: Case, _model: Model, live: Live) -> Rejection | None:
    until, now = live.open_until, case.request.now
    if until is None or until <= now:
        return None
    return Rejection("breaker", live.open_reason or "it failed too often just now", round(until - now, 3), 0.0)


def budget(case: Case, model: Model, _live: Live) -> Rejection | None:
    limit = case.snapshot.budget.limit
    if limit is None or (model.price is None and model.locality is not Locality.REMOTE):
        return None
    most = case.most(model) if model.price is not None else case.priciest
    if most == 0.0 and model.price is not None:
        return None
    percent = 100.0 * case.spent / limit if limit > 0 else 100.0
    if percent >= 100.0 or (most is not None and case.spent + most > limit):
        return Rejection("budget", "today's budget does not reach", round(case.spent + (most or 0.0), 6), limit)
    asked = case.request.pin is not None or case.request.escalated
    if percent > case.policy.budget_closed and not asked:
        return Rejection("budget", "today's budget is nearly spent", round(percent, 1), case.policy.budget_closed)
    if percent > case.policy.budget_tight and not (asked or case.complex or case.request.mode is Mode.ONLY_CLOUD):
        return Rejection("budget", "today's budget is kept for harder messages", round(percent, 1), case.policy.budget_tight)
    return None


def checks(case: Case, model: Model, _live: Live) -> Rejection | None:
    veto = case.veto_local if case.is_local(model) else case.veto_cloud
    if veto is None:
        return None
    return Rejection("checks", f"{veto.agent} says no" + (f": {veto.reason}" if veto.reason else ""), veto.state, "proceed")


RULES: tuple[Rule, ...] = (
    excluded,
    mode,
    pin,
    locality,
    privacy,
    capability,
    context,
    connectivity,
    memory,
    breaker,
    budget,
    checks,
)


def first_objection(case: Case, model: Model, live: Live) -> Rejection | None:
    """The first hard rule's objection to `model`, or `None` when it may answer."""
    for rule in RULES:
        if (rejection := rule(case, model, live)) is not None:
            return rejection
    return None


def objections(case: Case, model: Model) -> list[Rejection]:
    """Every hard rule's objection to `model`, in order: what all would have to change before it may answer."""
    live = case.live_of(model)
    return [rejection for rule in RULES if (rejection := rule(case, model, live)) is not None]

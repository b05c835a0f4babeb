"""What one asked question came to: exit code, `--json` record, `--dry-run` report. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from hybridchat.cli import edge, sentences
from hybridchat.conversation import Ending
from hybridchat.events import Ended, Held, Offered
from hybridchat.facts import Check, ConnectivityState, Decision, Locality, Snapshot
from hybridchat.preview import Preview
from hybridchat.render import words
from hybridchat.routing.explain import sentence, to_record

POLICY_RULES = frozenset({"privacy", "policy", "mode", "rule", "asked", "locality"})


@dataclass(slots=True)
class Result:
    """The events of one turn, added up. `problem` is the sentence that ended it before there was a turn."""

    turn_id: str = ""
    text: list[str] = field(default_factory=list)
    decision: Decision | None = None
    held: Held | None = None
    offered: Offered | None = None
    ended: Ended | None = None
    hidden: Mapping[str, int] = field(default_factory=dict)
    interrupted: bool = False
    problem: str = ""

    @property
    def code(self) -> int:
        """The exit code."""
        if self.interrupted and (self.ended is None or self.ended.ending is not Ending.COMPLETE):
            return edge.INTERRUPTED
        if self.held is not None:
            return edge.POLICY
        if self.offered is not None and self.ended is None:
            return edge.NOTHING
        if self.ended is None:
            return edge.PROVIDER
        return _code_of(self.ended, self.decision)


def _code_of(ended: Ended, decision: Decision | None) -> int:
    if ended.ending is Ending.COMPLETE:
        return edge.INCOMPLETE if ended.error == "length" else edge.OK
    if ended.ending is Ending.CUT:
        return edge.INCOMPLETE
    if ended.ending is Ending.STOPPED or ended.error in {"blocked", "scan_error"}:
        return edge.POLICY
    if ended.error == "unreachable":
        return edge.NOTHING
    if ended.ending is Ending.UNROUTED and decision is not None:
        return unrouted_code(decision)
    return edge.PROVIDER


def unrouted_code(decision: Decision) -> int:
    """The exit code when every model was removed: by the budget, by what the user allows, or for want of one."""
    rules = {c.rejected.rule for c in decision.candidates if c.rejected is not None} - {"pin"}
    if "budget" in rules:
        return edge.BUDGET
    return edge.POLICY if rules and rules <= POLICY_RULES else edge.NOTHING


def record(result: Result, checks: Mapping[str, object]) -> dict[str, object]:
    """The one object of `--json`: schema 1. Holds the answer, and of what was hidden only the counts."""
    ended, decision = result.ended, result.decision
    made: dict[str, object] = {
        "schema": 1,
        "model_id": ended.model_id if ended else None,
        "response": "".join(result.text),
        "agent_checks": checks,
        "metrics": _metrics(ended),
        "inference_source": _source(ended),
        "routing_decision": to_record(decision) | {"reason": sentence(decision)} if decision else None,
        "redactions": dict(result.hidden),
        "ending": str(ended.ending) if ended else "held" if result.held else None,
        "notes": list(ended.notes) if ended else [],
    }
    if result.code != edge.OK or result.problem:
        made["error"] = _error(result)
    return made


def _error(result: Result) -> dict[str, str]:
    if result.problem:
        return {"type": "usage", "message": result.problem}
    if result.ended is None:
        return {"type": "consent", "message": "needs consent"}
    ended = result.ended
    return {"type": ended.error or str(ended.ending), "message": ended.text or "; ".join(ended.notes)}


def _metrics(ended: Ended | None) -> dict[str, float | None]:
    usage, timings = (ended.usage, ended.timings) if ended else (None, None)
    speed = timings.tokens_per_second(usage.output_tokens) if timings and usage else None
    return {
        "total_latency": timings.total_s if timings else None,
        "time_to_first_token": timings.first_token_s if timings else None,
        "tokens_per_second": round(speed, 2) if speed is not None else None,
        "input_tokens": usage.input_tokens if usage else None,
        "output_tokens": usage.output_tokens if usage else None,
        "cost": ended.cost if ended else None,
    }


def _source(ended: Ended | None) -> str | None:
    if ended is None or ended.locality is None:
        return None
    return "on_device" if ended.locality is Locality.ON_DEVICE else "in_cloud"


def stored_checks(snapshot: Snapshot, host: str | None) -> dict[str, object]:
    """The states a running chat left behind, as checks; `host` is whose way counts. Absent ones are `unknown`."""
    link = snapshot.links.get(host or "") or next(iter(snapshot.links.values()), None)
    device = snapshot.device
    checks = (
        Check(
            "resource_monitor",
            device.state,
            reason=device.reason,
            metrics={name: gauge.value for name, gauge in device.gauges.items()},
        ),
        Check(
            "connectivity_monitor",
            link.state if link else ConnectivityState.UNKNOWN,
            reason=link.reason if link else "",
            metrics={name: gauge.value for name, gauge in link.gauges.items()} if link else {},
        ),
    )
    return {check.agent: asdict(check) for check in checks}


def dry_record(preview: Preview) -> dict[str, object]:
    """The `--json` object of a dry run."""
    chosen = preview.decision.chosen
    return {
        "schema": 1,
        "dry_run": True,
        "model_id": chosen.id if chosen else None,
        "reason": preview.sentence,
        "asks_consent": preview.asks,
        "redactions": dict(preview.hidden) if chosen is not None and not chosen.on_device else {},
        "tokens": preview.tokens,
        "est_cost": preview.est_cost,
        "routing_decision": to_record(preview.decision),
    }


def dry_lines(preview: Preview) -> list[str]:
    """The same for people."""
    chosen = preview.decision.chosen
    stays = chosen is not None and chosen.on_device
    counts = ", ".join(f"{n} {kind.lower()}" for kind, n in preview.hidden.items()) or "nothing"
    cost = "$0" if stays else words.money(preview.est_cost) + (" at most" if preview.est_cost else "")
    cost += f" ({preview.old_price})" if preview.old_price else ""
    lines = [
        f"model    {words.short(chosen.id)} ({words.PLACES[chosen.locality]})" if chosen else "model    none",
        f"why      {sentences.without_keys(preview.sentence)}",
        f"personal {counts}; stays here" if stays else f"hidden   {counts}",
        f"tokens   about {preview.tokens:,}",
    ]
    if chosen is not None:
        lines.append(f"cost     {cost}")
    if preview.think:
        lines.append(f"think    {preview.think}")
    if preview.asks:
        lines.append("consent  would be asked first (--cloud gives it)")
    return [*lines, "sent     nothing (dry run)"]

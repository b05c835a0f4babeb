"""The full story of one decision: every candidate, what removed it or how it scored."""

from __future__ import annotations

from textwrap import wrap

from textual.content import Content

from hybridchat.facts import Candidate, Decision
from hybridchat.render.words import money, seconds
from hybridchat.routing.explain import sentence, table


def page(decision: Decision, width: int = 100) -> Content:
    """One paragraph per candidate under the sentence that decided, for `width` cells."""
    rows: list[tuple[str, str]] = [(f"{sentence(decision)}\n\n", "bold")]
    for model_id, verdict, why in table(decision):
        candidate = decision.candidate(model_id)
        tone = "$muted" if verdict == "out" else "$local" if candidate is None or candidate.model.on_device else "$cloud"
        rows.append((f"{'◄' if verdict == 'answers' else ' '} {model_id}", f"{tone} bold"))
        rows.append((f"  {verdict}\n", tone))
        rows.append((_indented(why, width), "$foreground"))
        if candidate is not None and (figures := _figures(candidate)):
            rows.append((_indented(figures, width), "$muted"))
        rows.append(("\n", ""))
    rows += [(f"agent {failure}\n", "$warn") for failure in decision.failed]
    facts = [f"strategy {decision.strategy}"] if decision.strategy else []
    if decision.rule:
        facts.append(f"rule {decision.rule}")
    if decision.margin is not None:
        facts.append(f"ahead by {decision.margin:.2f}")
    rows.append((" · ".join(facts), "$muted"))
    return Content.assemble(*rows)


def _indented(text: str, width: int) -> str:
    rows = wrap(text, max(12, width - 4), break_on_hyphens=False) or [""]
    return "".join(f"    {row}\n" for row in rows)


def _figures(candidate: Candidate) -> str:
    rejected = candidate.rejected
    if rejected is not None:
        if rejected.value is None:
            return f"rule {rejected.rule}"
        limit = "" if rejected.limit is None else f", limit {rejected.limit}"
        return f"rule {rejected.rule}: {rejected.value}{limit}"
    parts = [f"{name} {value:.2f}" for name, value in candidate.parts.items()]
    if candidate.score is not None:
        parts.insert(0, f"score {candidate.score:.2f}")
    if candidate.est_first_token_s is not None:
        parts.append(f"first word after about {seconds(candidate.est_first_token_s)}")
    if candidate.est_cost is not None and not candidate.model.on_device:
        parts.append(f"about {money(candidate.est_cost)}")
    return " · ".join(parts)

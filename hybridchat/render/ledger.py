"""What left, in words: the same on the screen, in plain mode and on the command line."""

from __future__ import annotations

from collections.abc import Sequence

from hybridchat.render import words
from hybridchat.sessions.ledger import LedgerRow


def whom(row: LedgerRow) -> str:
    """`question to gpt-6.1-terra`, or what a contact without content was."""
    if row.kind == "contact":
        return "asked whether it answers"
    purpose = "question" if row.purpose in {"", "answer"} else row.purpose
    return f"{purpose} to {words.short(row.model_id or '')}"


def what(row: LedgerRow) -> str:
    """`334 bytes · 60 tokens · $0.004 · 1 email hidden`; an unknown is left out, or said to be one."""
    if row.kind == "contact":
        parts = [words.plural(row.n, "time")]
        parts += [f"{row.failed} failed"] if row.failed else []
        parts += [f"{row.ms:.0f} ms"] if row.ms is not None else []
        return " · ".join(parts)
    if row.bytes is None:
        return "nothing left"
    parts = [f"{row.bytes:,} bytes"]
    if row.failed:
        return f"{parts[0]} reached nobody: no connection"
    parts += [words.plural(row.tokens, "token")] if row.tokens is not None else []
    parts.append(words.money(row.cost))
    if row.hidden:
        parts.append(f"{hidden(row)} hidden")
    return " · ".join(parts)


def no_body(row: LedgerRow) -> str:
    """Why there are no bytes to show for a row."""
    if row.kind == "contact":
        return "Only whether it answers was asked: nothing of yours went along."
    if row.bytes is None:
        return "Nothing has left."
    return f"The conversation was erased, and with it the bytes that left. Their SHA-256 was {row.sha256}."


def hidden(row: LedgerRow) -> str:
    """`1 email, 2 phone`."""
    return ", ".join(f"{count} {kind.lower().replace('_', ' ')}" for kind, count in row.hidden.items())


def total(rows: Sequence[LedgerRow]) -> str:
    """`3 messages left this machine · 4,210 bytes to 2 hosts · $0.012 · 5 values hidden`."""
    sent = [row for row in rows if row.kind != "contact" and row.bytes is not None and not row.failed]
    if not sent:
        return "No message has left this machine."
    hosts = len({row.host for row in sent})
    unpriced = any(row.cost is None for row in sent)
    spent = words.money(sum(row.cost or 0.0 for row in sent) if not unpriced or any(row.cost for row in sent) else None)
    parts = [
        f"{words.plural(len(sent), 'message')} left this machine",
        f"{sum(row.bytes or 0 for row in sent):,} bytes to {words.plural(hosts, 'host')}",
        f"{spent}{' and some at a price unknown' if unpriced and spent != words.UNPRICED else ''}",
        f"{words.plural(sum(sum(row.hidden.values()) for row in sent), 'value')} hidden",
    ]
    return " · ".join(parts)

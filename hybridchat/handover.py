"""What exactly a target will see: the history fitted to its window, and redacted unless it runs on this device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hybridchat.conversation import Hidden, Message, Package, Role, Turn
from hybridchat.facts import Finding, Model, Usage
from hybridchat.privacy.placeholders import PlaceholderTable
from hybridchat.privacy.scan import left_readable, merge
from hybridchat.tokens import estimate

MARGIN = 1.15
"""Token estimates run short of real tokenizers by up to this factor."""
PLACEHOLDER_NOTE = (
    "Tokens such as {example} stand for values the user keeps private. Treat each as the value itself "
    "and copy it exactly as written, brackets included."
)

Scan = Callable[[str], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class Parts:
    """The real text a package is made from."""

    system: str
    history: tuple[Turn, ...]
    question: str
    turn_id: str | None = None


def messages_of(turn: Turn) -> tuple[Message, ...]:
    """A turn as the next model reads it; nothing when it never got an answer."""
    answer = turn.answer
    if answer is None or not answer.text.strip():
        return ()
    return (Message(Role.USER, turn.question), Message(Role.ASSISTANT, answer.text))


def turn_tokens(turn: Turn) -> int:
    return sum(estimate(m.text) + 4 for m in messages_of(turn))


def fit(history: Sequence[Turn], fixed_tokens: int, window: int, reserve: int) -> tuple[Turn, ...]:
    """The longest run of last whole turns that fits `window` beside `fixed_tokens` and `reserve` (tokens)."""
    room = window - reserve - fixed_tokens * MARGIN
    kept: list[Turn] = []
    for turn in reversed(history):
        room -= turn_tokens(turn) * MARGIN
        if room < 0:
            break
        kept.append(turn)
    return tuple(reversed(kept))


def build(
    model: Model,
    parts: Parts,
    table: PlaceholderTable,
    scan: Scan,
    *,
    readable: bool,
    window: int,
    num_ctx: int | None,
    max_output: int,
    reserve: int,
    mint: bool = True,
) -> Package:
    """Builds what `model` will see.

    Args:
        readable: the target runs on this device (or is trusted): it gets the real text.
        window: tokens of the effective window; `reserve` of them stay free for the answer.
        mint: False for a preview, which must not number new placeholders.

    Raises:
        privacy.scan.ScanError: the scanner failed; nothing may be sent then.
    """
    system = Message(Role.SYSTEM, parts.system)
    fixed = estimate(parts.system) + estimate(parts.question) + 8
    kept = fit([t for t in parts.history if messages_of(t)], fixed, window, min(reserve, max_output))
    body = [m for t in kept for m in messages_of(t)] + [Message(Role.USER, parts.question)]
    origins = [(t.id, t.answer.id if m.role is Role.ASSISTANT and t.answer else None) for t in kept for m in messages_of(t)]
    hidden: tuple[Hidden, ...] = ()
    left: tuple[str, ...] = ()
    if not readable:
        redacted = _redact([system, *body], table, scan, mint=mint)
        system, body, hidden, left = redacted.messages[0], list(redacted.messages[1:]), redacted.hidden, redacted.left
        if hidden:
            note = PLACEHOLDER_NOTE.format(example=hidden[0].placeholder)
            system = Message(Role.SYSTEM, f"{system.text}\n\n{note}".strip())
    messages = ((system,) if system.text else ()) + tuple(body)
    tokens = sum(estimate(m.text) + 4 for m in messages)
    all_turns = sum(1 for t in parts.history if messages_of(t))
    return Package(
        model_id=model.id,
        host=model.host,
        locality=model.locality,
        messages=messages,
        tokens=tokens,
        turns=len(kept) + 1,
        turns_left_out=all_turns - len(kept),
        hidden=hidden,
        left=left,
        est_cost=model.price.cost(Usage(tokens, max_output)) if model.price else None,
        num_ctx=num_ctx,
        max_output=max_output,
        origins=(((None, None),) if system.text else ()) + (*origins, (parts.turn_id, None)),
    )


@dataclass(frozen=True, slots=True)
class _Redacted:
    messages: tuple[Message, ...]
    hidden: tuple[Hidden, ...]
    left: tuple[str, ...]


def _redact(messages: Sequence[Message], table: PlaceholderTable, scan: Scan, *, mint: bool) -> _Redacted:
    table = table if mint else table.fork()
    found = [tuple(scan(m.text)) for m in messages]
    # twice: a value found in the last message must be hidden in the first one too
    fresh = {h.placeholder for m, f in zip(messages, found, strict=True) for h in table.redact(m.text, f).hidden if h.new}
    every = [merge(f, table.known(m.text)) for m, f in zip(messages, found, strict=True)]
    redacted = [table.redact(m.text, f) for m, f in zip(messages, every, strict=True)]
    seen: dict[str, Hidden] = {}
    for item in (h for r in redacted for h in r.hidden):
        seen.setdefault(item.placeholder, replace(item, new=item.placeholder in fresh))
    left = (word for m, f in zip(messages, every, strict=True) if m.role is not Role.SYSTEM for word in left_readable(m.text, f))
    return _Redacted(
        messages=tuple(Message(m.role, r.text) for m, r in zip(messages, redacted, strict=True)),
        hidden=tuple(seen.values()),
        left=tuple(dict.fromkeys(left)),
    )

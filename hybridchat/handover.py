"""What exactly a target will see: the history fitted to its window, and redacted unless it runs on this device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from hybridchat.conversation import Hidden, Message, Package, Role, Turn
from hybridchat.facts import Finding, Model, Usage
from hybridchat.privacy.placeholders import PlaceholderTable
from hybridchat.privacy.scan import left_readable, merge
from hybridchat.privacy.tokens import LITERAL
from hybridchat.tokens import estimate
from hybridchat.value import value

MARGIN = 1.15
"""Token estimates run short of real tokenizers by up to this factor."""
PER_MESSAGE = 4
"""Tokens a message takes beside its text."""
NOTE_TOKENS = 48
PLACEHOLDER_NOTE = (
    "Tokens such as {example} stand for values the user keeps private. Treat each as the value itself "
    "and copy it exactly as written, brackets included."
)

Scan = Callable[[str], Sequence[Finding]]


@value
class Parts:
    """The real text a package is made from."""

    system: str
    history: tuple[Turn, ...]
    question: str
    turn_id: str | None = None


@value
class Room:
    """Tokens: the effective window, what of it stays free for the answer, and the most the answer may take."""

    window: int
    reserve: int
    max_output: int
    num_ctx: int | None = None


def messages_of(turn: Turn) -> tuple[Message, ...]:
    """A turn as the next model reads it; nothing when it never got an answer."""
    answer = turn.answer
    if answer is None or not answer.text.strip():
        return ()
    return (Message(Role.USER, turn.question), Message(Role.ASSISTANT, answer.text))


def turn_tokens(turn: Turn) -> int:
    return sum(estimate(m.text) + PER_MESSAGE for m in messages_of(turn))


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


def build(model: Model, parts: Parts, room: Room, redactor: Redactor | None) -> Package:
    """Builds what `model` will see. Without a `redactor` it gets the real text: it runs on this device, or is trusted.

    Raises:
        privacy.scan.ScanError: the scanner failed; nothing may be sent then.
    """
    asked = [t for t in parts.history if messages_of(t)]
    fixed = estimate(parts.system) + estimate(parts.question) + 2 * PER_MESSAGE + (NOTE_TOKENS if redactor else 0)
    kept = fit(asked, fixed, room.window, min(room.reserve, room.max_output))
    messages = [
        Message(Role.SYSTEM, parts.system),
        *(m for t in kept for m in messages_of(t)),
        Message(Role.USER, parts.question),
    ]
    origins: list[tuple[str | None, str | None]] = [(None, None)]
    origins += [(t.id, t.answer.id if m.role is Role.ASSISTANT and t.answer else None) for t in kept for m in messages_of(t)]
    origins.append((parts.turn_id, None))
    hidden: tuple[Hidden, ...] = ()
    left: tuple[str, ...] = ()
    if redactor is not None:
        messages, hidden, left = redactor.redact(messages)
    if not messages[0].text:
        messages, origins = messages[1:], origins[1:]
    tokens = sum(estimate(m.text) + PER_MESSAGE for m in messages)
    return Package(
        model_id=model.id,
        host=model.host,
        locality=model.locality,
        messages=tuple(messages),
        tokens=tokens,
        turns=len(kept) + 1,
        turns_left_out=len(asked) - len(kept),
        hidden=hidden,
        left=left,
        est_cost=model.price.cost(Usage(tokens, room.max_output)) if model.price else None,
        num_ctx=room.num_ctx,
        max_output=room.max_output,
        origins=tuple(origins),
    )


@value
class Redactor:
    """Hides what `scan` finds, and what the session's table has learnt. With a fork of the table nothing is minted."""

    table: PlaceholderTable
    scan: Scan

    def redact(self, messages: Sequence[Message]) -> tuple[list[Message], tuple[Hidden, ...], tuple[str, ...]]:
        """The messages fit to leave (system first), what is hidden in them, and what is left to look at once."""
        table = self.table
        found = [tuple(self.scan(m.text)) for m in messages]
        # twice: a value found in the last message must be hidden in the first one too
        scanned: dict[str, Hidden] = {}
        for item in (h for m, f in zip(messages, found, strict=True) for h in table.redact(m.text, f).hidden):
            scanned.setdefault(item.placeholder, item)
        every = [merge(f, table.known(m.text)) for m, f in zip(messages, found, strict=True)]
        redacted = [table.redact(m.text, f) for m, f in zip(messages, every, strict=True)]
        seen: dict[str, Hidden] = {}
        for item in (h for r in redacted for h in r.hidden):
            # what the scan says of a value tells more than that it was hidden before
            first = scanned.get(item.placeholder, item)
            seen.setdefault(item.placeholder, replace(item, new=item.new or first.new, reason=first.reason))
        left = (w for m, f in zip(messages, every, strict=True) if m.role is not Role.SYSTEM for w in left_readable(m.text, f))
        texts = [r.text for r in redacted]
        texts[0] = f"{texts[0]}\n\n{self._note()}".strip()
        return (
            [Message(m.role, text) for m, text in zip(messages, texts, strict=True)],
            tuple(seen.values()),
            tuple(dict.fromkeys(left)),
        )

    def _note(self) -> str:
        """What placeholders are, once the session has any: always the same words, so that caches of the prefix survive."""
        example = next((row.placeholder for row in self.table.rows if row.kind != LITERAL), None)
        note = PLACEHOLDER_NOTE.format(example=example) if example else ""
        # somebody may hide a word that the note itself is made of
        return "" if self.table.leaks(note) else note

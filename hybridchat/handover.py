"""What exactly a target will see: the history fitted to its window, and redacted unless it runs on this device."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace

from hybridchat.conversation import Hidden, Message, Package, Picture, Role, Turn
from hybridchat.earlier import (
    ANOTHER,
    ANOTHER_TOKENS,
    MARGIN,
    PER_MESSAGE,
    Earlier,
    History,
    earlier,
    fit,
    from_another,
    messages_of,
    turn_tokens,
)
from hybridchat.facts import Finding, Model, Usage
from hybridchat.privacy.placeholders import PlaceholderTable
from hybridchat.privacy.scan import merge, without
from hybridchat.privacy.tokens import Core
from hybridchat.privacy.words import WordIndex, collapse
from hybridchat.sessions.summaries import Summary
from hybridchat.tokens import PER_PICTURE, estimate
from hybridchat.value import value

NOTE_TOKENS = 48
PLACEHOLDER_NOTE = (
    "Tokens such as {example} stand for values the user keeps private. Treat each as the value itself "
    "and copy it exactly as written, brackets included."
)

Scan = Callable[[str], Sequence[Finding]]
Origin = tuple[str | None, str | None]
"""Ids of the turn and of the attempt that a text comes from."""


@value
class Parts:
    """The real text a package is made from."""

    system: str
    history: tuple[Turn, ...]
    question: str
    turn_id: str | None = None
    pictures: Mapping[str, tuple[Picture, ...]] = field(default_factory=dict)
    """Turn id -> the pictures that go with its question."""
    summary: Summary | None = None
    """What a model wrote of the beginning of the history, if it did."""


@value
class Room:
    """Tokens: the effective window, what of it stays free for the answer, and the most the answer may take.

    `history` says how much of the earlier turns may be in it.
    """

    window: int
    reserve: int
    max_output: int
    num_ctx: int | None = None
    history: History = "full"


def build(model: Model, parts: Parts, room: Room, redactor: Redactor | None) -> Package:
    """Builds what `model` will see. Without a `redactor` it gets the real text: it runs on this device, or is trusted.

    Raises:
        privacy.scan.ScanError: the scanner failed; nothing may be sent then.
    """
    asked = [t for t in parts.history if messages_of(t)]
    fixed = estimate(parts.system) + estimate(parts.question) + 2 * PER_MESSAGE + (NOTE_TOKENS if redactor else 0)
    fixed += PER_PICTURE * sum(map(len, parts.pictures.values()))
    if from_another(asked, model.id):
        fixed += ANOTHER_TOKENS
    most = free = room.window - min(room.reserve, room.max_output)
    while True:
        before = earlier(asked, fixed, free, room.history, parts.summary)
        messages, origins = _laid_out(parts, before)
        seen = Seen()
        if redactor is not None:
            messages, seen = redactor.redact(messages)
        another = from_another(asked if before.summary else before.kept, model.id)
        messages, origins = _opened(messages, origins, before, another=another, redactor=redactor)
        tokens = sum(estimate(m.text) + PER_MESSAGE + len(m.pictures) * PER_PICTURE for m in messages)
        over = tokens * MARGIN - most
        if redactor is None or over <= 0 or not (before.kept or before.summary):
            break
        # placeholders are longer than most names: fewer turns, or a shorter summary
        free -= max(1, math.ceil(over))
    kept_back = room.history != "full"
    return Package(
        model_id=model.id,
        host=model.host,
        locality=model.locality,
        messages=tuple(messages),
        tokens=tokens,
        turns=len(before.kept) + 1,
        turns_left_out=0 if kept_back else before.gone,
        turns_kept_back=before.gone if kept_back else 0,
        summarised=bool(before.summary),
        summary_by=before.by,
        hidden=seen.hidden,
        left=seen.left,
        doubtful=seen.doubtful,
        subject=seen.subject,
        est_cost=model.price.cost(Usage(tokens, room.max_output)) if model.price else None,
        num_ctx=room.num_ctx,
        max_output=room.max_output,
        origins=tuple(origins),
    )


def _laid_out(parts: Parts, before: Earlier) -> tuple[list[Message], list[Origin]]:
    """The real texts in their order, and the turn and attempt each comes from.

    A summary stands by itself, as the conversation's: what is left readable in it must be shown like the rest.
    """
    messages = [Message(Role.SYSTEM, parts.system)]
    origins: list[Origin] = [(None, None)]
    if before.summary:
        messages.append(Message(Role.USER, before.summary))
        origins.append((None, None))
    for turn in before.kept:
        for message in messages_of(turn):
            seen = parts.pictures.get(turn.id, ()) if message.role is Role.USER else ()
            messages.append(replace(message, text=turn.question, pictures=seen) if seen else message)
            origins.append((turn.id, turn.answer.id if message.role is Role.ASSISTANT and turn.answer else None))
    question = Message(Role.USER, parts.question, parts.pictures.get(parts.turn_id or "", ()))
    return [*messages, question], [*origins, (parts.turn_id, None)]


def _opened(
    messages: list[Message], origins: list[Origin], before: Earlier, *, another: bool, redactor: Redactor | None
) -> tuple[list[Message], list[Origin]]:
    """With one message in front: the system text, whose answers these are, and the summary.

    What changes least comes first, for the caches of the prefix. Servers take one system message, and only as the first one.
    """
    opening = [messages[0].text]
    if another and not (redactor is not None and redactor.table.leaks(ANOTHER)):
        opening.append(ANOTHER)
    rest = 1
    if before.summary:
        opening.append(messages[1].text)
        rest = 2
    text = "\n\n".join(part for part in opening if part)
    if not text:
        return messages[rest:], origins[rest:]
    return [Message(Role.SYSTEM, text), *messages[rest:]], [origins[0], *origins[rest:]]


@value
class Amended:
    """What the user said of single values, for one conversation: hidden and shown all the same, whatever the scan says."""

    hide: tuple[str, ...] = ()
    show: tuple[str, ...] = ()

    def with_(self, *, hide: Sequence[str] = (), show: Sequence[str] = ()) -> Amended:
        """With more said; the last word on a value holds."""
        gone = {collapse(word) for word in (*hide, *show)}
        kept_hidden = [word for word in self.hide if collapse(word) not in gone]
        kept_shown = [word for word in self.show if collapse(word) not in gone]
        return Amended((*kept_hidden, *hide), (*kept_shown, *show))


NOTHING_SAID = Amended()


@value
class Seen:
    """What a redaction found: values hidden, words left to look at, the doubtful ones among them, and hidden values that the

    last message is about.
    """

    hidden: tuple[Hidden, ...] = ()
    left: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()


def _unsuspecting(_: str) -> Sequence[Finding]:
    return ()


@value
class Redactor:
    """Hides what `scan` finds, and what the session's table has learnt. With a fork of the table nothing is minted.

    `never` are words that are hidden in no conversation, `suspects` finds what may be a name though it is not hidden.
    """

    table: PlaceholderTable
    scan: Scan
    suspects: Scan = _unsuspecting
    amended: Amended = NOTHING_SAID
    never: tuple[str, ...] = ()

    def redact(self, messages: Sequence[Message]) -> tuple[list[Message], Seen]:
        """The messages fit to leave (system first), and what was seen in them."""
        table, forced = self.table, WordIndex(self.amended.hide)
        spared = self._spared(self._public(messages))
        found = [self._found(m.text, spared, forced) for m in messages]
        # twice: a value found in the last message must be hidden in the first one too
        scanned: dict[str, Hidden] = {}
        for item in (h for m, f in zip(messages, found, strict=True) for h in table.redact(m.text, f).hidden):
            scanned.setdefault(item.placeholder, item)
        every = [merge(f, table.known(m.text, spared)) for m, f in zip(messages, found, strict=True)]
        redacted = [table.redact(m.text, f) for m, f in zip(messages, every, strict=True)]
        seen: dict[str, Hidden] = {}
        for item in (h for r in redacted for h in r.hidden):
            # what the scan says of a value tells more than that it was hidden before
            first = scanned.get(item.placeholder, item)
            seen.setdefault(item.placeholder, replace(item, new=item.new or first.new, reason=first.reason))
        texts = [r.text for r in redacted]
        texts[0] = f"{texts[0]}\n\n{self._note()}".strip()
        left, doubtful = self._left(messages, every, spared)
        told = Seen(tuple(seen.values()), left, doubtful, _subject(messages[-1].text, every[-1]))
        return [replace(m, text=text) for m, text in zip(messages, texts, strict=True)], told

    @property
    def spared(self) -> WordIndex:
        """Phrases that stay readable: never hidden, or shown in this conversation."""
        return self._spared(())

    def hides(self, text: str) -> bool:
        """Whether something in `text` would be hidden, were it said."""
        return bool(self._found(text, WordIndex(()), WordIndex(self.amended.hide)) or self.table.known(text))

    def _spared(self, public: Sequence[str]) -> WordIndex:
        hidden = {collapse(word) for word in self.amended.hide}
        return WordIndex([w for w in (*self.never, *self.amended.show, *public) if collapse(w) not in hidden])

    def _public(self, messages: Sequence[Message]) -> list[str]:
        """Places that a question is about and everybody knows, unless they were hidden before: hiding them helps nobody."""
        from hybridchat.privacy.subject import public  # read when something is about to leave, not for every start

        said = [w for m in messages if m.role is Role.USER for w in public(m.text, self.scan(m.text))]
        return [word for word in said if not self.table.known(word)]

    def _found(self, text: str, spared: WordIndex, forced: WordIndex) -> tuple[Finding, ...]:
        added = [Finding(a, b, "TERM", "hidden by you") for a, b, _ in forced.find(text)]
        return merge(without(tuple(self.scan(text)), spared.find(text), but=SECRET), added)

    def _left(
        self, messages: Sequence[Message], every: Sequence[Sequence[Finding]], spared: WordIndex
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What stays readable and deserves a look, the doubtful first, and the doubtful alone."""
        from hybridchat.privacy.leftover import leftovers  # read when something is about to leave, not for every start

        left: dict[str, bool] = {}
        for message, findings in zip(messages, every, strict=True):
            if message.role is Role.SYSTEM:
                continue
            for item in leftovers(message.text, findings, self.suspects(message.text)):
                if not any(b - a == len(item.text) for a, b, _ in spared.find(item.text)):
                    left[item.text] = left.get(item.text, False) or item.doubtful
        doubtful = tuple(word for word, doubt in left.items() if doubt)
        return (*doubtful, *(word for word, doubt in left.items() if not doubt)), doubtful

    def _note(self) -> str:
        """What placeholders are: the same words from the first message on, so that caches of the prefix survive."""
        note = PLACEHOLDER_NOTE.format(example=self.table.marks.wrap(Core("PERSON", 1)))
        # somebody may hide a word that the note itself is made of
        return "" if self.table.leaks(note) else note


SECRET = frozenset({"SECRET"})
"""Kinds that nothing said for one conversation shows."""


def _subject(question: str, findings: Sequence[Finding]) -> tuple[str, ...]:
    from hybridchat.privacy.subject import subject  # as what is left

    return tuple(dict.fromkeys(question[f.start : f.end] for f in subject(question, findings)))


__all__ = ["Amended", "Parts", "Redactor", "Room", "build", "fit", "messages_of", "turn_tokens"]

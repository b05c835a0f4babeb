"""The program's own sentences about messages: head lines and marks, as plain strings.

The screens, plain mode and `ask` all say the same words. `spell` turns them into ASCII for terminals that have nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile
from typing import TYPE_CHECKING

from hybridchat.facts import Budget, BudgetState, Decision, Locality, Timings, Usage, in_dollars

if TYPE_CHECKING:
    from hybridchat.conversation import Attempt, Ending, Message, Package, Turn
    from hybridchat.events import Ended, FellBack, HandedOver, SecondLook

_ASCII = {
    "→": "->", "←": "<-", "⇡": "=>", "⇣": "<=", "·": "-", "…": "...", "–": "-", "—": "-", "■": "#", "▪": "*", "◄": "<",
    "✓": "ok", "✗": "x", "≈": "~", "●": "*", "○": "o", "─": "-", "│": "|", "×": "x", "’": "'", "≥": ">=", "≤": "<=",
    "▁": "_", "▂": "_", "▃": "-", "▄": "-", "▅": "=", "▆": "=", "▇": "#", "█": "#", "⚑": "!", "↑": "up", "↓": "down",
}  # fmt: skip
_ASCII_TABLE = str.maketrans(_ASCII)

PLACES = {Locality.ON_DEVICE: "on this machine", Locality.LAN: "in your network", Locality.REMOTE: "cloud"}

NAMES_STAY = "names are not hidden"
UNFOUND = f"patterns and your own terms only: {NAMES_STAY}"
"""Said wherever something may leave while names cannot be found."""


NO_PRICE, UNPRICED = "no price", "price unknown"
"""What an answer of the demo costs."""

UNTOLD = "none"
"""What `/system` takes for no text."""


def told_first(system: str) -> str:
    """What every model is told first in a conversation, as a sentence."""
    if not system:
        return "Models are told nothing first here. /system TEXT tells them something, in this conversation only."
    return f"Told first in this conversation: {system}\n/system {UNTOLD} takes it away."


def spell(text: str, *, ascii_only: bool) -> str:
    """Our own words for this terminal; a sign without an ASCII spelling becomes `?`."""
    if not ascii_only or text.isascii():
        return text
    return text.translate(_ASCII_TABLE).encode("ascii", "replace").decode("ascii")


def short(model_id: str) -> str:
    """`ollama:llama3.2` -> `llama3.2`; the name alone, as people say it."""
    return model_id.partition(":")[2] or model_id


def started(text: str) -> str:
    """`text` as a sentence: a capital first, a full stop last."""
    end = "" if text.endswith((".", "?", "!")) else "."
    return f"{text[:1].upper()}{text[1:]}{end}" if text else ""


def plural(count: int, word: str, many: str = "") -> str:
    return f"{count:,} {word if count == 1 else many or word + 's'}"


def money(amount: float | None) -> str:
    """US dollars with as many digits as matter; `None` is `price unknown`."""
    return UNPRICED if amount is None else in_dollars(amount)


def band(budget: Budget) -> str:
    """What to say of a budget from which much is gone; empty up to 70 percent, and without one."""
    used, limit = budget.spent + budget.reserved, budget.limit
    if limit is None or budget.state not in {BudgetState.CONSTRAINED, BudgetState.CRITICAL}:
        return ""
    if used >= limit:
        return "spent"
    share = f"{min(99, round(100 * used / limit))} % spent"
    return f"nearly gone, {share}" if budget.state is BudgetState.CRITICAL else share


def attached(turn: Turn) -> tuple[str, ...]:
    """`photo.png, picture, 120 kB` for each picture of a question."""
    return tuple(f"{one.name}, picture, {size(one.size)}" for one in turn.attachments)


def seconds(value: float) -> str:
    if value < 10:
        return f"{value:.1f} s"
    return f"{value:.0f} s" if value < 120 else f"{int(value // 60)} min {int(value % 60):02d} s"


def size(count: int | None) -> str:
    """Bytes as people read them: `3.1 GB`; empty when unknown."""
    if count is None:
        return ""
    value = float(count)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}"
        value /= 1000
    return f"{value:.1f} GB" if value < 100 else f"{value:.0f} GB"


def head(
    model_id: str,
    locality: Locality,
    *,
    timings: Timings | None = None,
    usage: Usage | None = None,
    cost: float | None = None,
    hidden: int = 0,
    demo: bool = False,
) -> str:
    """`llama3.2 · on this machine · 0.8 s · 42 tok/s`; without `timings` the answer still runs and only the place is said."""
    parts = [short(model_id), PLACES[locality]]
    if timings is not None:
        if timings.total_s is not None:
            parts.append(seconds(timings.total_s))
        speed = timings.tokens_per_second(usage.output_tokens if usage else None)
        if locality is not Locality.REMOTE and speed is not None:
            parts.append(f"{speed:.0f} tok/s")
        if locality is Locality.REMOTE or cost:
            # also beside a local answer, where others were paid before it
            parts.append(NO_PRICE if demo else money(cost))
    if usage is not None and usage.reasoning_tokens:
        parts.append(f"thought {usage.reasoning_tokens:,} tok")
    if hidden:
        parts.append(f"{plural(hidden, 'item')} hidden")
    return " · ".join(parts)


def head_of(attempt: Attempt, turn: Turn, *, demo: bool = False) -> str:
    """The head line of a stored answer, with what the attempts cost that came before it and said nothing."""
    done = attempt.ending is not None
    return head(
        attempt.model_id,
        attempt.locality,
        timings=attempt.timings if done else None,
        usage=attempt.usage,
        cost=_paid(attempt, turn),
        demo=demo,
    )


def _paid(attempt: Attempt, turn: Turn) -> float | None:
    before = [a.id for a in turn.attempts].index(attempt.id) if attempt in turn.attempts else 0
    silent = [a.cost for a in takewhile(lambda a: not a.text, reversed(turn.attempts[:before])) if a.cost]
    return sum(silent) + (attempt.cost or 0.0) if silent else attempt.cost


def loading(left_s: float | None) -> str:
    """`loading 6 s`, by what loading took before; `loading` where it was never measured."""
    return "loading" if left_s is None else f"loading {max(1, round(left_s))} s"


def items(hidden: Mapping[str, int]) -> int:
    return sum(hidden.values())


def left(event: HandedOver) -> str:
    """`3 hidden · 2 left readable · 1,204 bytes to api.openai.com`: what went off this device, as the ledger has it."""
    counts = f"{items(event.hidden):,} hidden · {event.left:,} left readable"
    return f"{counts} · {event.bytes:,} bytes to {event.host}"


def handed_over(event: HandedOver) -> list[str]:
    """The marks of a handover: where the conversation moved, what left this device, and what was left out."""
    marks: list[str] = []
    if event.moved and event.locality is not Locality.ON_DEVICE:
        place = "cloud" if event.locality is Locality.REMOTE else "your network"
        marks.append(f"⇡ moved to {place}: {plural(event.turns, 'turn')}")
    elif event.moved:
        marks.append("⇣ back to local")
    if event.locality is not Locality.ON_DEVICE:
        marks.append(f"▪ {left(event)}")
    if event.turns_left_out:
        how = "went as a summary" if event.summarised else "left out"
        marks.append(f"▪ context trimmed: {plural(event.turns_left_out, 'earlier turn')} {how}")
    return marks


def earlier(package: Package) -> str:
    """What becomes of the turns before those in the package: `no earlier turns leave`; empty where all of them are in it."""
    if package.turns_kept_back and not package.summarised:
        return "no earlier turns leave"
    if package.turns_kept_back or package.turns_left_out:
        how = "as a summary" if package.summarised else "left out"
        return f"{plural(package.turns_kept_back or package.turns_left_out, 'earlier turn')} {how}"
    return ""


def pictures(message: Message) -> list[str]:
    """`[image/png, 20,431 bytes]` for each picture beside a text."""
    return [f"[{picture.media_type}, {len(picture.data):,} bytes]" for picture in message.pictures]


def moved(before: Locality | None, after: Locality) -> str:
    """The mark between two stored answers; empty when the conversation stayed where it was."""
    if before is None or before is after:
        return ""
    return "⇣ back to local" if after is Locality.ON_DEVICE else "⇡ moved to cloud"


def fell_back(event: FellBack) -> str:
    sentence = event.error.rstrip(".") or "no answer"
    if event.to_model is None:
        return f"▪ {short(event.from_model)} did not answer: {sentence}"
    return f"▪ {short(event.from_model)} did not answer: {sentence} → asking {short(event.to_model)}"


def offered(decision: Decision | None, key: str) -> str:
    """`may be hard: numbers, 3 constraints · ^o asks gpt-5.4-mini`, for an answer that may fall short; else empty."""
    if decision is None or decision.offer is None:
        return ""
    ask = f"{key} asks {short(decision.offer)}"
    return f"{decision.reason} · {ask}" if decision.reason.startswith(HARD) else f"a second opinion: {ask}"


def second_look(event: SecondLook) -> str:
    """`▪ llama3.2: worth a second look: no final number → asking gpt-5.4-mini`."""
    from hybridchat.conversation import doubted  # imported here, as wherever events come: 5 ms that the first paint does not need

    return f"▪ {short(event.from_model)}: {doubted(event.doubt)} → asking {short(event.to_model)}"


def notes(event: Ended, key: str = "") -> list[str]:
    """What must be said beside an answer; with the `key` of "the other one", a doubt says whom that asks.

    `worth a second look: no final number · ^o asks gpt-5.4-mini`.
    """
    if not key or not event.doubt or event.other is None:
        return list(event.notes)
    from hybridchat.conversation import doubted

    doubt = doubted(event.doubt)
    return [f"{doubt} · {key} asks {short(event.other)}" if said == doubt else said for said in event.notes]


HARD = "may be hard"
"""How a decision's reason begins when the message itself is why the other side is offered."""

ENDINGS: Mapping[str, str] = {
    "stopped": "■ stopped",
    "cut": "■ answer interrupted",
    "failed": "✗ no answer",
    "unrouted": "✗ not sent",
    "held": "■ waiting for your word",
    "queued": "■ waiting for its turn",
}


def ended(event: Ended) -> str:
    """What stands under an answer that did not end by itself; empty for a complete one."""
    return ending(event.ending, event.text)


def ending(how: Ending | None, why: str = "") -> str:
    if how is None or how == "complete":
        return ""
    if how == "stopped" and why:
        return f"■ {why}"
    return f"{ENDINGS[how]}: {why}" if why else ENDINGS[how]


def tags(here: tuple[str, ...], every: tuple[str, ...]) -> str:
    """`Tags: #work. Elsewhere: #trip. /tag NAME adds one, the same again takes it off.`"""
    others = [f"#{name}" for name in every if name not in here][:12]
    parts = [f"Tags: {' '.join(f'#{name}' for name in here)}." if here else "No tag."]
    parts += [f"Elsewhere: {' '.join(others)}."] if others else []
    return " ".join([*parts, "/tag NAME adds one; the same again takes it off."])

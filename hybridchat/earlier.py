"""What of the earlier turns goes along with a question: last whole turns, and a summary in place of the others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from hybridchat.conversation import Message, Package, Role, Turn
from hybridchat.sessions.summaries import Summary
from hybridchat.tokens import estimate
from hybridchat.value import value

History = Literal["full", "summary", "none"]
"""How much of the earlier turns may leave: all that fits, only a summary of them, or nothing."""

MARGIN = 1.15
"""Token estimates run short of real tokenizers by up to this factor."""
PER_MESSAGE = 4
"""Tokens a message takes beside its text."""
MOST = 1024
"""Tokens of a summary: about a page."""
LEAST = 64
"""Where there is room for less a summary says nothing."""
SHARE = 0.35
"""Of the room beside the question, what a summary may take from the turns that are kept whole."""
OLDEST, NEWEST = 50, 400
"""Turns left out whose own words are looked at, about 1 ms each when first seen: how it began, and what came last."""
HEAD = "In short, from the earlier part of this conversation, which is left out:"
FACTS = "Word for word from it:"
SHOWN = "(A picture was here. It is not shown again.)"
ANOTHER = "Some of the earlier answers in this conversation were given by another model."
ANOTHER_TOKENS = estimate(ANOTHER)


@value
class Earlier:
    """Turns kept whole, how many before them are not, and the text that stands for those; empty: nothing does."""

    kept: tuple[Turn, ...] = ()
    gone: int = 0
    summary: str = ""
    by: str | None = None
    """Model that wrote the summary; `None`: it was taken from the text by rules."""


def messages_of(turn: Turn) -> tuple[Message, ...]:
    """A turn as the next model reads it; nothing when it never got an answer."""
    answer = turn.answer
    if answer is None or not answer.text.strip():
        return ()
    question = f"{turn.question}\n\n{SHOWN}".strip() if turn.attachments else turn.question
    return (Message(Role.USER, question), Message(Role.ASSISTANT, answer.text))


@lru_cache(maxsize=16_384)
def _counted(text: str) -> int:
    """`estimate`, remembered: the texts of a long conversation are counted at every pause in writing."""
    return estimate(text)


def turn_tokens(turn: Turn) -> int:
    return sum(_counted(m.text) + PER_MESSAGE for m in messages_of(turn))


def within_reach(history: Sequence[Turn], window: int) -> Sequence[Turn]:
    """The turns that some model with a window of at most `window` tokens may be told of: the newest, as many as could fit, and
    those before them whose words a summary is made of. With a window of 0 nobody is told anything.
    """
    if not window:
        return ()
    first, left = len(history), window
    while first > 0 and left > 0:
        first -= 1
        left -= turn_tokens(history[first])
    before = history[:first]
    return history if len(before) <= OLDEST + NEWEST else (*before[:OLDEST], *before[-NEWEST:], *history[first:])


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


def earlier(asked: Sequence[Turn], fixed: int, room: int, history: History, stored: Summary | None) -> Earlier:
    """What goes along of `asked` (answered turns, oldest first) within `room` tokens, beside `fixed` ones.

    Turns are never cut: those that do not fit, or may not leave, are summarised together.
    """
    if history == "none" or not asked:
        return Earlier(gone=len(asked))
    if history == "full":
        whole = fit(asked, fixed, room, 0)
        if len(whole) == len(asked):
            return Earlier(whole)
    budget = min(MOST, int((room / MARGIN - fixed) * SHARE))
    if budget < LEAST:
        return Earlier(fit(asked, fixed, room, 0) if history == "full" else (), _gone(asked, fixed, room, history))
    kept = fit(asked, fixed + budget, room, 0) if history == "full" else ()
    gone = asked[: len(asked) - len(kept)]
    text, by = digest(gone, stored, budget - 2 * PER_MESSAGE)
    return Earlier(kept, len(gone), text, by)


def _gone(asked: Sequence[Turn], fixed: int, room: int, history: History) -> int:
    return len(asked) - (len(fit(asked, fixed, room, 0)) if history == "full" else 0)


def digest(gone: Sequence[Turn], stored: Summary | None, tokens: int) -> tuple[str, str | None]:
    """A text of at most about `tokens` tokens for the turns in `gone`, and the model that wrote a part of it.

    What a model wrote of them comes first, then what must not be paraphrased, in the conversation's own words; without a stored
    summary these are all there is.
    """
    from hybridchat.extract import extract  # imported here: few conversations outgrow a window

    said = [m for turn in (*gone[:-NEWEST][:OLDEST], *gone[-NEWEST:]) for m in messages_of(turn)]
    written = stored.text if stored is not None and stored.text else ""
    if written and estimate(written) > tokens // 2:
        written = clipped(written, tokens // 2)
    left = tokens - estimate(HEAD) - estimate(written)
    facts = extract(said, left - (estimate(FACTS) if written else 0))
    parts = [HEAD, written, FACTS if written and facts else "", facts]
    text = "\n".join(part for part in parts if part)
    if text == HEAD:
        return "", None
    return text, stored.model_id if stored is not None and written else None


def clipped(text: str, tokens: int) -> str:
    """The first whole lines of `text` that take at most `tokens` tokens; the first line's words where even that one is longer."""
    kept: list[str] = []
    left = tokens
    for line in text.splitlines():
        left -= estimate(line) + 1
        if left < 0:
            break
        kept.append(line)
    if kept:
        return "\n".join(kept)
    words = text.split()
    while words and estimate(" ".join(words)) > tokens:
        words = words[: len(words) * 3 // 4]
    return " ".join(words)


def from_another(kept: Sequence[Turn], model_id: str) -> bool:
    """Whether a model other than `model_id` gave one of the answers."""
    return any(t.answer is not None and t.answer.model_id != model_id for t in kept)


def unseen(package: Package) -> str:
    """What is said under an answer of the earlier turns that its model did not see; empty when it saw all of them."""
    left, back = package.turns_left_out, package.turns_kept_back
    as_summary = f"went as a summary{f' by {package.summary_by}' if package.summary_by else ''}" if package.summarised else ""
    if left:
        return f"context trimmed: the {_oldest(left)} {as_summary or 'did not fit'}"
    if back:
        turns = "the earlier turn" if back == 1 else f"the {back} earlier turns"
        return f"{turns} {as_summary or 'did not leave'}, as you set it"
    return ""


def _oldest(count: int) -> str:
    return "oldest turn" if count == 1 else f"{count} oldest turns"

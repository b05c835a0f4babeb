"""How far an answer can be trusted, judged from its text: a number for order, a word for people, and the reasons.

The weights are set by hand. No public data holds the answers themselves, so nothing could be learnt; what each sign is worth
follows the order of published figures (docs/weights.md, section "Confidence"). Pure, standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp, log
from statistics import median

from hybridchat.routing import doubts
from hybridchat.routing.asked import Asks, Question, question
from hybridchat.routing.canonical import same
from hybridchat.routing.difficulty import difficulty
from hybridchat.routing.finals import final, stated
from hybridchat.value import value

FINE, DOUBTFUL = "fine", "worth a second look"
BORDER = 0.5
"""Below this score an answer is worth a second look."""
READ = 12_000
"""Characters of an answer that are read, two thirds from its end: there stands what it comes to."""
START = 1.5
"""Log-odds of an answer of which nothing is known; every sign adds or takes away."""
TELLING = 0.4
"""A sign that takes away at least this much is named."""

IMPOSSIBLE = 1e6
"""No logarithm of a probability is as large; neither are infinities and what is no number."""

UNFINISHED = frozenset({"length", "cut", "stopped", "failed"})

EXPECTED_WORDS = {Asks.NUMBER: 90, Asks.OPTION: 90, Asks.OUTPUT: 60, Asks.CODE: 120, Asks.OPEN: 120}
LENGTH = {Asks.NUMBER: -0.6, Asks.OPTION: -0.35, Asks.OUTPUT: -0.4, Asks.CODE: 0.0, Asks.OPEN: 0.35}
"""Per e-fold of the expected words: long is doubtful in closed questions, short in open ones."""
MISSING = {
    Asks.NUMBER: "no final number",
    Asks.OPTION: "no option named",
    Asks.OUTPUT: "no final value",
    Asks.CODE: "no code",
}


@value
class Confidence:
    """`score` 0..1 orders answers, it is no probability; `reasons` name what speaks against the answer, the worst first."""

    score: float
    label: str
    reasons: tuple[str, ...]

    @property
    def doubtful(self) -> bool:
        return self.label == DOUBTFUL


@value
class _Sign:
    """What one observation adds to the log-odds, and how it is said when it takes away."""

    weight: float
    reason: str


def confidence(
    prompt: str,
    answer: str,
    *,
    logprobs: Sequence[float] | None = None,
    second: str | Sequence[str] | None = None,
    ending: str = "complete",
) -> Confidence:
    """Judges an answer to the last message of a conversation.

    Args:
        prompt: the message.
        answer: what was said to it, thinking left out.
        logprobs: natural logarithms of the probabilities of its tokens, in order; what is no such number is left out.
        second: one or several other opinions on the same message.
        ending: an `Ending` or a `Done.reason`; `length`, `cut`, `stopped` and `failed` mean the text is not whole.
    """
    text = answer.strip()
    if not text:
        return Confidence(0.02, DOUBTFUL, ("no answer",))
    if len(text) > READ:
        text = f"{text[: READ // 3]}\n{text[-2 * READ // 3 :]}"
    asked = question(prompt)
    found = final(asked, text)
    low = doubts.lowered(text)
    others = [second] if isinstance(second, str) else list(second or ())
    signs = [
        *_form(asked, text, low, found, ending),
        *_content(asked, text, low, found),
        *_length(asked, text),
        *_hardness(prompt),
        *_probabilities(asked, logprobs or ()),
        *_agreement(asked, text, found, [o for o in others if o.strip()]),
    ]
    return _weighed(signs)


def _weighed(signs: Iterable[_Sign]) -> Confidence:
    against = sorted((s for s in signs if s.weight), key=lambda s: s.weight)
    score = round(1 / (1 + exp(-(START + sum(s.weight for s in against)))), 4)
    told = tuple(dict.fromkeys(s.reason for s in against if s.weight <= -TELLING and s.reason))
    if score >= BORDER:
        return Confidence(score, FINE, told)
    # many small signs: the largest speaks for them
    return Confidence(score, DOUBTFUL, told or (next(s.reason for s in against if s.reason),))


def _form(asked: Question, text: str, low: str, found: str | None, ending: str) -> Iterable[_Sign]:
    """Whether it is an answer at all, and whole."""
    if doubts.refuses(low):
        yield _Sign(-3.0, "it refuses or does not know")
    if doubts.speaks_as_machine(low):
        yield _Sign(-1.2, "it speaks of itself instead")
    if asked.closed and found is None:
        yield _Sign(-3.0, MISSING[asked.asks] if "yes" not in asked.options else "neither yes nor no")
    if ending in UNFINISHED:
        yield _Sign(-2.2, "not finished")
    elif ending == "refused":
        yield _Sign(-3.0, "it refuses or does not know")
    elif text.count("```") % 2:
        yield _Sign(-2.2, "not finished")
    if doubts.loops(text):
        yield _Sign(-3.0, "it repeats itself")


def _content(asked: Question, text: str, low: str, found: str | None) -> Iterable[_Sign]:
    """What it says of itself, and what can be checked."""
    if thoughts := doubts.second_thoughts(low):
        yield _Sign(-0.8 * min(2, thoughts), "it corrects itself")
    for wrong in doubts.wrong_sums(text)[:1]:
        yield _Sign(-2.2, f"a sum is off: {wrong}")
    if not asked.closed:
        return
    if asked.asks is Asks.OPTION and doubts.misfits(low):
        yield _Sign(-2.0, "it says that no option fits")
    if len(stated(asked, text)) > 1:
        yield _Sign(-1.2, "it gives two different answers")
    if hedges := doubts.hedges(low):
        yield _Sign(-0.3 * min(3, hedges), "it is not sure itself")
    if asked.count and asked.asks is Asks.NUMBER and found is not None and ("." in found or found.startswith("-")):
        yield _Sign(-1.6, "how many was asked, and the answer is no whole number")


def _length(asked: Question, text: str) -> Iterable[_Sign]:
    words = len(text.split())
    folds = log(words / EXPECTED_WORDS[asked.asks])
    if asked.closed:
        # short is how a sure answer looks, but a bare letter or number says little for itself
        yield _Sign(max(-1.8, min(0.4, LENGTH[asked.asks] * folds)), "long for a question with one answer")
    elif asked.task:
        yield _Sign(max(-2.2, min(0.4, 2 * LENGTH[asked.asks] * folds + 0.6)), "very short for what was asked")
    elif asked.words > 3:
        yield _Sign(max(-1.0, min(0.3, LENGTH[asked.asks] * folds / 2)), "very short")


def _hardness(prompt: str) -> Iterable[_Sign]:
    found = difficulty(prompt)
    yield _Sign(0.4 - found.score, "the question looks hard")


def _probabilities(asked: Question, logprobs: Sequence[float]) -> Iterable[_Sign]:
    """Quantiles only: the sum is worse than chance, the mean about chance. Sure and wrong is common: little pleads for."""
    known = [min(0.0, p) for p in logprobs if -IMPOSSIBLE < p < IMPOSSIBLE]
    if len(known) < 3:
        return
    ranked = sorted(known)
    lowest, tenth = ranked[0], ranked[len(ranked) // 10]
    weight = max(-1.5, min(0.2, 0.6 * (tenth + 1.0)))
    weight += max(-0.6, min(0.1, 0.15 * (lowest + 4.0)))
    weight += max(-1.0, min(0.05, median(known) + 0.15))
    if asked.closed:
        # the answer itself mostly stands at the end
        weight += max(-0.9, min(0.1, 0.35 * (min(known[-12:]) + 2.0)))
    yield _Sign(weight, "its words were hardly more likely than others")


def _agreement(asked: Question, text: str, found: str | None, others: Sequence[str]) -> Iterable[_Sign]:
    for other in others:
        share = 1.0 if len(others) == 1 else 1.3 / len(others)
        if not asked.closed:
            common = doubts.overlap(text[:READ], other[:READ])
            yield _Sign(share * max(-0.9, min(0.5, 3.0 * (common - 0.35))), "a second try says something else")
            continue
        theirs = final(asked, other)
        if found is None or theirs is None:
            yield _Sign(-0.8 * share, "a second try could not be compared")
        elif asked.asks is Asks.CODE:
            # two good programs are seldom the same text
            yield _Sign(share * (1.0 if theirs == found else 2.0 * (doubts.overlap(text, other) - 0.6)), "a second try differs")
        elif same(theirs, found):
            yield _Sign(1.4 * share, "")
        else:
            yield _Sign(-2.8 * share, f"a second try gave {theirs[:24]}")

"""What must not be lost of a conversation, in its own words: names, numbers, code, conditions and decisions.

By rules, without a model.

Sentences are taken whole, the one that adds most for its length first, and put back into their order. A figure or a name counts
once: a second sentence that only repeats it adds nothing.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from hybridchat.conversation import Message, Role
from hybridchat.late import late
from hybridchat.tokens import estimate
from hybridchat.value import value

LONGEST = 280
"""Letters of a sentence; a longer one counts by its clauses, because one sentence must not take the place of ten."""
PASTE = 20_000
"""Letters from the beginning and from the end of a message that are looked at: a paste is no conversation."""
PER_LINE = 3
"""Tokens of the mark and the line break around a sentence."""
USER = 2.5
"""What a person said of their own matter weighs more than what a model said of the world."""
STATEMENT = 4
"""Blanks in a sentence of a person's from which on it says something, where "Ok, I see." does not."""
ASKED = 0.45
"""A question holds fewer facts than a statement of the same words."""
WEIGHT_PER_LENGTH = 0.6
"""Exponent of the length a sentence's worth is divided by: 1 would take only the shortest, 0 only the longest."""


def _any_of(words: str) -> re.Pattern[str]:
    """A pattern for any of the words or, with `_` for blanks, phrases."""
    return late(rf"\b(?:{'|'.join(words.split())})\b".replace("_", " ").replace("'", "['’]"), re.IGNORECASE)


_CONDITION = _any_of(
    """must(?:n't)? never only always at_(?:most|least) no_(?:more|less|fewer|later|earlier|longer)_than
    not_(?:more|allowed|use|change|touch|allow) do(?:es)?n't_(?:use|want|touch|change|allow|exceed|like|eat|have) do_not
    should(?:n't|_not) cannot can't need(?:s|ed)?_to has_to have_to requires? required forbidden prohibited avoid unless except
    without allergic limit(?:ed)? maximum minimum max min exceed deadline mandatory keep
    nunca siempre debe[ns]? solo sólo máximo mínimo jamais toujours doit seulement musi zawsze tylko nigdy skal aldrig altid kun
    muss darf immer höchstens mindestens"""
)
_DECISION = _any_of(
    """decided? agreed? settled chosen? chose picked going_with go(?:es)?_with we(?:'ll|_will)_(?:use|take|go|call|keep)
    let's_(?:use|take|go|call|keep) final(?:ly|ised|ized)? confirmed approved booked remember note_that keep_in_mind
    for_(?:the_record|reference|later) important(?:ly)? prefers? named called known_as stands_for born lives? works? my_name i'm
    i_am decidido acordado décidé convenu ustalone aftalt beschlossen heißt se_llama s'appelle"""
)
_OWN = _any_of("my our mine ours we i us me mi mis nuestr[oa]s? mon ma mes notre nos moja? nasz[ae]? min vores mein unser")
_NUMBER = late(r"(?<![\w.])[#$€£]?\d[\d.,:/×x-]*(?:\s?(?:%|[a-zA-Zµ°€$]{1,4}\b))?")
_CODE = late(
    r"`[^`\n]{2,80}`|\b[A-Za-z]\w*(?:_\w+)+\b|\b[a-z]+(?:[A-Z][a-z0-9]+)+\b|\b(?:[A-Z][a-z0-9]+){2,}\b|(?<!\w)--?[a-z][\w-]+|"
    r"(?<![\w/])(?:~|\.{1,2})?/[\w.-]+(?:/[\w.-]+)*|\b[\w-]+\.(?:py|js|ts|go|rs|sql|toml|ya?ml|json|csv|md|sh|txt|html?|css|c|h)\b|"
    r"\b\w+\([\w, =.'\"]*\)|\bhttps?://\S+|\b[\w.+-]+@[\w-]+\.[\w.]+|\b[A-Z]+-?\d[\w-]*\b|\b(?=[\w-]*\d)[a-z][\w]*-[\w-]+"
)
_NAME = late(r"(?<![\w`])[A-ZÀ-ÞŁŚŻŹĆ][\w'’À-ÿ-]*(?: (?:(?:de|del|la|van|von|der|of|di|da|al) ){0,2}[A-ZÀ-ÞŁŚŻŹĆ][\w'’À-ÿ-]*)*")
_FENCE = late(r"^\s*(?:```|~~~)")
_MARK = late(r"^\s*(?:[-*+•>]|\d{1,2}[.)]|#{1,6})\s+")
_BREAK = late(r"(?<=[.!?…])[\"'”’)]*\s+(?=[\"'“‘(¿¡]*[A-ZÀ-ÞŁŚŻŹĆ0-9`])")
_CLAUSE = late(r"(?<=[,;:])(?=\s)")
_DEFINES = late(
    r"^\s*(?:def|class|func|fn|const|let|var|type|struct|interface|create|select|export|import|from)\b|[=:]\s*\S", re.IGNORECASE
)
_COMMON_WORDS = """
    a an the i you he she it we they this that these those what when where which who why how if in on at for from to of and or but
    so as is are was were be do does did can could would should will may might must not no yes ok okay sure thanks thank please
    here there then now also first second third next last finally another each every some any all both most more less one two my
    your our their his her its let use keep make take add try start check note remember however because since while after before
    with without about over under good great hello hi hey right well just only never always
"""
_COMMON = frozenset(_COMMON_WORDS.split())
"""Words that stand at the beginning of sentences and name nobody."""


@value
class Unit:
    """A sentence or a line of code, where it stood, who said it, and the facts in it by their keys, each with its weight."""

    at: int
    text: str
    tokens: int
    factor: float
    facts: tuple[tuple[str, float], ...]


def extract(messages: Sequence[Message], tokens: int) -> str:
    """Sentences of `messages` that take at most `tokens` tokens together, in their order; empty where nothing fits."""
    units = list(_units(messages))
    known: set[str] = set()
    chosen: list[Unit] = []
    left = tokens
    # worth only falls while facts become known, so a heap with late updates finds the best one without looking at all again
    queue = [(-_worth(unit, known), n) for n, unit in enumerate(units)]
    heapq.heapify(queue)
    while queue and left > PER_LINE:
        said, n = heapq.heappop(queue)
        unit = units[n]
        worth = _worth(unit, known)
        if worth <= 0 or unit.tokens + PER_LINE > left:
            continue
        if queue and worth < -queue[0][0] and worth < -said:
            heapq.heappush(queue, (-worth, n))
            continue
        chosen.append(unit)
        known.update(key for key, _ in unit.facts)
        left -= unit.tokens + PER_LINE
    return "\n".join(unit.text for unit in sorted(chosen, key=lambda u: u.at))


def _worth(unit: Unit, known: set[str]) -> float:
    fresh = sum(weight for key, weight in unit.facts if key not in known)
    length: float = (unit.tokens + PER_LINE) ** WEIGHT_PER_LENGTH
    return unit.factor * fresh / length


def _units(messages: Iterable[Message]) -> Iterator[Unit]:
    at = 0
    for message in messages:
        for unit in _of(message.role is Role.USER, message.text):
            yield Unit(at, unit.text, unit.tokens, unit.factor, unit.facts)
            at += 1


@lru_cache(maxsize=1024)
def _of(user: bool, text: str) -> tuple[Unit, ...]:  # noqa: FBT001 - positional for the cache
    """The units of one message; kept, because a conversation is looked at again with every draft."""
    if len(text) > 2 * PASTE:
        text = f"{text[:PASTE]}\n{text[-PASTE:]}"
    return tuple(_unit(user, piece, code=code) for piece, code in _pieces(text))


def _unit(user: bool, text: str, *, code: bool) -> Unit:  # noqa: FBT001 - as above
    facts = _facts(text, code=code)
    own = bool(_OWN.search(text))
    base = 0.0
    if not code:
        base = 2.0 * bool(_CONDITION.search(text)) + 1.6 * bool(_DECISION.search(text)) + 0.5 * own
        if user and text.count(" ") >= STATEMENT and not text.endswith("?"):
            base += 0.5
        if base:
            # what is said is a fact beside what it is said of, and like those it counts once
            facts = (*facts, (" ".join(text.lower().split()), base))
    factor = USER if user else 1.0
    if text.endswith("?"):
        factor *= ASKED
    elif not user and own:
        factor *= 1.1
    return Unit(0, text, estimate(text), factor, facts)


def _facts(text: str, *, code: bool) -> tuple[tuple[str, float], ...]:
    found: dict[str, float] = {}
    if code:
        if _DEFINES.search(text):
            for match in _CODE.finditer(text):
                found.setdefault(match[0].strip("`").lower(), 0.8)
        return tuple(found.items())
    rest, at = [], 0
    for match in _CODE.finditer(text):
        found.setdefault(match[0].strip("`").lower(), 1.8)
        rest.append(text[at : match.start()])
        at = match.end()
    bare = " ".join([*rest, text[at:]])
    for match in _NUMBER.finditer(bare):
        figure = match[0].strip(" .,:;-").lower()
        digits = sum(c.isdigit() for c in figure)
        # two digits stand in every other sentence, five are somebody's
        found.setdefault(figure, 1.8 if digits > 3 else 1.2 if len(figure) > 1 else 0.6)
    for match in _NAME.finditer(bare):
        name = match[0].strip()
        first = not bare[: match.start()].strip(" \"'“‘(*_")
        words = name.split()
        if words[0].lower() in _COMMON:
            words = words[1:]
        elif first and len(words) == 1:
            # the first word is capitalised whatever it is
            found.setdefault(name.lower(), 0.3)
            continue
        if words:
            found.setdefault(" ".join(words).lower(), 1.2)
    return tuple(found.items())


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Sentences, and the lines of fenced code; the second says which."""
    fenced = False
    for line in text.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
        elif fenced:
            if line.strip():
                yield _clip(line.strip()), True
        else:
            for sentence in _BREAK.split(_MARK.sub("", line.strip())):
                if len(sentence) > 2:
                    yield from ((part, False) for part in _parts(sentence))


def _clip(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"


def _parts(sentence: str) -> Iterator[str]:
    """A sentence, in clauses where it is too long to be taken whole."""
    if len(sentence) <= LONGEST:
        yield sentence
        return
    part = ""
    for clause in _CLAUSE.split(sentence):
        if part and len(part) + len(clause) > LONGEST:
            yield part.strip()
            part = ""
        part += _clip(clause)
    if part.strip():
        yield part.strip()

"""Names of people, organisations and places in a text: the tagger's word, the same name everywhere, and what is never hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from hybridchat.facts import Finding
from hybridchat.late import late
from hybridchat.privacy.allow import allowed, office_words
from hybridchat.privacy.gazetteer import COUNTRY, PLACE
from hybridchat.privacy.names_firms import firms
from hybridchat.privacy.names_known import Known
from hybridchat.privacy.names_runs import CONJUNCTIONS, LINKS, Run, is_word, runs_of
from hybridchat.privacy.names_streets import serials, streets
from hybridchat.privacy.names_world import is_general, tell_nobody
from hybridchat.privacy.source import known_only_spans, prose_spans
from hybridchat.privacy.tagger_features import Tokens, tokens_of

if TYPE_CHECKING:
    from hybridchat.privacy.tagger import Tagger

Scores = Sequence[tuple[int, int, int, int] | None]
BIAS: dict[str, tuple[int, int, int, int]] = {"low": (8, 0, -10, -10), "normal": (46, 32, 0, 0), "high": (66, 44, 0, 0)}
"""Added to the scores of P, X, A and N at each level (1/20): measured in docs/weights.md."""

_TOLD = ((30, 10), (44, 28), (45, 34), (45, 40))
"""P and X at `normal`, by how many distinct names are certain: a text with none of them is seldom about anybody."""
_SHORT, _SHORT_TOLD = 200, (50, 29)
"""Characters up to which a text may have nothing certain for want of words, and its P and X then."""
_HIGHEST = (50, 40)
_CERTAIN = (8, 0)
_GLANCE = 400
"""Tokens that are looked at for certain names first: most long texts show there already that they are about somebody."""

_KINDS = {"P": "PERSON", "X": "ORG", "A": "ADDRESS", "N": "ID"}
_REASONS = {"PERSON": "name of a person", "ORG": "name of an organisation", "LOCATION": "name of a place", "ADDRESS": "address",
    "ID": "number of a person or case"}  # fmt: skip


_POST = late(r"(?:^|\s)(?:@\w{2}|#[A-Za-z]{3}|RT @)")
_POST_LENGTH = 400
_POST_BIAS = 24
"""A short text with a handle or a hashtag speaks of people more often, and as carelessly of capitals."""
_HANDLE = late(r"(?<![\w@/.])@[A-Za-z_]\w{1,40}(?![\w/(@]|\.\w)")
_CODE_AFTER = late(r"[{};=()]")


def names(text: str, level: str, *, size: int = 20_000, tagger: Tagger | None = None) -> Iterator[Finding]:
    """Every name in `text`; one found anywhere hides in all of it. In source code only the names found elsewhere are.

    `size`: characters looked at in one go. Raises whatever reading the shipped lists and weights may raise.
    """
    if tagger is None:
        from hybridchat.privacy.tagger import shipped_tagger  # 0.1 s: read when a text is to be looked at, not before

        tagger = shipped_tagger()
    prose = prose_spans(text)
    known = Known(tagger.look)
    tagged = _tagged(text, level, list(_parts(text, prose, size)), tagger, known)
    for start, end in _parts(text, prose, size):
        yield from streets(text, start, end)
    found: list[Finding] = []
    general = level != "high" and is_general(text)
    seen: list[tuple[Tokens, Run]] = []
    for tokens, labels in tagged:
        labels = titled(tokens, known.spread(tokens, labels))
        runs = runs_of(tokens, unknown_too(tokens, labels) if level == "high" else labels)
        seen.extend((tokens, run) for run in runs)
        runs = [run for run in runs if not _is_part(text, tokens, run)]
        if level != "high":
            runs = [run for run in runs if not _is_office(tokens, run)]
        here = (_finding(tokens, run, tagger.look) for run in runs)
        found.extend(here if level == "high" else _unlisted(text, here))
    if not (general and tell_nobody(seen)):
        yield from found
    if known.words:
        for start, end in _parts(text, known_only_spans(text), size):
            tokens = tokens_of(text, tagger.kind, start, end)
            yield from (_finding(tokens, run, tagger.look) for run in runs_of(tokens, known.spread(tokens, "O" * len(tokens))))
    yield from serials(text, prose)
    yield from _handles(text)


def _tagged(text: str, level: str, parts: Iterable[tuple[int, int]], tagger: Tagger, known: Known) -> list[tuple[Tokens, str]]:
    """The parts as tokens with the labels of a first look; what it finds is added to `known`."""
    most = _most(text, level)
    scored: list[tuple[Tokens, Scores]] = []
    for start, end in parts:
        tokens = tokens_of(text, tagger.kind, start, end)
        scored.append((tokens, tagger.scores(tokens, most)))
    less = _less(text, level, most, scored, tagger)
    out: list[tuple[Tokens, str]] = []
    for tokens, scores in scored:
        labels = firms(tokens, tagger.decoded(scores, less))
        known.learn(tokens, runs_of(tokens, labels))
        out.append((tokens, labels))
    return out


def _most(text: str, level: str) -> tuple[int, int, int, int]:
    """What is added to the scores at most."""
    person, other, address, number = BIAS[level]
    if level == "normal":
        person, other = _HIGHEST
    post = len(text) <= _POST_LENGTH and _POST.search(text)
    return person + (_POST_BIAS if post else 0), other, address, number


def _less(
    text: str, level: str, most: tuple[int, int, int, int], scored: Iterable[tuple[Tokens, Scores]], tagger: Tagger
) -> tuple[int, int]:
    """What of that is taken from P and X again in this text: little where names are certain, much where there is none."""
    if level != "normal":
        return 0, 0
    certain: set[tuple[str, ...]] = set()
    beyond = (most[0] - _CERTAIN[0], most[1] - _CERTAIN[1])
    for tokens, scores in scored:
        for few in (scores[:_GLANCE], scores):
            runs = runs_of(tokens, tagger.decoded(few, beyond))
            certain.update(tuple(k.folded for k in tokens.kinds[run.first : run.last]) for run in runs)
            if len(few) == len(scores) or len(certain) >= len(_TOLD) - 1:
                break
    short = not certain and len(text) <= _SHORT
    person, other = _SHORT_TOLD if short else _TOLD[min(len(certain), len(_TOLD) - 1)]
    return _HIGHEST[0] - person, most[1] - other


def _parts(text: str, spans: Iterable[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    """The spans, cut at a line or a space where they are longer than `size`."""
    for start, end in spans:
        at = start
        while end - at > size:
            cut = max(text.rfind("\n", at + size // 2, at + size), text.rfind(" ", at + size * 3 // 4, at + size))
            cut = at + size if cut < 0 else cut + 1
            yield at, cut
            at = cut
        yield at, end


def _handles(text: str) -> Iterator[Finding]:
    """Names on networks; not the decorators and packages of source code that has a line to itself."""
    if "@" not in text:
        return
    for match in _HANDLE.finditer(text):
        before = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        if before.strip() or not _CODE_AFTER.search(text, match.end(), match.end() + 80):
            yield Finding(match.start(), match.end(), "HANDLE", "name on a network", 0.8)


def _is_part(text: str, tokens: Tokens, run: Run) -> bool:
    """Whether what was found is a piece of a path, of an identifier, or of a longer number with dots."""
    start, end = tokens.starts[run.first], tokens.ends[run.last - 1]
    if run.label == "N":
        return bool(_DOTTED.search(text, max(0, start - 2), start)) or bool(_DOT.match(text, end))
    if run.label == "A":
        return False
    if (
        "\\" in text[max(0, start - 1) : end + 1]
        or _SNAKE_BEFORE.search(text, max(0, start - 2), start)
        or _SNAKE_AFTER.match(text, end)
    ):
        return True
    if run.last - run.first > 1:
        return False
    kind = tokens.kinds[run.first]
    if kind.shape in "Xm" and (text[start - 1 : start].isdigit() or text[end : end + 1].isdigit()):
        return True
    codeish = "1" in tokens.places[run.first] or "2" in tokens.places[run.first]
    if kind.shape == "m" and kind.text[0].islower() and (run.label == "P" or codeish):
        return True
    member = (codeish or text[end : end + 1] == "(") and bool(_MEMBER_BEFORE.search(text, max(0, start - 3), start))
    return member or bool(_MEMBER_AFTER.match(text, end))


_SNAKE_BEFORE = late(r"\w_$")
_SNAKE_AFTER = late(r"_\w")
_MEMBER_AFTER = late(r"\.[a-z]\w*[(.]|\.[a-z]+[A-Z]|\(\)|::\w| ::")
_MEMBER_BEFORE = late(r"\w\w\.$|\w::$")
_DOTTED = late(r"[\d.][.:]$|\.$")
_DOT = late(r"\.\d|\.\w")


def _is_office(tokens: Tokens, run: Run) -> bool:
    """Whether a name is made of words such as "Supreme Court" alone."""
    words = [k.folded for k in tokens.kinds[run.first : run.last] if is_word(k)]
    named = run.label == "X" or (run.label == "P" and len(words) > 1)
    return named and all(word in office_words() or word in LINKS or word in CONJUNCTIONS for word in words)


def titled(tokens: Tokens, labels: str) -> str:
    """Labels with the title before a person as part of the name."""
    out = list(labels)
    for i in range(len(out) - 1):
        kind = tokens.kinds[i]
        if out[i] == "O" and kind.capital and kind.code[1:2] == "T":
            at = i + 2 if tokens.kinds[i + 1].shape == "." and i + 2 < len(out) else i + 1
            if out[at] == "P":
                out[i:at] = "P" * (at - i)
    return "".join(out)


def unknown_too(tokens: Tokens, labels: str) -> str:
    """Labels with every capitalised word that no list of ordinary words holds; not in lines that look like source code."""
    out = list(labels)
    for i, kind in enumerate(tokens.kinds):
        if out[i] == "O" and kind.shape == "C" and kind.code[1:] in _UNKNOWN and len(kind.text) >= 3:
            place = tokens.places[i]
            if "1" not in place and "2" not in place and tokens.glues[i].strip(_PROSE) == "":
                out[i] = "X"
    return "".join(out)


_PROSE = "|.,;:!?'’\"“”()-"
_UNKNOWN = frozenset({"u", "f", "L", "F", "P"})


def _finding(tokens: Tokens, run: Run, look: Callable[[str], int]) -> Finding:
    kind = _KINDS[run.label]
    if run.label == "X":
        words = [k for k in tokens.kinds[run.first : run.last] if is_word(k)]
        told = any(k.code[1:2] in {"O", "H"} for k in words)
        best = max((look(k.folded) for k in words), key=lambda flags: (flags >> COUNTRY & 1, flags >> PLACE & 3))
        if not told and (best >> COUNTRY & 1 or best >> PLACE & 3 >= 2):
            kind = "LOCATION"
    return Finding(tokens.starts[run.first], tokens.ends[run.last - 1], kind, _REASONS[kind], 0.7)


_TITLED = late(
    r"^(?:(?:[Pp]resident|[Pp]rime [Mm]inister|[Kk]ing|[Qq]ueen|[Pp]ope|[Cc]hancellor|[Ss]enator|[Dd]r|[Ss]ir|[Tt]he)\.? )+"
)


def _unlisted(text: str, found: Iterable[Finding]) -> Iterator[Finding]:
    """Without the names that everybody knows."""
    listed = allowed()
    for finding in found:
        value = _TITLED.sub("", text[finding.start : finding.end].rstrip("0123456789 "))
        hits = listed.find(value) if finding.kind in {"PERSON", "ORG", "LOCATION"} else []
        if not any(end - start == len(value) for start, end, _ in hits):
            yield finding

"""Runs of tokens with the same label: where a name begins and ends."""

from __future__ import annotations

from collections.abc import Iterator

from hybridchat.privacy.gazetteer import DICTIONARY, FREQUENCY
from hybridchat.privacy.tagger_features import Kind, Tokens
from hybridchat.value import value


@value
class Run:
    """Tokens from `first` up to, not including, `last`, that carry the same label."""

    first: int
    last: int
    label: str


_LINK_WORDS = """
    of de la le les du des del los las von van der den di da do dos al el bin ibn for the
"""
_CONJUNCTION_WORDS = "and y e et und og i"
CONJUNCTIONS = frozenset(_CONJUNCTION_WORDS.split())
LINKS = frozenset(_LINK_WORDS.split())


def runs_of(tokens: Tokens, labels: str) -> list[Run]:
    """Runs of equal labels without signs at their ends; two of them are joined over a word such as "of" or a hyphen.

    None goes on after its sentence. A person's name that has capitals neither begins nor ends with an ordinary word in small
    letters, another name with none of the commonest.
    """
    out: list[Run] = []
    at = 0
    while at < len(labels):
        end = at + 1
        if labels[at] != "O":
            while end < len(labels) and labels[end] == labels[at] and not _ends(tokens, end - 1):
                end += 1
            for start, stop in _cut(tokens, at, end, labels[at]):
                first, last = _trimmed(tokens, start, stop, labels[at])
                if first < last and (labels[at] in "AN" or any(k.text[0].isalpha() for k in tokens.kinds[first:last])):
                    out.append(Run(first, last, labels[at]))
        at = end
    return _joined(tokens, out)


def _cut(tokens: Tokens, first: int, last: int, label: str) -> Iterator[tuple[int, int]]:
    """The pieces of a person's name that has capitals, without the ordinary words in small letters that stand within it."""
    if label == "P" and any(k.capital for k in tokens.kinds[first:last]):
        start = first
        for at in range(first, last):
            kind = tokens.kinds[at]
            if kind.shape == "x" and len(kind.text) > 3 and kind.folded not in LINKS and _ordinary(kind):
                yield start, at
                start = at + 1
        first = start
    yield first, last


def _ends(tokens: Tokens, at: int) -> bool:
    """Whether a sentence or a line ends with this token: a line break, or a full stop after what is no abbreviation."""
    shape = tokens.kinds[at].shape
    return shape == "N" or (
        shape in _STOPS and at > 0 and len(tokens.kinds[at - 1].text) > 3 and tokens.ends[at] < _next(tokens, at)
    )


def _next(tokens: Tokens, at: int) -> int:
    return tokens.starts[at + 1] if at + 1 < len(tokens) else tokens.ends[at]


_STOPS = frozenset(".!?;:")


def _trimmed(tokens: Tokens, first: int, last: int, label: str) -> tuple[int, int]:
    capital = label in "PX" and any(k.capital for k in tokens.kinds[first:last])
    small = (_ordinary if label == "P" else _commonest) if capital else _no_word
    while first < last and small(tokens.kinds[first]):
        first += 1
    while first < last and small(tokens.kinds[last - 1]):
        last -= 1
    return first, last


def _no_word(kind: Kind) -> bool:
    return not kind.text[0].isalnum()


def _ordinary(kind: Kind) -> bool:
    """No word, or an ordinary one in small letters."""
    common = kind.flags >> DICTIONARY & 1 or kind.flags >> FREQUENCY & 7 >= 3 or len(kind.text) == 1
    return bool(kind.shape == "x" and common) or _no_word(kind)


def _commonest(kind: Kind) -> bool:
    """No word, or one such as "the", "this", "in", of the commonest in any language."""
    return bool(kind.shape == "x" and kind.flags >> FREQUENCY & 7 == 7) or _no_word(kind)


def _joined(tokens: Tokens, runs: list[Run]) -> list[Run]:
    out: list[Run] = []
    for run in runs:
        if out and out[-1].label == run.label and run.first - out[-1].last <= 2:
            between = range(out[-1].last, run.first)
            if not any(_ends(tokens, i) for i in between) and all(_links(tokens.kinds[i], run.label) for i in between):
                out[-1] = Run(out[-1].first, run.last, run.label)
                continue
        out.append(run)
    return out


def _links(kind: Kind, label: str) -> bool:
    if label == "P":
        return kind.shape in "-'’." or (kind.shape == "x" and kind.folded in LINKS)
    return kind.shape in "-'’.&" or (kind.shape == "x" and (kind.folded in LINKS or kind.folded in CONJUNCTIONS))


def is_word(kind: Kind) -> bool:
    return kind.text[0].isalnum()

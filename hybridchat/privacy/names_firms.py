"""Organisations by their form: capitalised words with a legal form or a kind of institution among them."""

from __future__ import annotations

from hybridchat.privacy.gazetteer import DICTIONARY, FREQUENCY
from hybridchat.privacy.names_words import CLASS_OF
from hybridchat.privacy.tagger_features import Kind, Tokens

_LEGAL_WORDS = """
    inc incorporated ltd limited llc llp corp corporation plc gmbh pty pvt sarl sas srl spa bv nv sl slu aps holdings
"""
_TRADE_WORDS = """
    group bank technologies technology solutions systems industries enterprises studios studio pictures entertainment records
    labs consulting consultants contractors services logistics pharma pharmaceuticals healthcare insurance airlines airways
    ventures capital partners associates foundation trust fund institute university college academy hospital clinic
    association society federation council agency company productions publishing press motors energy software networks
    brewery bakery restaurant hotel museum laboratory laboratories
"""
_LEGAL = frozenset(_LEGAL_WORDS.split())
_TRADE = frozenset(_TRADE_WORDS.split())
_KEYS = _LEGAL | _TRADE
_OF = frozenset(["of", "for", "de", "des", "del", "la", "der"])
_INNER = frozenset({"&", "-", "'", "’", "."})
_FARTHEST = 7
"""Words of a name that are looked at on either side."""


def firms(tokens: Tokens, labels: str) -> str:
    """`labels` with organisations that the tagger left or cut short; names of persons stay what they are."""
    out: list[str] | None = None
    for i, kind in enumerate(tokens.kinds):
        if not kind.capital or kind.folded not in _KEYS or kind.shape not in _SHAPES or _in_code(tokens, i):
            continue
        first, last = _start(tokens, i), i + 1
        if kind.folded in _TRADE:
            last = _end(tokens, i)
        if not _is_name(tokens, first, last, i):
            continue
        out = out or list(labels)
        for at in range(first, last):
            if out[at] == "O" or (out[at] == "P" and kind.folded in _LEGAL):
                out[at] = "X"
    return labels if out is None else "".join(out)


_SHAPES = frozenset("CXm")


def _in_code(tokens: Tokens, at: int) -> bool:
    return "2" in tokens.places[at] or tokens.places[at][1:2] in "tu"


def _word(kind: Kind) -> bool:
    return kind.capital and kind.shape in "CXmI"


def _start(tokens: Tokens, at: int) -> int:
    """The first of the capitalised words before the one at `at`, over signs such as "&" and a comma before a legal form."""
    first = at
    while first > 0 and at - first < _FARTHEST:
        kind = tokens.kinds[first - 1]
        if _word(kind):
            first -= 1
        elif (
            first > 1
            and _word(tokens.kinds[first - 2])
            and (
                kind.shape in _INNER
                or (kind.shape == "," and first == at and tokens.kinds[at].folded in _LEGAL)
                or kind.folded == "and"
            )
        ):
            first -= 2
        else:
            break
    while first < at and tokens.kinds[first].folded in _OPENERS:
        first += 1
    return first


_OPENING_WORDS = """
    the a an this that my our your their his her its at in of for from to by with and or if as is are was were dear hi about
"""
_OPENERS = frozenset(_OPENING_WORDS.split())


def _end(tokens: Tokens, at: int) -> int:
    """After the capitalised words that follow, some of them over "of" or "and"."""
    last = at + 1
    while last < len(tokens) and last - at < _FARTHEST:
        if _word(tokens.kinds[last]):
            last += 1
        elif last + 1 < len(tokens) and tokens.kinds[last].folded in _OF and _word(tokens.kinds[last + 1]):
            last += 2
        else:
            break
    return last


def _is_name(tokens: Tokens, first: int, last: int, at: int) -> bool:
    """Whether the words tell one organisation from others: two that are not all ordinary, or an ordinary one and a legal form."""
    words = [k for k in tokens.kinds[first:last] if _word(k) and k is not tokens.kinds[at]]
    if not words:
        return False
    telling = [k for k in words if k.folded not in _TRADE and CLASS_OF.get(k.folded, "") not in {"C", "T", "H", "M"}]
    if not telling:
        return False
    if tokens.kinds[at].folded in _LEGAL:
        return True
    rare = [k for k in telling if not k.flags >> DICTIONARY & 1 and k.flags >> FREQUENCY & 7 < 5]
    return bool(rare) or (len(telling) >= 2 and tokens.places[first][:1] == "M")

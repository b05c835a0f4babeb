"""Names of people, organisations and places in a text: the tagger's word, the same name everywhere, and what is never hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from hybridchat.facts import Finding
from hybridchat.late import late
from hybridchat.privacy.allow import allowed, office_words
from hybridchat.privacy.gazetteer import COUNTRY, DICTIONARY, FREQUENCY, PLACE
from hybridchat.privacy.names_runs import CONJUNCTIONS, LINKS, Run, is_word, runs_of
from hybridchat.privacy.names_streets import serials, streets
from hybridchat.privacy.source import known_only_spans, prose_spans
from hybridchat.privacy.tagger_features import Tokens, tokens_of

if TYPE_CHECKING:
    from hybridchat.privacy.tagger import Tagger

BIAS: dict[str, tuple[int, int, int, int]] = {"low": (8, 0, -10, -10), "normal": (46, 32, 0, 0), "high": (66, 44, 0, 0)}
"""Added to the scores of P, X, A and N at each level (1/20): measured in docs/weights.md."""

_KINDS = {"P": "PERSON", "X": "ORG", "A": "ADDRESS", "N": "ID"}
_REASONS = {"PERSON": "name of a person", "ORG": "name of an organisation", "LOCATION": "name of a place", "ADDRESS": "address",
    "ID": "number of a person or case"}  # fmt: skip


class Known:
    """Words found to be names, and how ordinary they are otherwise: the same word hides wherever it stands for the same."""

    def __init__(self, look: Callable[[str], int]) -> None:
        self.words: dict[str, str] = {}
        self._look = look

    def learn(self, tokens: Tokens, runs: Iterable[Run]) -> None:
        """Remembers the parts of people's names, and of other names single words and parts that are no ordinary words."""
        for run in runs:
            if run.label not in "PX":
                continue
            words = [k for k in tokens.kinds[run.first : run.last] if is_word(k)]
            for kind in words:
                flags = kind.flags
                plain = flags >> DICTIONARY & 1 or flags >> FREQUENCY & 7 >= 4
                if len(kind.folded) < 3 or kind.code[1:2] in _TITLES or not kind.text[0].isalpha():
                    continue
                if run.label == "P" or len(words) == 1 or not (plain or flags >> PLACE & 3):
                    self.words.setdefault(kind.folded, run.label)

    def spread(self, tokens: Tokens, labels: str) -> str:
        """`labels` with every further occurrence of a known name labelled too."""
        if not self.words:
            return labels
        out = list(labels)
        for i, kind in enumerate(tokens.kinds):
            label = self.words.get(kind.folded) if out[i] == "O" and kind.placed else None
            if label is None:
                continue
            often, place = kind.flags >> FREQUENCY & 7, tokens.places[i]
            plain = kind.flags >> DICTIONARY & 1 or often >= 5
            if kind.capital:
                if not plain or (place[0] == "M" and "l" not in place[2:]):
                    out[i] = label
            elif kind.shape == "x" and not plain and often < 3:
                out[i] = label
        return "".join(out)


_TITLES = frozenset("TLMC")

_POST = late(r"(?:^|\s)(?:@\w{2}|#[A-Za-z]{3}|RT @)")
_POST_LENGTH = 400
_POST_BIAS = 14
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
    known = Known(tagger.look)
    tagged: list[tuple[Tokens, str]] = []
    prose = prose_spans(text)
    bias = BIAS[level]
    if len(text) <= _POST_LENGTH and _POST.search(text):
        bias = bias[0] + _POST_BIAS, *bias[1:]
    for start, end in _parts(text, prose, size):
        tokens = tokens_of(text, tagger.kind, start, end)
        labels = tagger.labels(tokens, bias)
        known.learn(tokens, runs_of(tokens, labels))
        yield from streets(text, start, end)
        tagged.append((tokens, labels))
    found: list[Finding] = []
    telling = level == "high"
    for tokens, labels in tagged:
        labels = titled(tokens, known.spread(tokens, labels))
        runs = runs_of(tokens, unknown_too(tokens, labels) if level == "high" else labels)
        telling = telling or not all(_is_country(tokens, run) for run in runs)
        runs = [run for run in runs if not _is_part(text, tokens, run)]
        if level != "high":
            runs = [run for run in runs if not _is_office(tokens, run)]
        here = (_finding(tokens, run, tagger.look) for run in runs)
        found.extend(here if level == "high" else _unlisted(text, here))
    if telling:
        yield from found
    if known.words:
        for start, end in _parts(text, known_only_spans(text), size):
            tokens = tokens_of(text, tagger.kind, start, end)
            yield from (_finding(tokens, run, tagger.look) for run in runs_of(tokens, known.spread(tokens, "O" * len(tokens))))
    yield from serials(text, prose)
    yield from _handles(text)


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
    code = run.last - run.first == 1 and tokens.kinds[run.first].shape in "Xm"
    return code and (text[start - 1 : start].isdigit() or text[end : end + 1].isdigit())


_SNAKE_BEFORE = late(r"\w_$")
_SNAKE_AFTER = late(r"_\w")
_DOTTED = late(r"[\d.][.:]$|\.$")
_DOT = late(r"\.\d|\.\w")


def _is_office(tokens: Tokens, run: Run) -> bool:
    """Whether a name is made of words such as "Supreme Court" alone."""
    words = [k.folded for k in tokens.kinds[run.first : run.last] if is_word(k)]
    named = run.label == "X" or (run.label == "P" and len(words) > 1)
    return named and all(word in office_words() or word in LINKS or word in CONJUNCTIONS for word in words)


def _is_country(tokens: Tokens, run: Run) -> bool:
    """Where a text names countries and nothing else, they tell nothing of anybody: "What is the capital of France?"."""
    return run.last - run.first == 1 and bool(tokens.kinds[run.first].flags >> COUNTRY & 1)


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


def _unlisted(text: str, found: Iterable[Finding]) -> Iterator[Finding]:
    """Without the names that everybody knows."""
    listed = allowed()
    for finding in found:
        value = text[finding.start : finding.end].rstrip("0123456789 ")
        hits = listed.find(value) if finding.kind in {"PERSON", "ORG", "LOCATION"} else []
        if not any(end - start == len(value) for start, end, _ in hits):
            yield finding

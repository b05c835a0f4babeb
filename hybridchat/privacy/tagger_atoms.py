"""The features of words and their neighbours, as strings: what the training reads, and what the tagger adds up word by word."""

from __future__ import annotations

from collections.abc import Sequence

from hybridchat.privacy.gazetteer import DICTIONARY, FIRST, FREQUENCY, LAST, PLACE
from hybridchat.privacy.tagger_features import EDGE, Kind, Tokens


def class_of(kind: Kind) -> tuple[str, str, str, int, int]:
    """What words have in common that have the same `class_atoms`, and the same ones as neighbours."""
    return kind.shape, kind.code, kind.gaz, kind.flags, min(len(kind.folded), 6)


def class_atoms(kind: Kind) -> tuple[str, ...]:
    """Features of a word's class."""
    shape, code, gaz, flags, n = class_of(kind)
    if not gaz:
        return (f"sh={shape}", f"w={shape}")
    use = f"{flags >> FREQUENCY & 7}{flags >> DICTIONARY & 1}"
    return (
        f"sh={shape}{n}",
        f"k={code}",
        f"g={gaz}{shape}",
        f"gu={gaz}{use}{shape}",
        f"u={use}{shape}",
        f"f={flags >> FIRST & 3}{use}{shape}",
        f"l={flags >> LAST & 3}{use}{shape}",
        f"p={flags >> PLACE & 3}{use}{shape}",
    )


def letter_atoms(kind: Kind) -> tuple[str, ...]:
    """Features of the word itself, its beginning and its ending."""
    if not kind.gaz:
        return ()
    word, folded, shape = kind.word, kind.folded, kind.shape
    n = len(folded)
    atoms: tuple[str, ...] = (word, f"{word}{shape}") if word else ()
    if n >= 4:
        atoms += (f"2<{folded[:2]}", f"2>{folded[-2:]}{shape}", f"3>{folded[-3:]}")
    if n >= 6:
        atoms += (f"3<{folded[:3]}", f"4>{folded[-4:]}")
    return atoms


def near_class_atoms(kind: Kind) -> tuple[str, ...]:
    """Features of the class of a direct neighbour."""
    return f"k={kind.code}", f"g={kind.gaz}{kind.shape}"


def near_letter_atoms(kind: Kind) -> tuple[str, ...]:
    """Features of a direct neighbour itself."""
    atoms = (kind.word,) if kind.word else ()
    return (*atoms, f"3>{kind.folded[-3:]}") if kind.shape == "x" and len(kind.folded) >= 5 else atoms


def far_atoms(kind: Kind) -> tuple[str, ...]:
    """Features of a neighbour two tokens away."""
    return (f"k={kind.code}", kind.word) if kind.word else (f"k={kind.code}",)


def code_atoms(left: str, code: str, right: str) -> tuple[str, ...]:
    """Features of three codes in a row."""
    return f"a{left}|{code}", f"b{code}|{right}", f"c{left}|{code}|{right}"


def outer_code_atoms(first: str, code: str, last: str) -> tuple[str, str]:
    """Features of the first of three codes in a row, and of the last."""
    return f"e{first}|{code}|{last}", f"d{first}|{code}|{last}"


def place_atoms(place: str, glue: str, code: str) -> tuple[str, ...]:
    """Features of a word's place, and of the signs that touch it."""
    shape = code[:2] if code[0] == "d" else code[0]
    return f"h{place}{shape}", f"i{place}{code}", f"j{glue}{shape}"


def local_atoms(tokens: Tokens, at: int, around: Sequence[Kind]) -> list[str]:
    """Features of token `at` that need more than one word, or its place; `around` are the kinds of five tokens, it the third."""
    before2, before, kind, after, after2 = around
    code = kind.code
    atoms = [
        *code_atoms(before.code, code, after.code),
        outer_code_atoms(before2.code, before.code, code)[1],
        outer_code_atoms(code, after.code, after2.code)[0],
        *place_atoms(tokens.places[at], tokens.glues[at], code),
    ]
    if before.word:
        atoms.append(f"m{before.word}|{code}")
    if after.word:
        atoms.append(f"n{code}|{after.word}")
    return atoms


def feature_lists(tokens: Tokens) -> list[list[str]]:
    """All features of each token, as strings: what the training reads; the tagger adds up the same ones word by word."""
    kinds = [EDGE, EDGE, *tokens.kinds, EDGE, EDGE]
    out: list[list[str]] = []
    for i, kind in enumerate(tokens.kinds):
        around = kinds[i : i + 5]
        row = [f"0{a}" for a in (*class_atoms(kind), *letter_atoms(kind))]
        row += [f"-{a}" for a in (*near_class_atoms(around[1]), *near_letter_atoms(around[1]))]
        row += [f"+{a}" for a in (*near_class_atoms(around[3]), *near_letter_atoms(around[3]))]
        row += [f"<{a}" for a in far_atoms(around[0])]
        row += [f">{a}" for a in far_atoms(around[4])]
        row += local_atoms(tokens, i, around)
        out.append(row)
    return out

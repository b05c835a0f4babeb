"""What of a name stands for its bearer alone, and which names are ordinary words besides ("Will", "May", "Faith")."""

from __future__ import annotations

from hybridchat.late import late
from hybridchat.privacy.names_ready import finds_names
from hybridchat.privacy.words import fold

_WORD = late(r"[^\W\d_]+")
_SHORTEST = 4
"""Letters of a part that is looked for by itself."""


def is_ordinary(word: str) -> bool:
    """Whether a folded word is common as something else than a name, so that only its capitalised form names somebody."""
    if not finds_names() or not word.isalpha():
        return False
    from hybridchat.privacy.gazetteer import DICTIONARY, FREQUENCY, shipped  # read when something was hidden

    flags = shipped().look(word)
    return bool(flags >> DICTIONARY & 1) or flags >> FREQUENCY & 7 >= 5


def name_parts(name: str) -> tuple[str, ...]:
    """The words of a name of several words that tell its bearer by themselves; no titles, no ordinary words."""
    words = _WORD.findall(name)
    if len(words) < 2 or not finds_names():
        return ()
    from hybridchat.privacy.names_words import CLASS_OF

    return tuple(
        w for w in words if len(w) >= _SHORTEST and w[0].isupper() and fold(w) not in CLASS_OF and not is_ordinary(fold(w))
    )

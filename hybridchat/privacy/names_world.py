"""Whether a text is about the world at large: well-known places and nothing else, and nobody who speaks of themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from hybridchat.late import late
from hybridchat.privacy.gazetteer import COUNTRY, FIRST, PLACE
from hybridchat.privacy.names_runs import CONJUNCTIONS, LINKS, Run, is_word
from hybridchat.privacy.tagger_features import Kind, Tokens
from hybridchat.privacy.words import fold

# Continents, seas and planets; countries as they are called in Spanish, French, Danish and Polish.
_WORLD_WORDS = """
    europe asia africa america americas australia oceania antarctica arctic atlantic pacific mediterranean baltic sahara alps
    himalayas mercury venus earth mars jupiter saturn uranus neptune pluto moon sun europa áfrica afrique amérique américa ameryka
    afryka azja antarktyda asie océanie afrika amerika asien
    españa francia alemania italia inglaterra polonia dinamarca suecia noruega finlandia suiza grecia turquía rusia ucrania
    bélgica holanda hungría rumanía irlanda escocia brasil méxico japón corea egipto marruecos argelia canadá
    espagne allemagne italie angleterre pologne danemark suède norvège finlande suisse grèce turquie russie belgique hongrie
    roumanie irlande écosse brésil mexique japon chine inde corée égypte maroc algérie tunisie croatie tchéquie
    danmark sverige norge tyskland frankrig italien spanien polen england skotland grækenland tyrkiet rusland ukraine østrig
    belgien ungarn rumænien schweiz brasilien kina indien ægypten grønland island færøerne finland
    polska polsce polski hiszpania francja francji niemcy niemiec włochy anglia dania danii szwecja norwegia szwajcaria grecja
    turcja rosja ukraina belgia węgry rumunia irlandia szkocja brazylia meksyk japonia chiny indie egipt maroko kanada czechy
    słowacja litwa łotwa estonia
"""
_GENERAL = late(
    r"^\s*[¿¡]?(?:what|which|where|why|how|when|who|is|are|does|do|did|can|tell|list|name|explain|describe|compare|write|give|"
    r"translate|plan|qué|cuál(?:es)?|dónde|cómo|cuándo|quel(?:le)?s?|où|combien|hvad|hvilke[nt]?|hvor|hvornår|jaki[e]?|jaka|"
    r"gdzie|ile|kiedy)\b|"
    r"\b(?:capitals?|countr(?:y|ies)|continents?|languages?|population|currency|climate|borders?|planets?|capitale|pays|"
    r"país(?:es)?|hovedstad(?:en)?|stolica|stolicą)\b",
    re.IGNORECASE,
)
_PERSONAL = late(
    r"\b(?:(?-i:I|us)|my|we|our|me|mine|yo|mi|mis|nuestr[oa]s?|vivo|trabajo|je|j|mon|ma|mes|nous|notre|jeg|min|mit|vi|"
    r"vores|ja|mój|moja|moje|mieszkam|pracuję|mnie|nasz[ae]?|ich|meine?|wir)\b",
    re.IGNORECASE,
)


@cache
def _world() -> frozenset[str]:
    return frozenset(fold(word) for word in _WORLD_WORDS.split())


def is_general(text: str) -> bool:
    """Whether a text asks or tells about the world and nobody in it says "I"."""
    return _GENERAL.search(text) is not None and _PERSONAL.search(text) is None


def tell_nobody(found: Sequence[tuple[Tokens, Run]]) -> bool:
    """Whether all names of a text are well-known places: "What is the capital of France?" tells nothing of anybody.

    One that may be a person's too ("Paris") is a place where another one stands beside it.
    """
    doubtless = any(_all(tokens, run, doubts=False) for tokens, run in found)
    return all(_all(tokens, run, doubts=doubtless) for tokens, run in found)


def _all(tokens: Tokens, run: Run, *, doubts: bool) -> bool:
    """Whether all words of a name are of places; with `doubts`, also one word that is a first name too."""
    words = [k for k in tokens.kinds[run.first : run.last] if is_word(k)]
    return run.label in "PX" and all(_is_place(k, doubts=doubts and len(words) == 1) for k in words)


def _is_place(kind: Kind, *, doubts: bool) -> bool:
    if kind.flags >> COUNTRY & 1 or kind.code[1:2] in _OF_PLACES or kind.folded in LINKS or kind.folded in CONJUNCTIONS:
        return True
    return kind.folded in _world() or (kind.flags >> PLACE & 3 == 3 and (doubts or kind.flags >> FIRST & 3 < 2))


_OF_PLACES = frozenset("EP")

"""When hiding hurts: whether a question is about the very thing that is hidden, and whether an answer stumbled over it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hybridchat.facts import Finding
from hybridchat.late import late
from hybridchat.privacy.words import fold

LONGEST = 300
"""Characters of a question that can be about one thing alone; a longer one gives its own context."""
_HOLE = "\u25a1"
_BEGINNING = 700
"""Characters of an answer in which it says that it cannot tell."""

# Folded: without case and accents. What stands between such an opening and the hidden value may only be a few words.
_OPENINGS = late(
    r"(?:^|[.!?\n]\s*|,\s*)(?:please |can you |could you |do you know |por favor |hi[,!]? |hello[,!]? )*(?:"
    r"who(?:'s| is| was| are| were)|whose|what(?:'s| is| was| are| were| does| do you know)|where(?:'s| is| was| are| can)"
    r"|when (?:is|was|did|were)|which|how (?:old|tall|big|far|rich|many|do you (?:pronounce|spell))|is|are|was|did|does"
    r"|tell me|explain|describe|define|summari[sz]e|translate|pronounce|spell|validate|check|verify|biography of|compare"
    r"|(?:capital|population|history|meaning|origin) of|i want to know|give me (?:some )?(?:information|facts|details)"
    r"|(?:¿ ?)?(?:quien|quienes|que|cual|donde|cuando|cuantos|como) (?:es|era|fue|son|esta|significa|se|nacio|habitantes)"
    r"|habla(?:me)? de|explica|traduce|describe|cuentame"
    r"|qui (?:est|etait|a ete)|qu'est[- ]ce que?|quel(?:le)?s? (?:est|etait|sont)|ou (?:est|se trouve)|quand"
    r"|parle[sz]?[- ]moi|explique[sz]?|traduis|traduisez"
    r"|kto (?:to|jest|byl)|kim (?:jest|byl)|co (?:to|znaczy|wiesz)|gdzie (?:jest|lezy|znajduje)|kiedy|jaka? jest|ile"
    r"|opowiedz|wyjasnij|przetlumacz"
    r"|hvem (?:er|var)|hvad (?:er|var|betyder|hedder)|hvor (?:er|ligger|gammel|mange|stor)|hvornar|fortael|forklar|oversaet"
    r")\b[^.!?\n" + _HOLE + r"]{0,60}" + _HOLE + r"[^.!?\n]{0,40}(?:[.!?\s]*$)"
)
# What a question of this form needs to be answered without knowing the value: then the value is not what it is about.
_GIVEN = late(
    r"\b(?:my|our|mine|mi|mis|mon|ma|mes|moj|moja|moje|min|mit|i|we|je|jeg|said|told)\b"
    rf"|\b(?:for|para|pour|dla|til|from|to) {_HOLE}"
)
_BARE = late(rf"^\W*{_HOLE}[\W]*(?:{_HOLE}\W*)?$")
_WORTH = frozenset({"PERSON", "ORG", "LOCATION", "ADDRESS", "CARD", "IBAN", "PHONE", "ID", "EMAIL", "IP", "MAC", "HANDLE", "URL"})
_STUMBLED = late(
    r"placeholder|redact|anonymi[sz]|\bmasked\b|(?:do(?:es)?n't|do(?:es)? not|can't|cannot|couldn't|unable to|not able to|no) "
    r"(?:\w+ ){0,4}?(?:know|information|identify|recogni[sz]e|find|determine|familiar|context|record|details|tell)"
    r"|not (?:familiar|sure) (?:who|what|with)|unknown|isn't clear|is not clear|need more (?:context|information)"
    r"|no (?:se|tengo|conozco|dispongo|encuentro)\b|marcador de posicion|(?:ne|n'ai|n'a) .{0,20}\bpas\b.{0,30}"
    r"(?:sais|connais|information)|je ne (?:sais|connais) pas|nie (?:wiem|mam|znam|posiadam)"
    r"|(?:ved|kender) (?:jeg )?ikke"
    r"|har (?:jeg )?(?:ikke|ingen)|symbol zastepczy|pladsholder"
)
_SENTENCES = late(r"(?:[^.!?\n]|[.!?](?=\w))+[.!?\n]*")


def subject(question: str, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings that `question` is about: an answer would not be worth much without them. Empty for most.

    A short question that opens as one ("Who is …", "the capital of …", in English, Spanish, French, Polish, Danish) and has the
    finding as its object and nothing else that tells whom or what is meant, or a question that is the finding alone.
    """
    if not findings or len(question) > LONGEST or len(findings) > 3:
        return ()
    # "Kim" is a name, and how a Polish question begins
    findings = [f for f in findings if f.start or question[: f.end].lower() != "kim"]
    parts: list[str] = []
    at = 0
    for finding in findings:
        parts += (question[at : finding.start], _HOLE)
        at = finding.end
    text = fold("".join([*parts, question[at:]])).replace("’", "'")
    if _BARE.match(text):
        return _worth(findings)
    match = _OPENINGS.search(text)
    if match is None or _GIVEN.search(text):
        return ()
    return _worth(findings)


def _worth(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(f for f in findings if f.kind in _WORTH)


def public(question: str, findings: Sequence[Finding]) -> tuple[str, ...]:
    """What `question` is about and everybody may know it is: countries, and the best known places of the shipped list."""
    return tuple(question[f.start : f.end] for f in subject(question, findings) if _everybody_knows(question[f.start : f.end], f))


def _everybody_knows(name: str, finding: Finding) -> bool:
    if finding.kind != "LOCATION":
        return False
    from hybridchat.privacy.gazetteer import COUNTRY, PLACE, shipped  # loaded already where a place was found

    flags = [shipped().look(fold(word)) for word in name.split()]
    return all(flag >> COUNTRY & 1 or flag >> PLACE & 3 == 3 for flag in flags)


def stumbled(answer: str, hidden: Iterable[str]) -> tuple[str, ...]:
    """Those of the `hidden` values that `answer`, turned back, says it cannot tell anything about; empty for nearly all answers.

    Only its beginning is looked at, and only sentences that hold the value, or speak of placeholders.
    """
    values = tuple(dict.fromkeys(hidden))
    if not values:
        return ()
    told: list[str] = []
    for match in _SENTENCES.finditer(answer[:_BEGINNING]):
        folded = fold(match[0]).replace("’", "'")
        if not _STUMBLED.search(folded):
            continue
        named = [value for value in values if value in match[0]]
        if not named and "placeholder" in folded:
            named = list(values)
        told += named
    return tuple(dict.fromkeys(told))

"""What stays readable and deserves one look: capitalised words and numbers that nothing hides, and which raise a question.

Two lists in one. Everything is shown to whoever looks; a question is raised only by what may well be somebody's: a word that the
tagger nearly took for a person's and that is known as a name, or a long number that is no date, amount, version or code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hybridchat.facts import Finding
from hybridchat.privacy.names_ready import finds_names
from hybridchat.privacy.zones import ZoneMap, zones
from hybridchat.value import value

if TYPE_CHECKING:
    from hybridchat.privacy.tagger import Tagger
    from hybridchat.privacy.tagger_features import Kind

NEARLY = 60
"""How much surer (in 1/20) the tagger would have to be to take a word for a person's: measured by the benchmark `asking`."""
_LIST_ONLY, _ASK = 0.1, 0.5
"""Scores of what is worth a look only, and of what raises a question."""
_CASELESS_MOST = 6
"""Signs of a name in a script without capitals."""
_TOKEN = re.compile(r"[^\W\d_][\w'’-]{0,60}|\d(?:[ .,/-]?\d){3,40}")
_SENTENCE = re.compile(r"(?:^|[.!?:;…\n\"“”«»(*#>|•-])[\s\"“”'‘«(*_#>-]*$")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[-/.](?:19|20)?\d\d)?")
_LONG = re.compile(r"(?<![\w.,%$€£#&/=\\:-])(?:[A-Z]{1,3}-?)?\d{3}(?:[ -]?\d){3,17}(?![\w%$€£/=\\:]|[.,-]\w)")
_MIXED = re.compile(r"(?<![\w./@#=&%\\-])(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{9,40}(?![\w/@=&%\\-]|\.\w)")
_DATE = re.compile(r"(?:19|20)\d\d ?-? ?(?:0[1-9]|1[0-2]) ?-? ?(?:0[1-9]|[12]\d|3[01])|(?:(?:19|20)\d\d[- ]?)+")
_REST = re.compile(r"-[^\W\d_]{1,20}\b| [A-Z]\b(?!['’])")
_FEWEST = 7
"""Digits of a number that raises a question: shorter ones are mostly amounts."""

# Capitalised because a sentence begins with them, not because they name somebody: function words, pronouns, and the verbs
# that open requests, in the languages the program speaks of.
_OPENERS_WORDS = """
    a about above according act add after again all also although always am an analyse analyze and another answer any are as
    ask assume at be because been before begin below best both but by calculate can change check choose classify come compare
    complete compose compute consider continue convert correct could count create day dear define describe design did do does
    done don't draft each edit either elaborate ensure evaluate even every everyone example explain extract few fill find
    first fix following for format from generate get give given go good great had has have hello help her here hey hi his how
    however i i'd i'll i'm i've identify if imagine implement in include instead into is it it's its just keep know last let
    let's like list look make many maybe me meanwhile more most much must my need never new next no nobody not nothing note
    now of off often oh ok okay on once one only optimize or other our out outline over paraphrase perhaps perform please plot
    predict prepare print produce proofread propose prove provide put quick rank rate rather read really recommend refactor
    regarding remember remove reply rephrase replace respond return review revise rewrite say second see select she should
    show simplify since so solve some somebody someone something sometimes sort start state still such suggest summarise
    summarize sure take talk tell test thank thanks that that's the their them then there there's therefore these they they're
    think third this those three though through thus to today together tomorrow too transform translate try turn two under
    understand unless until up update us use used using very was we we're we've well were what what's when where whether which
    while who whose why will with within without work would write yes yesterday yet you you'll you're you've your al algo
    aunque como con cual cuando cuál cómo cuándo de del desde donde dónde dos el ella ellos en entonces es escribe ese eso
    esta este esto explica gracias ha hace haz hay hola la las le lo los me mi mis muy necesito no nos o para pero por porque
    puedes qué que quién quiero se según si sin sobre son su sus también tengo traduce tu un una uno unos y ya yo au aussi
    avec bonjour ce cela ces cet cette comment dans de depuis des donc du elle elles en est et explique il ils j'ai je
    l'article la le les leur lui ma mais me merci mes mon ne nos notre nous on or où par parce pas pendant peux plus pour
    pourquoi qu'est quand que quel quelle qui sa sans se selon ses si son sont sous sur ta tes ton tous tout traduis tu un une
    vers vos votre vous voici écris ale bo być chcę co czy dla do dziękuję dlaczego dzień gdy gdzie i ich ile ja jak jaka jaki
    jakie jako jest jeśli już każdy kiedy kto który która które lub ma mam mi może moja moje mój można na nad napisz nie niech
    o od on ona oni oraz po pod podaj proszę przed przetłumacz przez przy są się sprawdź tak także tam ten też to tu tylko w
    wszystkie wyjaśnij więc z za ze że af alle alt at da de den denne der deres det dette dig din du efter eller en er et for
    forklar fordi fra han har hej hun hvad hvem hver hvilken hvis hvor hvordan hvorfor i ikke ja jeg kan lav med men mig min
    mit mod nej nogle nu når og også om op over på sammen sin skal skriv som så tak til ud under var ved vi vil være aber als
    am an auch auf aus bei bis bitte da damit danach danke das dass dein dem den der des deshalb die dies diese dieser dir
    doch du durch ein eine einem einen einer er erkläre erstelle es für gib guten hallo hat hier ich ihr ihre im in ist ja
    jede jeder kann kannst man mein meine mit nach nein nicht noch nun nur ob oder ohne schreib schreibe sehr sein seine sich
    sie sind so über übersetze um und uns unser unter vom von vor wann war warum was weil welche wenn wer wie wir wird wo zu
    zum zur zwei zwischen
"""
_OPENERS = frozenset(_OPENERS_WORDS.split())
# Capitalised everywhere and nobody's.
_NOBODY_WORDS = """
    i i'm i'd i'll i've ok pm am monday tuesday wednesday thursday friday saturday sunday january february march april may
    june july august september october november december english spanish french polish danish german italian portuguese
    chinese japanese russian arabic latin european american british internet api apis url urls html css json xml yaml csv sql
    http https tcp udp ip dns ssl tls ssh cpu gpu ram usb pdf png jpg gif svg utf ascii ai ml llm nlp gpt id ids ui ux os ide
    sdk cli rest crud orm faq todo python java javascript typescript rust go ruby php swift kotlin scala perl bash linux
    windows macos unix android ios docker kubernetes git github gitlab react vue angular django flask node numpy pandas
    pytorch tensorflow postgres postgresql mysql sqlite redis mongodb markdown latex excel word powerpoint google microsoft
    apple amazon aws azure openai
"""
_NOBODY = frozenset(_NOBODY_WORDS.split())


@value
class Left:
    """One thing that stays readable, as it is written. `doubtful`: it may well be somebody's, and a question is raised for it."""

    text: str
    doubtful: bool = False


def suspects(text: str, *, tagger: Tagger | None = None, size: int = 20_000) -> tuple[Finding, ...]:
    """Words that are known as names and nearly were taken for one: as costly as looking for names, so keep the answer.

    Raises whatever reading the shipped lists and weights may raise.
    """
    if tagger is None:
        if not finds_names():
            return ()
        from hybridchat.privacy.tagger import shipped_tagger  # 0.1 s, and loaded already where names were looked for

        tagger = shipped_tagger()
    from hybridchat.privacy.names import BIAS  # as above
    from hybridchat.privacy.names_runs import runs_of
    from hybridchat.privacy.tagger_features import tokens_of

    person, other, address, number = BIAS["normal"]
    out: list[Finding] = []
    for at in range(0, len(text), size):
        tokens = tokens_of(text, tagger.kind, at, min(len(text), at + size))
        labels = tagger.labels(tokens, (person + NEARLY, other - 20, address, number))
        for run in runs_of(tokens, labels):
            if run.label != "P":
                continue
            named = [i for i in range(run.first, run.last) if _is_name(tokens.kinds[i])]
            if named:
                last = next((i for i in named if i + 1 not in named), named[0])
                out.append(Finding(tokens.starts[named[0]], tokens.ends[last], "PERSON", "may be a name", _ASK))
            elif run.last - run.first <= _CASELESS_MOST and tokens.kinds[run.first].shape == "o":
                out.append(Finding(tokens.starts[run.first], tokens.ends[run.last - 1], "PERSON", "may be a name", _LIST_ONLY))
    return tuple(out)


def _is_name(kind: Kind) -> bool:
    """Whether the lists know the word as a name of people more than as anything else."""
    from hybridchat.privacy.gazetteer import DICTIONARY, FIRST, FREQUENCY, LAST, PLACE

    first, last, often = kind.flags >> FIRST & 3, kind.flags >> LAST & 3, kind.flags >> FREQUENCY & 7
    plain = kind.flags >> DICTIONARY & 1
    if (
        len(kind.folded) < 3
        or kind.flags >> PLACE & 3 == 3
        or kind.code[1:2] in _TOLD
        or (kind.shape == "X" and len(kind.folded) < 4)
    ):
        return False
    if kind.shape in "xm":
        return first >= 2 and not plain and often < 4
    return first == 3 or (not plain and often < 5 and (first == 2 or last >= 2))


_TOLD = frozenset("TMCYDEV")
"""Codes of words that are something else whatever the lists say: titles, months, countries, days."""


def leftovers(text: str, findings: Sequence[Finding], doubts: Sequence[Finding] = ()) -> tuple[Left, ...]:
    """What is not hidden in `text`, each once, in order: capitalised runs, numbers of four digits and more, and `doubts`.

    Words that everybody uses, openers of sentences, years, and names that everybody knows are not among it. `findings` are
    sorted and do not overlap.
    """
    hidden = ZoneMap(findings)
    spared = ZoneMap(zones(text))
    sure = [f for f in doubts if not hidden.touches(f.start, f.end) and not _allowed(text[f.start : f.end])]
    for match in (*_LONG.finditer(text), *_MIXED.finditer(text)):
        start, end = match.span()
        if not (hidden.touches(start, end) or spared.touches(start, end)):
            sure.append(Finding(start, end, "ID", "number", _ASK if match.re is _LONG and _telling(match[0]) else _LIST_ONLY))
    sure += _rests(text, findings, hidden)
    sure.sort(key=lambda f: (f.start, -f.end))
    found = {text[f.start : f.end]: (f.start, f.score > _LIST_ONLY) for f in reversed(sure)}
    for start, said in _runs(text, hidden, spared, ZoneMap(sure)):
        found.setdefault(said, (start, False))
    ordered = sorted(found.items(), key=lambda item: item[1][0])
    return tuple(Left(said, doubtful) for said, (_, doubtful) in ordered)


def _rests(text: str, findings: Sequence[Finding], hidden: ZoneMap) -> Iterator[Finding]:
    """Names of which only the first part is hidden: an initial or a second part after a hyphen stays readable."""
    for finding in findings:
        rest = _REST.match(text, finding.end) if finding.kind == "PERSON" else None
        if rest is not None and not hidden.touches(rest.end() - 1, rest.end()):
            yield Finding(finding.start, rest.end(), "PERSON", "rest of a name", _LIST_ONLY)


def _telling(number: str) -> bool:
    """A number that may be a person's: long, not round, not a date."""
    digits = "".join(c for c in number if c.isdigit())
    return len(digits) >= _FEWEST and len(set(digits)) > 2 and not digits.endswith("000") and not _DATE.fullmatch(number)


def _runs(text: str, hidden: ZoneMap, spared: ZoneMap, sure: ZoneMap) -> Iterator[tuple[int, str]]:
    """(start, run) of capitalised words and of numbers that nothing hides."""
    run: list[str] = []
    first, run_end = 0, -1
    for match in _TOKEN.finditer(text):
        word, start, end = match[0], match.start(), match.end()
        fresh = not (hidden.touches(start, end) or spared.touches(start, end) or sure.touches(start, end))
        named = fresh and word[0].isupper() and not _ordinary(text, start, word)
        if run and (not named or text[run_end:start] != " "):
            if not _common(run):
                yield first, " ".join(run)
            run = []
        if named:
            first = first if run else start
            run.append(_trimmed(word))
            run_end = end if run[-1] == word else -1
        elif fresh and word[0].isdigit() and not _YEAR.fullmatch(word):
            yield start, word
    if run and not _common(run):
        yield first, " ".join(run)


def _common(run: Sequence[str]) -> bool:
    """Words that everybody uses, or the name of a product or of a body that everybody knows."""
    known = _allowed(" ".join(run))
    if not finds_names():
        return known
    from hybridchat.privacy.gazetteer import FIRST, shipped  # 20 ms, and loaded already where names were looked for
    from hybridchat.privacy.words import fold

    look = shipped().look
    if known:
        # of a public figure with a first name somebody may want to be asked; of a product nobody does
        return len(run) < 2 or look(fold(run[0])) >> FIRST & 3 < 2
    return all(_everyday(look(fold(word))) for word in run)


def _everyday(flags: int) -> bool:
    from hybridchat.privacy.gazetteer import COUNTRY, DICTIONARY, FIRST, FREQUENCY, LAST, PLACE

    first, last, place = flags >> FIRST & 3, flags >> LAST & 3, flags >> PLACE & 3
    plain = flags >> DICTIONARY & 1 or flags >> FREQUENCY & 7 >= 4
    return bool(flags >> COUNTRY & 1) or (bool(plain) and first < 2 and last < 3 and place < 2)


def _allowed(name: str) -> bool:
    from hybridchat.privacy.allow import allowed  # a list of a few hundred names, made when something is left

    return any(end - start == len(name) for start, end, _ in allowed().find(name))


def _trimmed(word: str) -> str:
    """Without a possessive or a quotation mark that closes."""
    for ending in ("'s", "’s"):
        word = word.removesuffix(ending)
    return word.rstrip("'’-")


def _ordinary(text: str, start: int, word: str) -> bool:
    low = word.lower().replace("’", "'")
    if low in _NOBODY or low.removesuffix("'s") in _NOBODY or len(word) == 1:
        return True
    return low in _OPENERS and (word.isupper() or _SENTENCE.search(text, max(0, start - 12), start) is not None)

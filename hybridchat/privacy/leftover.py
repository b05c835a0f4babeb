"""What stays readable and deserves one look: capitalised words and number runs that nothing hides."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hybridchat.facts import Finding
from hybridchat.privacy.zones import ZoneMap, zones

_TOKEN = re.compile(r"[^\W\d_][\w'’-]{0,60}|\d(?:[ .,/-]?\d){3,40}")
_SENTENCE = re.compile(r"(?:^|[.!?:;…\n\"“”«»(*#>|•-])[\s\"“”'‘«(*_#>-]*$")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[-/.](?:19|20)?\d\d)?")

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


def leftovers(text: str, findings: Sequence[Finding]) -> tuple[str, ...]:
    """Capitalised runs and numbers of four digits and more (years apart) outside findings and never-touch zones, each once."""
    hidden = ZoneMap(findings)
    spared = ZoneMap(zones(text))
    out: dict[str, None] = {}
    run: list[str] = []
    run_end = -1
    for match in _TOKEN.finditer(text):
        word = match[0]
        fresh = not hidden.touches(match.start(), match.end()) and not spared.touches(match.start(), match.end())
        named = fresh and word[0].isupper() and not _ordinary(text, match.start(), word)
        if run and (not named or text[run_end : match.start()] != " "):
            out.setdefault(" ".join(run))
            run = []
        if named:
            run.append(_trimmed(word))
            run_end = match.end() if run[-1] == word else -1
        elif fresh and word[0].isdigit() and not _YEAR.fullmatch(word):
            out.setdefault(word)
    if run:
        out.setdefault(" ".join(run))
    return tuple(out)


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

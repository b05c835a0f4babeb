"""Numbers that states, banks and firms give to people: by their check where the shape tells, else by the word before them."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from importlib import import_module
from typing import Protocol, cast

from hybridchat.facts import Finding
from hybridchat.late import late

# module of python-stdnum, shape of a candidate. Shapes with no separator are listed only where the check is strong
# (two check digits, or a date inside): a single check digit lets one number in ten through.
_ROWS: tuple[tuple[str, str], ...] = (
    ("es.dni", r"\d{2}\.?\d{3}\.?\d{3}-?[A-Za-z]"),
    ("es.nie", r"[XYZxyz]-?\d{7}-?[A-Za-z]"),
    ("fr.nir", r"[12]\d{4}(?:\d\d|2[AB])\d{8}"),
    ("pl.pesel", r"\d{11}|\d{6}-\d{5}"),
    ("pl.nip", r"\d{3}-\d{3}-\d{2}-\d{2}|\d{3}-\d{2}-\d{2}-\d{3}"),
    ("dk.cpr", r"\d{6}-\d{4}"),
    ("it.codicefiscale", r"[A-Za-z]{6}\d{2}[A-Za-z]\d{2}[A-Za-z]\d{3}[A-Za-z]"),
    ("be.nn", r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}|\d{11}"),
    ("pt.cc", r"\d{9}[A-Z]{2}\d"),
    ("se.personnummer", r"\d{6}[-+]\d{4}|\d{8}-?\d{4}"),
    ("fi.hetu", r"\d{6}[-+A-FU-Ya-fu-y]\d{3}[0-9A-Za-z]"),
    ("no.fodselsnummer", r"\d{11}|\d{6} ?\d{5}"),
    ("ch.ssn", r"756\.?\d{4}\.?\d{4}\.?\d{2}"),
    ("us.ssn", r"\d{3}-\d{2}-\d{4}|\d{3}\.\d{2}\.\d{4}"),
    ("us.itin", r"9\d{2}-[5-9]\d-\d{4}"),
    ("br.cpf", r"\d{3}\.\d{3}\.\d{3}-\d{2}"),
    ("br.cnpj", r"\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}"),
    ("in_.pan", r"[A-Z]{3}[ABCFGHLJPTK][A-Z]\d{4}[A-Z]"),
    ("in_.gstin", r"\d{2}[A-Z]{5}\d{4}[A-Z][0-9A-Z]Z[0-9A-Z]"),
    ("in_.epic", r"[A-Z]{3}\d{7}"),
    ("in_.aadhaar", r"\d{4}-\d{4}-\d{4}"),
    ("mx.curp", r"[A-Z]{4}\d{6}[HM][A-Z]{5}[0-9A-Z]\d"),
    ("mx.rfc", r"[A-Z&Ñ]{4}\d{6}[0-9A-Z]{3}"),
    ("ar.cuit", r"\d{2}-\d{8}-\d"),
    ("cl.rut", r"\d{1,2}\.\d{3}\.\d{3}-[\dkK]"),
    ("za.idnr", r"\d{13}"),
    ("kr.rrn", r"\d{6}-\d{7}"),
    ("kr.brn", r"\d{3}-\d{2}-\d{5}"),
    ("cn.ric", r"\d{17}[\dXx]"),
    ("th.pin", r"\d-\d{4}-\d{5}-\d{2}-\d"),
    ("tr.tckimlik", r"\d{11}"),
    ("ie.pps", r"\d{7}[A-W][A-IW]?"),
    ("cz.rc", r"\d{6}/\d{4}"),
    ("ro.cnp", r"[1-8]\d{12}"),
    ("se.orgnr", r"\d{6}-\d{4}"),
    ("sg.uen", r"\d{8,9}[A-Z]|[TSR]\d{2}[A-Z]{2}\d{4}[A-Z]"),
    ("hr.oib", r"HR\d{11}"),
    ("nl.btw", r"NL\d{9}B\d{2}"),
)
_ANY_SHAPE = late("|".join(f"(?:{shape})" for _, shape in _ROWS))
# The same for numbers written in groups with spaces, which a single token cannot hold.
_SPACED = late(
    r"(?<![\w.,])(?<!\d )(?:(?P<fr_nir>[12] \d\d \d\d (?:\d\d|2[AB]) \d{3} \d{3} \d\d)|(?P<fr_siret>\d{3} \d{3} \d{3} \d{5})|"
    r"(?P<in__aadhaar>[2-9]\d{3} \d{4} \d{4})|(?P<au_abn>\d{2} \d{3} \d{3} \d{3})|(?P<us_ssn>\d{3} \d{2} \d{4}))(?!\w| \d)"
)
# Shapes without a public check: British National Insurance, American Medicare, British driving licence.
_M = "AC-HJKMNP-RT-Y"
_SHAPES = late(
    r"(?<![\w-])(?:(?P<national_insurance>(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D])|"
    r"(?P<tax_number>(?:0[1-9]|[12]\d|3[0-7])[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[0-9A-Z])|"
    r"(?P<plate>[A-HJ-NPR-Y]{2}(?:0[2-9]|[12]\d|5[1-9]|[67]\d)[ -][A-HJ-PR-Y]{3}|[A-Z]{3}[- ]\d{3}[A-Z]{2})|"
    r"(?P<postal_code>(?:GIR 0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d|[A-HK-Y]\d\d|\d[A-HJKPS-UW]|[A-HK-Y]\d[ABEHMNPRV-Y])"
    r" \d[ABD-HJLNP-UW-Z]{2}))|"
    r"(?P<driving_licence_number>(?:1[1-9]|2[0-8])-\d\d-\d{6}-\d\d|[A-Z]{2}\d{7}[A-Z]|U1[A-Z0-9]{7}[A-Z])|"
    rf"(?P<medicare>(?i:[1-9][{_M}][0-9{_M}]\d-[{_M}][0-9{_M}]\d-[{_M}]{{2}}\d\d|"
    rf"[1-9][{_M}][0-9{_M}]\d[{_M}][0-9{_M}]\d[{_M}]{{2}}\d\d))|"
    r"(?P<driving_licence>[A-Z][A-Z9]{4}\d[0156]\d[0-3]\d\d[A-Z][A-Z9]\d[A-Z]{2}))(?![\w-])"
)

_TOKEN = late(r"(?<![\w.@/+-])(?=[A-Za-z]{0,6}-?\d)[A-Za-z0-9]{1,18}(?:[.\-/+][A-Za-z0-9]{1,18}){0,5}(?![\w@]|[.,/-]\d)")
_NUMBER = late(
    r"(?<![\w@])(?P<lead>[A-Z]{1,5}[ -]?)?\d[\dA-Za-z]{0,20}"
    r"(?:[ ./\-][A-Z]{0,3}\d[\dA-Za-z]{0,20}){0,6}(?:[ -][A-Z](?![\w]))?(?!\w)|"
    r"(?<![\w@-])(?=[A-Za-z]{0,9}\d)[A-Za-z0-9-]{6,24}(?![\w@])"
)

# Whole words, many languages: the number that follows one of them belongs to somebody.
_CONTEXT = late(
    r"(?<!\w)(?:"
    # English
    r"ssns?|social security|passports?|driv(?:er|ing)(?:['’]?s)? licen[cs]es?|licen[cs]e(?: plates?| numbers?| no)|"
    r"national id\w*|identity (?:card|number)|"
    r"(?:tax|taxpayer|voter|patient|member|customer|client|employee|student|user|account|policy|case|claim|badge|personal|"
    r"insurance|medical|health|"
    r"beneficiary|subscriber|group|employer|applicant|provider|staff|payroll|resident|permit|visa|alien|military|service|"
    r"registration|certificate|"
    r"loan|reservation|booking|confirmation|cheque|check|card|application|docket|file|record|chart|routing|bank|transit|plot|"
    r"parcel)"
    r" ?(?:id|ids|numbers?|nos?|nr|code|#|identification(?: number)?)|"
    r"itin|ein|vat(?: number| id| no)?|nhs(?: number| no)?|national insurance|nino|npi|dea(?: registration| number)?|mrn|"
    r"medical record|medicare|medicaid|"
    r"id (?:number|no|card|code)|acct|a/c|account|accounts|sort code|swift|bic|vin|imei|plates?|pin(?: code)?|cvv2?|cvc|ccn|"
    r"credit card|debit card|"
    r"brn|frn|rrn|kvnr|lanr|passports?|provider identifier|"
    r"iban|bank account|phi|policyholder|applications? ?\(?nos?|cases? nos?|pps|eori|abn|tfn|aadhaar|"
    r"gstin|(?:tin|sin|"
    r"pan)(?: number| no)|"
    # Spanish
    r"dni|nif|cif|pasaporte|seguridad social|c[eé]dula|curp|rut|cuit|cuil|cuenta (?:bancaria|corriente|n)|expediente|p[oó]liza|"
    r"matr[ií]cula|tarjeta|"
    r"n[uú]mero de (?:cliente|identificaci[oó]n|afiliaci[oó]n|cuenta|socio|expediente|tel[eé]fono)|demanda \(?n[uú]m|"
    r"demanda n[º°o]|"
    # French
    r"s[eé]curit[eé] sociale|passeport|permis de conduire|carte (?:d['’]identit[eé]|vitale|bancaire)|siret|siren|nir|"
    r"requ[eê]tes? ?\(?n?[o°os]{0,2}|"
    r"dossier n|compte (?:bancaire|n)|num[eé]ro de compte|immatriculation|police d['’]assurance|num[eé]ro (?:de client|client|"
    r"fiscal|"
    r"d['’]adh[eé]rent)|parcelles?|"
    # Polish
    r"pesel|nip|regon|krs|dow[oó]d\w*(?: osobist\w+)?|dow[oó]du|seria i numer|paszport\w*|rachun\w+|kont[oa]|sygn\w*(?: akt)?|"
    r"polis[ay]|"
    r"rejestracyjn\w+(?: pojazdu)?|prawo jazdy|prawa jazdy|(?:numer|nr) (?:klienta|umowy|ewidencyjny|legitymacji|albumu|karty|"
    r"sprawy|dzia[lł]ki)|"
    # Danish
    r"cpr(?:-?(?:nr|nummer))?|personnummer|cvr|pas(?:nummer|nr)|k[oø]rekort\w*|konto(?:nummer|nr)?|reg\.? ?nr|sags(?:nummer|"
    r"nr)|kunde(?:nummer|nr)|journalnr|"
    r"nummerplade|"
    # German
    r"steuer-?id\w*|idnr|steuer(?:nummer|nr)|(?:personal)?ausweis\w*|reisepass\w*|f[uü]hrerschein\w*|kunden(?:nummer|nr)|"
    r"versicherte?n?(?:nummer|nr)|"
    r"versicherungs(?:nummer|nr)|sozialversicherungs\w*|rentenversicherungs\w*|aktenzeichen|az|kennzeichen|vertrags(?:nummer|"
    r"nr)|patienten(?:nummer|nr)|"
    r"mitglieds(?:nummer|nr)|arzt(?:nummer|nr)|egk-?nummer|krankenkasse|"
    # others
    r"codice fiscale|partita iva|bsn|burgerservicenummer|hetu|henkil[oö]tunnus|personnummer|f[oø]dselsnummer|cpf|cnpj|nric|"
    r"kimlik|plaka(?: numaras[iı])?|여권번호는?|주민등록번호는?|เลขประจำตัวประชาชน|เลขบัตรประชาชน"
    r")(?!\w)"
)
_GAP = late(
    r"[\s:#=|(\"'*._-]*(?:(?:is|was|are|no|nos|number|numbers|num|id|es|est|to|jest|er|ist|n[uú]m|numero|num[eé]ro|numer|nr|"
    r"nummer|lautet|of|my|the|"
    r"[°ºo]|n[°ºo]|ending in|pojazdu|bankowego|vehicle|plate|card|de|del|du|registration|licen[cs]e|code)[\s:#=|(\"'*.°º-]*){0,4}"
)
_FILED = late(r"\d{3,6}/\d{2,4}")
_NO = late(r"\b(?:nos?\.|n[°ºo]\.?|nr\.?|núm\.)\s?$", re.IGNORECASE)
_VEHICLE = late(r"(?i:\bvin\b)[^\n\d]{0,25}?([A-HJ-NPR-Z0-9]{4}(?:[ -][A-HJ-NPR-Z0-9]{1,4}){4}|[A-HJ-NPR-Z0-9]{17})(?!\w)")
_YEAR = late(r"(?:19|20)\d\d(?:[-/.]\d{1,2}){0,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)?\d\d")


class _Check(Protocol):
    def is_valid(self, number: str, /, **options: bool) -> bool: ...


def national_ids(text: str, start: int, end: int) -> Iterator[Finding]:
    """Every identity, tax, account or case number that begins in [start, end)."""
    stop = min(len(text), end + 60)
    for match in _TOKEN.finditer(text, start, stop):
        name = _checked(match[0]) if match.start() < end else None
        if name is not None:
            yield Finding(match.start(), match.end(), "ID", name, 0.9)
    for match in _SPACED.finditer(text, start, stop):
        module = ".".join((match.lastgroup or "").rsplit("_", 1))
        if match.start() < end and _valid(module, match[0].replace(" ", "")):
            yield Finding(match.start(), match.end(), "ID", f"passes the check of {module}", 0.85)
    for match in _SHAPES.finditer(text, start, stop):
        if match.start() < end:
            yield Finding(match.start(), match.end(), "ID", (match.lastgroup or "").replace("_", " "), 0.8)
    yield from _named(text, start, end, stop)


def _checked(token: str) -> str | None:
    if _ANY_SHAPE.fullmatch(token) is None:
        return None
    fitting = (module for module, shape in _ROWS if re.fullmatch(shape, token))
    return next((f"passes the check of {module}" for module in fitting if _valid(module, token)), None)


def _valid(module: str, token: str) -> bool:
    check = _check(module)
    try:
        # Finnish numbers from 900 on are given to visitors: personal too, but the library takes them only when asked.
        return check.is_valid(token) or (module == "fi.hetu" and check.is_valid(token, allow_temporary=True))
    except (LookupError, ValueError, TypeError, AttributeError):
        # Some checks stumble over numbers of the right shape (cn.ric over unknown counties): hide what nobody could rule out.
        return True


def _check(module: str) -> _Check:
    # imported here: python-stdnum costs 26 ms, and most messages hold no candidate
    return cast("_Check", import_module(f"stdnum.{module}"))


def _named(text: str, start: int, end: int, stop: int) -> Iterator[Finding]:
    for match in _NUMBER.finditer(text, start, stop):
        if match.start() >= end:
            return
        first = match.start()
        word = None
        if match["lead"] and _CONTEXT.fullmatch(match["lead"].rstrip(" -").lower()):
            word, first = match["lead"].rstrip(" -"), match.end("lead")
        value = text[first : match.end()]
        digits = sum(c.isdigit() for c in value)
        if digits < 3 or _YEAR.fullmatch(value):
            continue
        if word is None and _FILED.fullmatch(value) and _NO.search(text, max(0, first - 8), first):
            word = "no."
        word = word or _word_before(text, first)
        if word is not None and (digits >= 4 or "/" in value):
            yield Finding(first, match.end(), "ID", f"number after “{word}”", 0.75)
    if "vin" not in text[start:stop].lower():
        return
    for match in _VEHICLE.finditer(text, start, stop):
        if match.start(1) < end:
            yield Finding(match.start(1), match.end(1), "ID", "vehicle number", 0.8)


def _word_before(text: str, at: int) -> str | None:
    """The context word that announces the number at `at`, if only filler stands between."""
    window = max(0, at - 70)
    if window > 0:
        while window < at and (text[window - 1].isalnum() and text[window].isalnum()):
            window += 1
    lowered = text[window:at].lower()
    if len(lowered) != at - window:
        lowered = text[window:at]
    last = next(iter(deque(_CONTEXT.finditer(lowered), maxlen=1)), None)
    if last is None or lowered.count("\n", last.end()) > 1:
        return None
    return last[0] if _GAP.fullmatch(lowered, last.end()) else None

"""Telling a secret from the things that stand in its place: variables, calls, types, samples, labels."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from math import log2

from hybridchat.late import late
from hybridchat.value import value

_STANDS_IN = late(
    r"[<{\[(]{1,2}[\w .:/|-]{0,60}[>}\])]{1,2}|[$%@#]\{?\{?[\w.:-]{0,60}\}{0,2}|(?:[x*.•?_#\s-]|\\.|…){3,160}|"
    r"(?:os\.)?(?:getenv|environ|env)\b.{0,160}|process\.env.{0,160}",
    re.DOTALL,
)
_SLOT = late(r"\{[a-z_]{1,30}\}|<[a-z_ -]{2,40}>|(?:[_-]|string|token|key|secret)here\b")
_FILLER_WORDS = """
    ${ {{ $( %( <% #{ your changeme placeholder redacted replaceme replace_me insert_ insert- xxxx **** #### ... example
"""
_FILLERS = tuple(_FILLER_WORDS.split())
_DOTTED = late(r"[A-Za-z_$][\w$]*(?:(?:\.|->|::|\?\.|\\)[A-Za-z_$][\w$]*)+")
_IDENTIFIER = late(r"[A-Za-z_][A-Za-z_]*\d?")
_SNAKE = late(r"[a-z]+(?:[_-][a-z]+)+|[A-Z]+(?:_[A-Z]+)+|[a-z]+(?:[A-Z][a-z]+)+|(?:[A-Z][a-z]+){2,}")
_PATH = late(
    r"(?:https?:/|(?:classpath|file|env|vault|arn):|\.{0,2}/|~/|[A-Za-z]:\\).*|[\w./-]+\.(?:py|js|ts|json|ya?ml|pem|key|txt|html?|php|java|go|crt|md)"
)
_HEX = late(r"[0-9a-fA-F]+")
_DIGIT = late(r"\d")
_ALPHA = late(r"[^\W\d_]")
_REPEATED = late(r"(.)\1*")

# Words that follow "password is", "token:" and the like without being one.
_NEVER_WORDS = """
    a an and any are array as at auth basic bearer be bool boolean bytes by char correct csrf default del delete der dict did
    disabled does email empty enabled error expired expires failed false field file for form from get given hash hashed hidden
    if in incorrect input int integer invalid is it its json key label list login long map missing must name needed never new
    no nil none not null number object ok old on only optional or password passwords passwd pass plain please post private
    public read record reset required same secret secrets secure self sent set sha256 short should string str stored strong
    tak test text that the then this to token tokens too true type undefined unique unknown unset update url user username
    uuid valid value void was weak what when which will with wrong yes you your bereits bien clave comme como correcta
    correcto dans depuis das dein demasiado der die dla doit ein eine en er erforderlich est et falsch falsz faux for forkert
    gleich ikke incorrecta incorrecto incorrect invalide jest jego la le les leur lub mangler manquant mot musi muy nie nicht
    niepoprawne no nodig nueva obligatoire obligatoria oraz où para plus por pour que qui se sera sehr si sin sont sous su sur
    trop tu un una une utf8 ut vacía vide w wieder więc wrong wymagane z za zbyt zu zwykle
"""
_NEVER = frozenset(_NEVER_WORDS.split())
# Of these, some are typed as passwords all the same; between quotes after a password's name they count.
_CHOSEN = frozenset({"password", "secret", "pass", "admin", "test", "root", "private"})
_STRONG = (
    "pass",
    "pwd",
    "kennwort",
    "contrase",
    "clave",
    "has\u0142o",
    "haslo",
    "adgangskode",
    "kodeord",
    "mot de passe",
    "mdp",
    "secret",
)
_WEAK = (
    "auth",
    "authorization",
    "oauth",
    "oauthorization",
    "sid",
    "cookie",
    "seed",
    "salt",
    "key",
    "credential",
    "credentials",
    "bearer",
)
# A name that goes on like this speaks about the secret and does not hold it.
_ABOUT = late(
    r"type|count|field|name|length|len$|size|min|max|url|uri|path|file|dir|expir|ttl|age$|policy|hint|(?<!s)id$|ids$|index|limit|"
    r"format|"
    r"regex|valid|requir|change|manager|izer|ize|label|input|prompt|error|exist|enable|disable|encod|algorithm|provider|"
    r"service|class|"
    r"header|param|prefix|suffix|version|row|col|var$|env$|ref$|usage|budget|window|location|placeholder|reset$|form$|view$|"
    r"page$|"
    r"s_per|method|mode|strategy|storage|endpoint|scheme|hasher|history|stamp|time|state|status|link|button|help"
)
_SETTER = late(r"set[a-z]{0,9}$")
_TAIL = late(r"[ \t]*(?:#.*|\\)?(?:\r?\n|$)")
_ENTITIES = {"&quot;": "&quot;", "&#34;": "&#34;", "&#39;": "&#39;", "&apos;": "&apos;"}
_LONGEST = 2_000
"""Characters of a value: what a session is opened or renewed with takes a thousand and more, and half of one is still one."""
_BARE = late(rf"[^\s,;\"'<>)\]}}|&`]{{3,{_LONGEST}}}")


@value
class Assignment:
    """How a value was introduced, lower case: keyword, rest of the name, closing quotes, operator, opening quote."""

    keyword: str
    suffix: str
    close: str
    operator: str
    quote: str
    before: str = ""
    """Up to twelve characters before the keyword, lower case."""

    @property
    def strong(self) -> bool:
        return self.keyword.startswith(_STRONG) or self.suffix.endswith(("secret", "password", "passwd"))

    @property
    def weak(self) -> bool:
        return self.keyword in _WEAK and "token" not in self.suffix and "key" not in self.suffix and not self.strong


def entropy(value: str) -> float:
    """Bits per character."""
    return -sum(n / len(value) * log2(n / len(value)) for n in Counter(value).values()) if value else 0.0


def _mixed(value: str) -> bool:
    """Letters and digits."""
    return _DIGIT.search(value) is not None and _ALPHA.search(value) is not None


def is_placeholder(value: str) -> bool:
    """True for `<your key>`, `${VAR}`, `xxxx`, `getenv(...)` and their like."""
    # 160 characters tell: neither a stand-in nor what gives it away is longer.
    low = value[:160].lower()
    if not value or any(filler in low for filler in _FILLERS):
        return True
    return _STANDS_IN.fullmatch(low) is not None or _SLOT.search(low) is not None or _REPEATED.fullmatch(value) is not None


def is_sample(value: str) -> bool:
    """True for keys made up to show how keys look: the alphabet in order, or the same signs again and again."""
    rising = repeated = run = same = 1
    for a, b in pairwise(value):
        run = run + 1 if ord(b) - ord(a) == 1 else 1
        same = same + 1 if a == b else 1
        rising = max(rising, run)
        repeated += same == 4
    return rising >= 10 or repeated >= 4


def looks_random(value: str) -> bool:
    """True where a run of 20 characters or more reads like keys do: hex at 3.0 bits and more, else 3.7 with mixed classes."""
    if len(value) < 20 or is_placeholder(value):
        return False
    bits = entropy(value)
    if _HEX.fullmatch(value):
        return len(value) >= 30 and bits >= 3.0 and not value.isdigit()
    mixed = _DIGIT.search(value) is not None and not value.islower() and not value.isupper()
    return mixed and bits >= 3.7 and value.count("/") < 4 and value.count("-") < 5


def plausible_token(value: str) -> bool:
    """A value that a machine made: digits and letters, not a name, not a path."""
    value = value.rstrip(".,;:")
    if len(value) < 6 or is_placeholder(value) or value.lower() in _NEVER or _PATH.fullmatch(value) or _DOTTED.fullmatch(value):
        return False
    if _mixed(value):
        return len(value) >= 8 and entropy(value) >= 2.5
    return len(value) >= 16 and not _SNAKE.fullmatch(value) and entropy(value) >= 3.2


def plausible_password(value: str, *, prose: bool = False, owned: bool = False, digits: bool = False) -> bool:
    """A value a person may have chosen. In prose a plain word counts only after "my password is"."""
    word = value.lower().strip("_-")
    if len(value) < 3 or is_placeholder(value) or (word in _NEVER and (prose or word not in _CHOSEN)) or _PATH.fullmatch(value):
        return False
    if not prose:
        return True
    if value.isdigit():
        return (digits or owned) and 4 <= len(value) <= 12
    if _DIGIT.search(value) or any(not c.isalnum() and c not in "-’'" for c in value[:-1]):
        return len(value) >= 4 and not _DOTTED.fullmatch(value)
    return owned and len(value) >= 5


def judge(text: str, at: int, how: Assignment) -> tuple[int, str] | None:
    """(end, reason) of the secret that begins at `at`, or None where what stands there is none."""
    if _ABOUT.search(how.suffix) or (how.operator == ">" and how.suffix.endswith("-")):
        return None
    reason = f"value of {how.keyword}"
    if how.quote:
        end = _closing(text, at, how.quote)
        if end is None:
            return None
        value = text[at:end]
        return (end, reason) if _quoted(value, how) else None
    if how.operator in {"(", ","} or not how.operator:
        return None
    match = _BARE.match(text, at)
    if match is None or text[match.end() : match.end() + 1] in {"(", "[", "{"} or "(" in match[0] or match[0][0] in ":[{@<":
        return None
    if "[" in match[0] and text[match.end() : match.end() + 1] in {"]", "'", '"'}:
        return None  # an element of something
    value = match[0].rstrip(".:\\")
    return (at + len(value), reason) if _bare(text, at, value, how) else None


def _closing(text: str, at: int, quote: str) -> int | None:
    """Index of the quote that closes a value on the same line, at most `_LONGEST` characters on."""
    mark = quote if quote in _ENTITIES or quote.startswith("\\") else quote[-1]
    found = at
    while True:
        found = text.find(mark, found, at + _LONGEST)
        if found < 0 or "\n" in text[at:found]:
            return None
        if mark.startswith("\\") or text[found - 1] != "\\" or found == at:
            return found
        found += 1


def _quoted(value: str, how: Assignment) -> bool:
    bare = value.strip()
    if bare.startswith(":") or (value[:1].isspace() and bare.endswith("=")):  # a symbol; the next attribute of a tag
        return False
    if any(c.isspace() for c in bare):
        return "phrase" in how.keyword and 3 <= len(bare.split()) <= 12
    if (
        (_same_word(bare, how) and not (how.strong and bare.islower() and how.operator in {"=", ":", "=>"}))
        or _DOTTED.fullmatch(bare)
        or is_placeholder(bare)
    ):
        return False
    if how.operator in {",", "(", ""} and not (how.operator == "(" and _SETTER.search(how.before)) and not _varied(bare):
        return False
    if how.strong:
        return (
            plausible_password(bare) and (how.operator != "|") and not (bare.startswith(("^", "/")) or bare.endswith((":", "?")))
        )
    if how.weak:
        return _machine_made(bare)
    return plausible_token(bare)


def _bare(text: str, at: int, value: str, how: Assignment) -> bool:
    if _same_word(value, how) or (value.endswith(how.keyword) and _IDENTIFIER.fullmatch(value)):
        return False
    if not plausible_password(value) or _DOTTED.fullmatch(value) or is_placeholder(value):
        return False
    line = text.rfind("\n", max(0, at - 300), at) + 1
    before = text[max(line, at - 300) : at]
    environment = before.endswith("=") and before[-2:-1] not in {" ", "=", "!"} and "(" not in before and "," not in before
    alone = _TAIL.match(text, at + len(value)) is not None
    setting = how.operator in {":", "="} and alone and not how.close and before.lstrip(" \t#>-").rstrip().count(" ") <= 1
    markup = how.operator == ">" and text[at + len(value) : at + len(value) + 2] == "</"
    if how.weak:
        return _machine_made(value)
    if _IDENTIFIER.fullmatch(value):
        if how.operator in {"=", ":"} and (value[0].isupper() and how.operator == ":"):
            return False
        settles = environment or markup or (setting and how.operator == ":" and before[-1:] == " ")
        return settles and (how.strong or len(value) >= 6) and len(value) >= 4
    return plausible_token(value) or (how.strong and (environment or setting or markup) and not value.isdigit())


def _machine_made(value: str) -> bool:
    varied = _mixed(value)
    if len(value) >= 32 and value.isalpha() and value.islower() and entropy(value) >= 3.8:
        return True
    return looks_random(value) or (len(value) >= 12 and varied and entropy(value) >= 3.2 and not is_placeholder(value))


def _varied(value: str) -> bool:
    return any(not c.isalpha() and c not in "_-." for c in value) and _ALPHA.search(value) is not None


def _same_word(value: str, how: Assignment) -> bool:
    """`password: "password"` is a label or a form field more often than a secret."""
    plain = re.sub(r"[^a-z0-9]", "", value.lower())
    return plain in {re.sub(r"[^a-z0-9]", "", how.keyword), re.sub(r"[^a-z0-9]", "", how.keyword + how.suffix), ""}

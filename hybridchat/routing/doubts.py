"""Signs in an answer that it may not be one: refusals, second thoughts, wrong sums, loops. Own-written lists, English first."""

from __future__ import annotations

from hybridchat.late import late

_REFUSALS = late(
    r"\bi(?:'m| am)? (?:really |very |so )?sorry,? (?:but|i)\b"
    r"|\bi (?:can(?:no|')t|can not|could not|couldn't|won't|will not|am (?:not able|unable)|'m (?:not able|unable)) (?:to )?"
    r"(?:help|assist|provide|answer|do that|comply|fulfil|fulfill|give|determine|access|browse|tell|say|solve|complete|create"
    r"|generate|verify|calculate|discuss|share|continue|see|open|read|view|write|predict|know)\b"
    r"|\bi'm (?:not able|unable) to\b"
    r"|\bi(?: do not|(?: a|')m not| don't)(?: actually| really)? (?:know|sure (?:what|how|which|about)"
    r"|have (?:access|enough|any information|information|the ability|real-time|up-to-date))\b"
    r"|\b(?:it is|it's) (?:not possible|impossible) to (?:determine|answer|say|know|tell|calculate)\b"
    r"|\b(?:cannot|can't|can not) be (?:determined|answered|calculated|solved|known)\b"
    r"|\bnot enough (?:information|data|context)\b|\binsufficient (?:information|data)\b"
    r"|\bbeyond my (?:knowledge|capabilities|abilities)\b|\bas of my (?:last|knowledge)\b|\bknowledge cut-?off\b"
    r"|\bes tut mir leid, aber\b|\bich kann (?:dir|ihnen|das|dabei) (?:leider )?nicht\b|\blo siento, pero\b"
    r"|\bje suis désolée?, mais\b|\bmi dispiace, ma\b"
)
_MACHINE = late(
    r"\bas an? (?:ai|artificial intelligence|(?:large )?language model)\b|\bals ki\b|\ben tant qu'ia\b|\bcomo (?:una )?ia\b"
)
_SECOND_THOUGHTS = late(
    r"\b(?:wait,|actually, no|hold on|on second thought"
    r"|let me (?:re-?check|re-?consider|re-?calculate|re-?evaluate|try again|correct)"
    r"|that(?:'s| is) (?:not right|incorrect|wrong)|i (?:made|see) (?:a|an|the|my) (?:mistake|error)|correction:|my apologies"
    r"|i apologi[sz]e|there (?:seems|appears) to be (?:a|an|some) (?:mistake|error|discrepancy|inconsistency|issue))"
)
_MISFIT = late(
    r"\bnone of (?:the|these) (?:(?:given|above|provided|listed|answer) )*(?:options|choices|answers)"
    r"|\b(?:does|do)(?:n't| not) match any\b|\bnot (?:listed|among the|one of the|in the) (?:options|choices|given)\b"
    r"|\bclosest (?:option|answer|choice|match)\b|\bno correct (?:answer|option)\b"
)
_HEDGES = late(
    r"\b(?:i think|i believe|i guess|probably|perhaps|maybe|might be|could be|not (?:entirely|completely|quite) sure"
    r"|approximately|roughly|assuming|it seems|presumably|likely)\b"
)
_TERM = r"\$?-?\d[\d,]{0,15}(?:\.\d{1,9})?%?"
_SUM = late(rf"(?<![\d.,])({_TERM}(?:\s*[-+*/×÷]\s*{_TERM}){{1,8}})\s*=\s*\$?(-?\d[\d,]*(?:\.\d+)?)(?![\d.]*\s*[-+*/×÷^%=]|\d)")
_TOKEN = late(r"\d[\d,]*(?:\.\d+)?%?|[-+*/×÷]")
_JOINERS = "-+*/×÷^(=.,"
_WORD = late(r"[^\W\d_]{4,}|\d+")
ENDS = 500
"""Characters at either end of an answer in which a refusal is looked for: in between it is usually quoted."""
TOLERANCE = 0.011
"""Share by which a written sum may be off: answers round."""


def lowered(answer: str) -> str:
    """In lower case, with plain apostrophes, as the lists are written."""
    return answer.lower().replace("’", "'")


def refuses(low: str) -> bool:
    return _REFUSALS.search(_ends(low)) is not None


def speaks_as_machine(low: str) -> bool:
    return _MACHINE.search(_ends(low)) is not None


def _ends(low: str) -> str:
    return low if len(low) <= 2 * ENDS else f"{low[:ENDS]}\n{low[-ENDS:]}"


def second_thoughts(low: str) -> int:
    return len(_SECOND_THOUGHTS.findall(low))


def misfits(low: str) -> bool:
    """It says that no option fits."""
    return _MISFIT.search(low) is not None


def hedges(low: str) -> int:
    return len(_HEDGES.findall(low))


def wrong_sums(answer: str) -> tuple[str, ...]:
    """Sums in the text that do not add up, as written: `12 * 7 = 82`. Percentages and what continues on either side are left."""
    wrong: list[str] = []
    for found in _SUM.finditer(answer):
        before = answer[: found.start()].rstrip()[-1:]
        if before and before in _JOINERS:
            continue
        right, said = _worth(found.group(1)), float(found.group(2).replace(",", ""))
        if right is not None and abs(right - said) > max(0.011, TOLERANCE * abs(right)):
            wrong.append(" ".join(found.group(0).split()))
    return tuple(wrong)


def _worth(expression: str) -> float | None:
    """The value of numbers joined by + - * /, products first; `None` for a division by zero or a percentage."""
    if "%" in expression:
        return None
    total, product, sign, times = 0.0, 1.0, 1.0, "*"
    waiting = False
    for part in _TOKEN.findall(expression):
        if part in "-+" and not waiting:
            sign = -sign if part == "-" else sign
        elif part in "-+":
            total, product, times, waiting = total + sign * product, 1.0, "*", False
            sign = -1.0 if part == "-" else 1.0
        elif part in "*/×÷":
            times, waiting = ("/" if part in "/÷" else "*"), False
        else:
            value = float(part.replace(",", ""))
            if times == "/" and not value:
                return None
            product = product / value if times == "/" else product * value
            waiting = True
    return total + sign * product


def loops(answer: str) -> bool:
    """The text goes round in circles: its last words again and again, or one line four times."""
    text = answer.rstrip()
    end = text[-48:]
    if len(text) > 240 and len(set(end)) > 4 and text[-1200:].count(end) > 2:
        return True
    lines = [line.strip() for line in text.splitlines() if len(line) > 16]
    return len(lines) > 5 and max(map(lines.count, set(lines[-4:]))) > 3


def overlap(one: str, other: str) -> float:
    """Share of the shorter text's words that the other one has too, 0..1."""
    ours, theirs = set(_WORD.findall(one.lower())), set(_WORD.findall(other.lower()))
    if not ours or not theirs:
        return float(one.split() == other.split())
    return len(ours & theirs) / min(len(ours), len(theirs))

"""Plain mode before something leaves: the question, and its words hidden or shown one by one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from hybridchat.cli import sentences
from hybridchat.conversation import Package, were_hidden
from hybridchat.events import Ended, Held, Verdict
from hybridchat.render import words
from hybridchat.render.text import one_line
from hybridchat.review import Changed

if TYPE_CHECKING:  # the conversation calls these and hands itself in; at run time nothing points back
    from hybridchat.cli.plain import Plain

CHANGE = "hide or show single words"
REWORD = "ask in other words"
CONSENT = (("send", Verdict.SEND), ("send, and do not ask again in this conversation", Verdict.ALWAYS),
           ("view what would leave", None), ("stay local", Verdict.LOCAL), ("cancel", Verdict.CANCEL))  # fmt: skip
LETTERS = {CHANGE: "", REWORD: "e", **dict(zip((text for text, _ in CONSENT), "yavln", strict=True))}
"""The same as on the screen; the choice to show what is asked about has the letter s."""
FOLD = 8
"""Words of each list until the rest is asked for."""


def consent(plain: Plain, held: Held) -> tuple[Verdict, Package]:
    """The user's answer, and the package as it is after what was hidden and shown."""
    package = held.package
    while True:
        title = sentences.consent(package, demo=plain.demo)
        shown = [text for text, _ in CONSENT]
        if package.hidden or package.left:
            shown.append(CHANGE)
        if package.subject:
            title = f"{title}\nThe question is about what is hidden, so the answer may miss it."
            shown.append(f"show {', '.join(one_line(word, 60) for word in package.subject)}")
        shown.append(REWORD)
        chosen = plain.choose(title, shown, [LETTERS.get(text, "s") for text in shown])
        if chosen is None:
            return Verdict.CANCEL, package
        if chosen < len(CONSENT):
            verdict = CONSENT[chosen][1]
            if verdict is not None:
                return verdict, package
            plain.quote(*sentences.view(package))
        elif shown[chosen] == REWORD:
            plain.reworded = (plain.tty.ask("the question in other words, or Enter to go back: ") or "").strip()
            if plain.reworded:
                return Verdict.CANCEL, package
        elif shown[chosen] == CHANGE:
            package = _changed(plain, held.turn_id, package)
        else:
            for word in package.subject:
                package = _taken(plain, package, plain.stage.run(plain.chat.review.show(held.turn_id, word)))


def _changed(plain: Plain, turn_id: str, package: Package) -> Package:
    """Has single words hidden or shown until the user is done."""
    whole = False
    while True:
        hidden, left = package.hidden, package.left
        if not whole:
            hidden, left = hidden[:FOLD], left[:FOLD]
        more = len(package.hidden) + len(package.left) - len(hidden) - len(left)
        rows = [f"hidden: {one_line(item.original, 60)} ({item.reason})" for item in hidden]
        rows += [f"readable: {one_line(w, 60)}{', may be private' if w in package.doubtful else ''}" for w in left]
        chosen = plain.choose("Which word?", [*rows, *([f"{words.plural(more, 'more word')}"] if more else [])])
        if chosen is None:
            return package
        if chosen == len(rows):
            whole = True
        elif chosen < len(hidden):
            package = _one(plain, turn_id, package, hidden[chosen].original, hidden=True)
        else:
            package = _one(plain, turn_id, package, left[chosen - len(hidden)], hidden=False)


def _one(plain: Plain, turn_id: str, package: Package, word: str, *, hidden: bool) -> Package:
    """What becomes of one word."""
    review = plain.chat.review
    show, hide = partial(review.show, turn_id, word), partial(review.hide, turn_id, word)
    choices = (
        [("show it in this conversation", show), ("never hide it", partial(show, never=True))]
        if hidden
        else [
            ("hide it in this conversation", hide),
            ("always hide it", partial(hide, always=True)),
            ("never ask about it", partial(show, never=True)),
        ]
    )
    chosen = plain.choose(one_line(word, 60), [text for text, _ in choices])
    return package if chosen is None else _taken(plain, package, plain.stage.run(choices[chosen][1]()))


def _taken(plain: Plain, before: Package, changed: Changed) -> Package:
    plain.say(changed.said)
    return changed.package or before


def showing(plain: Plain, ended: Ended) -> bool:
    """After an answer that stumbled over what was hidden: whether to ask again with it shown."""
    which = ", ".join(one_line(value, 60) for value in ended.stumbled)
    return plain.choose(f"{were_hidden(len(ended.stumbled))}: {which}", ["ask again showing it", "leave it"], "yn") == 0

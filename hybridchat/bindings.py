"""Every key that does something, by name: what it is for, where it counts, and which key it has unless the user says otherwise.

The screens take their bindings from here, so F1, `/help`, the check of `[keys]` and the hints cannot disagree. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hybridchat.commands import COMMANDS, command, key_word
from hybridchat.keytable import ROWS, WITHIN
from hybridchat.value import value

NONE = "none"
"""What stands in `[keys]` for no key at all."""


@value
class Bound:
    """A binding: `keys` as Textual spells them, several with commas; `where` is the part of the program in which it counts."""

    id: str
    keys: str
    help: str
    where: str


def _all() -> Iterator[Bound]:
    for c in COMMANDS:
        yield Bound(c.name, c.key or NONE, c.help, "chat")
    for where, rows in ROWS:
        for name, keys, said in rows:
            yield Bound(name, keys, said, where)


_COMMANDS = frozenset(c.name for c in COMMANDS)
BINDINGS: Mapping[str, Bound] = {bound.id: bound for bound in _all()}
"""By id, in the order of F1."""


def named(word: str) -> str:
    """The id that a word under `[keys]` means: itself, or the command of which it is another name. Raises `KeyError`."""
    return word if word in BINDINGS else command(word).name


def _is_command(word: str) -> bool:
    try:
        return bool(command(word))
    except KeyError:
        return False


_OTHER_NAMES = {"esc": "escape", "return": "enter", "pgup": "pageup", "pgdn": "pagedown", "del": "delete", "ins": "insert"}
_PLAIN = (
    "enter", "escape", "tab", "space", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown", "up", "down", "left",
    "right", "slash", "question_mark",
)  # fmt: skip
_KEYS = frozenset({*_PLAIN, *(f"f{n}" for n in range(1, 25))})
_MODIFIERS = frozenset({"ctrl", "shift", "alt", "super", "meta", "hyper"})


def spelt(key: str) -> str:
    """A key as Textual spells it: `Ctrl-O`, `^o` and `ctrl+o` are one, `Esc` is `escape`; a letter alone keeps its case."""
    key = key.strip()
    if len(key) == 1:
        return key
    if key.startswith("^"):
        key = f"ctrl+{key[1:]}"
    *modifiers, last = [part.strip() for part in key.replace("-", "+").lower().split("+")]
    return "+".join([*modifiers, _OTHER_NAMES.get(last, last)])


def is_key(key: str) -> bool:
    """Whether there is such a key, spelt as `spelt` does it."""
    if len(key) == 1:
        return True
    *modifiers, last = key.split("+")
    return set(modifiers) <= _MODIFIERS and (last in _KEYS or (len(last) == 1 and bool(modifiers)))


@value
class Keys:
    """The keys as they are here: the user's `own`, by id, over the defaults; `kept` are those the terminal keeps for itself.

    Made by `here`.
    """

    own: Mapping[str, tuple[str, ...]]
    kept: frozenset[str] = frozenset()

    def of(self, name: str) -> tuple[str, ...]:
        """The keys of a binding, as Textual spells them; empty when it has none. Raises `KeyError` for an id there is not."""
        said = self.own.get(name)
        return said if said is not None else _split(BINDINGS[name].keys)

    def word(self, name: str) -> str:
        """How the hints name a binding: its first key that arrives here, else Ctrl+X and its letter, else the slash command.

        Empty for what has no key here and is no command.
        """
        if found := self.arriving(name):
            return key_word(found[0])
        leader = next(iter(self.arriving("leader")), "")
        if name == "newline":
            return f"{key_word(leader)} enter" if leader else ""
        if name not in _COMMANDS:
            return ""
        letter = command(name).letter
        return f"{key_word(leader)} {letter}" if letter and leader else f"/{name}"

    def arriving(self, name: str) -> tuple[str, ...]:
        """Those of its keys that come through this terminal."""
        return tuple(key for key in self.of(name) if key not in self.kept)

    def meanings(self, *names: str) -> Mapping[str, str]:
        """Key -> which of these bindings it is; of two with one key the one to which the user gave it.

        `shift+\\r` is what Textual 8.2 makes of xterm's other way to say Shift+Enter (`CSI 27;2;13~`), which tmux hands on.
        """
        ordered = sorted(names, key=lambda name: name in self.own)
        return {spelling: name for name in ordered for key in self.of(name) for spelling in (key, key.replace("+enter", "+\r"))}

    def keymap(self) -> Mapping[str, str]:
        """What the user changed, id -> keys; a binding without a key has one that no keyboard sends."""
        return {name: ",".join(keys) or UNBOUND for name, keys in self.own.items()}


def here(own: Mapping[str, str] | None = None, kept: frozenset[str] = frozenset()) -> Keys:
    """The keys with what stands under `[keys]`; a key that is none, or that is needed for typing, is left out."""
    found = {named(word): _split(keys) for word, keys in (own or {}).items() if word in BINDINGS or _is_command(word)}
    return Keys({name: tuple(key for key in keys if not _misfit(name, key)) for name, keys in found.items()}, kept)


def _split(keys: str) -> tuple[str, ...]:
    return tuple(key for key in map(spelt, keys.split(",")) if key != NONE)


UNBOUND = "unbound"
"""The key of bindings without one: Textual wants each to have a key, and no keyboard sends this."""


_TYPED = frozenset({"everywhere", "chat", "writing", "find", "words", "recall", "help", "palette", "editing", "fields"})
"""Places in which a text is written, and every letter is one of it."""
_SENDS = frozenset({"consent-send", "consent-always", "review-send", "review-always"})
_ENTERS = frozenset({"ctrl+j", "ctrl+m"})
"""What Enter is in terminals that tell no more than a control character."""


def _misfit(name: str, key: str) -> str:
    """Why a key can be none of this binding, half a sentence; empty when it can."""
    if not is_key(key):
        return "is no key; as in ctrl+o, f6 or none"
    if BINDINGS[name].where in _TYPED and (len(key) == 1 or key == "space"):
        return "is needed for typing, so it stays a letter"
    if name in _SENDS and (key.endswith("enter") or key in _ENTERS):
        return "may be meant for the composer, so it lets nothing leave"
    return ""


def faults(own: Mapping[str, str]) -> Iterator[str]:
    """What is odd about the user's keys, a sentence each. None of it is fatal."""
    for word, keys in own.items():
        yield from (f"{word}: {problem}" for problem in misfits(word, keys))
    yield from clashes(own)


def misfits(word: str, keys: str) -> Iterator[str]:
    """What of `keys` can be no key of the binding `word`, half a sentence each: no key at all, or one that is needed elsewhere.

    Not fatal: such a key does nothing. Raises `KeyError` for a word that is no binding.
    """
    name = named(word)
    for key in _split(keys):
        if problem := _misfit(name, key):
            yield f"{key} {problem}"


def clashes(own: Mapping[str, str], name: str = "") -> Iterator[str]:
    """Keys that are bound twice, a sentence each; with a `name` only those of that binding.

    Not fatal: of two bindings of one key the program has to take one.
    """
    for pair, key in _clashes(here(own)):
        if not name or name in pair:
            yield f"{key_word(key)} is bound twice: {' and '.join(pair)}"


def _clashes(keys: Keys) -> Iterator[tuple[tuple[str, ...], str]]:
    """Only what the user's own keys brought about: the defaults share keys on purpose, as Esc does."""
    names = list(BINDINGS)
    pairs = {tuple(sorted((own, other), key=names.index)): None for own in keys.own for other in names if own != other}
    for first, second in pairs:
        if _together(BINDINGS[first].where, BINDINGS[second].where):
            meant = set(_split(BINDINGS[first].keys)) & set(_split(BINDINGS[second].keys))
            yield from (((first, second), key) for key in keys.of(first) if key in keys.of(second) and key not in meant)


def _together(one: str, other: str) -> bool:
    """Whether keys of both places count at the same moment."""
    return one == other or "everywhere" in (one, other) or other in WITHIN.get(one, ()) or one in WITHIN.get(other, ())

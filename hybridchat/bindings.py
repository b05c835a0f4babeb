"""Every key that does something, by name: what it is for, where it counts, and which key it has unless the user says otherwise.

The screens take their bindings from here, so F1, `/help`, the check of `[keys]` and the hints cannot disagree. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hybridchat.commands import COMMANDS, command, key_word
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


_TABLE = (
    ("everywhere", (
        ("palette", "ctrl+p", "all commands, to search"),
    )),
    ("chat", (
        ("interrupt", "ctrl+c", "stop the answer, else clear the draft; when empty, twice to leave"),
    )),
    ("writing", (
        ("send", "enter", "send; while an answer comes it waits above the composer and is sent after it"),
        ("newline", "ctrl+j,shift+enter,alt+enter", "new line"),
        ("leader", "ctrl+x", "with a selection: cut it; without: a letter follows that names a command"),
        (
            "complete",
            "tab",
            "after / or @: complete the word; beside a folded paste: show it; on the first screen: pull the model it names",
        ),
        ("write-up", "up", "in an empty composer: the message that waits, back to edit; else the question before"),
        ("write-down", "down", "the question after, while looking back"),
        ("write-end", "end", "in an empty composer: the newest line, and follow it again"),
        ("to-messages", "shift+tab", "go to the messages; twice: to the gauges"),
        ("scroll-up", "pageup", "scroll the conversation up while you write"),
        ("scroll-down", "pagedown", "scroll it down"),
        ("leave", "ctrl+d", "leave, when the composer is empty; else delete the next character"),
    )),
    ("messages", (
        ("message-up", "up", "message above"),
        ("message-down", "down", "message below"),
        ("branch-before", "left", "the branch before, where it says 2 of 3"),
        ("branch-after", "right", "the branch after"),
        ("message-edit", "e", "ask the question in other words"),
        ("message-copy", "y", "copy the message"),
        ("message-code", "u", "copy the next code block"),
        ("message-thinking", "t", "show what was thought, or the files of a question; or fold it"),
        ("message-link", "o", "show where the next link leads"),
        ("message-open", "enter", "open the link that is shown"),
        ("message-end", "end", "newest line, and follow it again"),
        ("to-gauges", "shift+tab", "on to the gauges"),
        ("to-writing", "escape,tab", "back to the composer"),
    )),
    ("gauges", (
        ("gauge-above", "up,left", "the figure above"),
        ("gauge-below", "down,right", "the figure below"),
        ("gauge-open", "enter", "all of it in a view of its own"),
        ("gauges-messages", "tab", "back to the messages"),
        ("gauges-writing", "escape,shift+tab", "back to the composer"),
    )),
    ("find", (
        ("find-above", "up,enter", "the hit above"),
        ("find-below", "down,shift+enter", "the hit below"),
        ("find-stay", "tab,shift+tab", "stay at the message"),
        ("find-back", "escape", "back to where you were"),
    )),
    ("views", (
        ("close", "escape", "close"),
        ("page-close", "q,enter", "close a text that is only read"),
    )),
    ("help", (
        ("help-up", "up", "scroll up"),
        ("help-down", "down", "scroll down"),
        ("help-page-up", "pageup", "scroll up a page"),
        ("help-page-down", "pagedown", "scroll down a page"),
        ("help-close", "enter", "close"),
    )),
    ("conversations", (
        ("chats-new", "n", "a new conversation"),
        ("chats-keys", "tab", "from the search to the list, where letters are commands, and back"),
        ("chats-up", "up", "the conversation above"),
        ("chats-down", "down", "the conversation below"),
        ("chats-rename", "r", "rename"),
        ("chats-tag", "t", "put a tag on it, or take it off"),
        ("chats-top", "p", "hold it at the top of the list, or let it go"),
        ("chats-archive", "a", "archive it, or bring it back"),
        ("chats-archived", "x", "show archived ones too"),
        ("chats-delete", "d,delete", "delete"),
        ("chats-undo", "u", "bring back what was deleted"),
    )),
    ("queue", (
        ("queue-all", "a", "send all"),
        ("queue-here", "l", "answer on this machine"),
        ("queue-reword", "e", "reword"),
        ("queue-remove", "d,delete", "remove"),
    )),
    ("words", (
        ("words-back", "escape,tab,down", "on the first screen, from the words to the composer"),
    )),
    ("models", (
        ("models-pull", "p", "pull a model by its name"),
        ("models-unload", "u", "take out of memory"),
        ("models-delete", "d,delete", "delete, when pressed twice"),
        ("models-give-up", "c", "give the pull up"),
    )),
    ("settings", (
        ("settings-default", "delete,d", "back to the default"),
        ("settings-find", "f,slash", "find a setting"),
        ("settings-next", "tab", "while one is written: the next choice"),
    )),
    ("own words", (
        ("terms-add", "a", "add a word that never leaves readable"),
        ("terms-remove", "d,delete", "take a word out of the list"),
        ("terms-never", "n", "never hide it; hide it again"),
    )),
    ("recall", (
        ("recall-newer", "up", "newer"),
        ("recall-older", "down,ctrl+r", "older"),
    )),
    ("choosing models", (
        ("compare-mark", "space", "mark"),
    )),
    ("compare", (
        ("compare-close", "escape", "stop the answers, else close"),
        ("compare-before", "left,shift+tab", "the column before"),
        ("compare-after", "right,tab", "the next column"),
        ("compare-up", "up", "scroll up"),
        ("compare-down", "down", "scroll down"),
        ("compare-page-up", "pageup", "scroll up a page"),
        ("compare-page-down", "pagedown", "scroll down a page"),
        ("compare-keep", "enter", "keep this answer"),
        *((f"compare-keep-{n}", str(n), f"keep answer {n}") for n in range(1, 7)),
    )),
)  # fmt: skip

WITHIN: Mapping[str, tuple[str, ...]] = {
    "writing": ("chat",), "messages": ("chat",), "find": ("chat",), "conversations": ("views",), "queue": ("views",),
    "recall": ("views",), "help": ("views",), "choosing models": ("views",), "models": ("views",), "words": ("chat",),
    "settings": ("views",), "own words": ("views",), "gauges": ("chat",),
}  # fmt: skip
"""Where a key counts too: in the composer those of the chat, in a list those of every view; `everywhere` counts everywhere."""


def _all() -> Iterator[Bound]:
    for c in COMMANDS:
        yield Bound(c.name, c.key or NONE, c.help, "chat")
    for where, rows in _TABLE:
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
        """Key -> which of these bindings it is.

        `shift+\\r` is what Textual 8.2 makes of xterm's other way to say Shift+Enter (`CSI 27;2;13~`), which tmux hands on.
        """
        return {spelling: name for name in names for key in self.of(name) for spelling in (key, key.replace("+enter", "+\r"))}

    def keymap(self) -> Mapping[str, str]:
        """What the user changed, id -> keys; a binding without a key has one that no keyboard sends."""
        return {name: ",".join(keys) or UNBOUND for name, keys in self.own.items()}


def here(own: Mapping[str, str] | None = None, kept: frozenset[str] = frozenset()) -> Keys:
    """The keys with what stands under `[keys]`; a key that is none, or that is needed for typing, is left out."""
    found = {named(word): _split(keys) for word, keys in (own or {}).items() if word in BINDINGS or _is_command(word)}
    return Keys({name: tuple(key for key in keys if is_key(key) and not types(name, key)) for name, keys in found.items()}, kept)


def _split(keys: str) -> tuple[str, ...]:
    return tuple(key for key in map(spelt, keys.split(",")) if key != NONE)


UNBOUND = "unbound"
"""The key of bindings without one: Textual wants each to have a key, and no keyboard sends this."""


def types(name: str, key: str) -> bool:
    """Whether the key of this binding would be missing in what is typed: a character by itself where a text is written."""
    return BINDINGS[name].where in {"everywhere", "chat", "writing", "find"} and (len(key) == 1 or key == "space")


def faults(own: Mapping[str, str]) -> Iterator[str]:
    """What is odd about the user's keys, a sentence each. None of it is fatal."""
    for word, keys in own.items():
        yield from (f"{word}: {problem}" for problem in misfits(word, keys))
    yield from clashes(own)


def misfits(word: str, keys: str) -> Iterator[str]:
    """What of `keys` can be no key of the binding `word`, half a sentence each: no key at all, or one needed for typing.

    Not fatal: such a key does nothing. Raises `KeyError` for a word that is no binding.
    """
    name = named(word)
    for key in _split(keys):
        if not is_key(key):
            yield f"{key} is no key; as in ctrl+o, f6 or none"
        elif types(name, key):
            yield f"{key} is needed for typing, so it stays a letter"


def clashes(own: Mapping[str, str], name: str = "") -> Iterator[str]:
    """Keys that are bound twice, a sentence each; with a `name` only those of that binding.

    Not fatal: of two bindings of one key the program has to take one.
    """
    for pair, key in _clashes(here(own)):
        if not name or name in pair:
            yield f"{key_word(key)} is bound twice: {' and '.join(pair)}"


def _clashes(keys: Keys) -> Iterator[tuple[tuple[str, ...], str]]:
    """Only where the user's own keys are in it: the defaults share keys on purpose, as Esc does."""
    names = list(BINDINGS)
    pairs = {tuple(sorted((own, other), key=names.index)): None for own in keys.own for other in names if own != other}
    for first, second in pairs:
        if _together(BINDINGS[first].where, BINDINGS[second].where):
            yield from (((first, second), key) for key in keys.of(first) if key in keys.of(second))


def _together(one: str, other: str) -> bool:
    """Whether keys of both places count at the same moment."""
    return one == other or "everywhere" in (one, other) or other in WITHIN.get(one, ()) or one in WITHIN.get(other, ())

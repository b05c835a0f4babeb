"""All commands and keys in groups, for F1 and `/help`: out of the tables, so that nothing can be missing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hybridchat.bindings import BINDINGS, Bound, Keys
from hybridchat.commands import COMMANDS, Command, key_word
from hybridchat.keytable import TOLD_TOGETHER
from hybridchat.render.newline import Snippet, needs, snippet
from hybridchat.render.terminal import RICH, Terminal
from hybridchat.value import value

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Who answers": ("model", "local", "cloud", "auto", "pin", "other", "compare", "why", "think", "set", "system"),
    "Asking": ("stop", "retry", "edit", "branch", "continue", "queue", "anyway", "editor", "recall"),
    "Conversations": (
        "new", "sessions", "rename", "tag", "top", "find", "copy", "export", "fork", "private", "archive", "delete", "undo",
        "purge",
    ),
    "What leaves, what it costs": ("hide", "terms", "ledger", "budget", "stats"),
}  # fmt: skip
"""Commands by what they are about; one that is missing here stands under `PROGRAM`."""
PROGRAM = "The program"
PLACES = {
    "writing": "Keys while you write", "messages": "Keys in the messages", "gauges": "Keys in the gauges",
    "find": "Keys while finding", "views": "Keys in lists and views", "conversations": "Keys in the list of conversations",
    "queue": "Keys in the queue",
    "recall": "Keys in the list of what you typed", "choosing models": "Keys while choosing models",
    "compare": "Keys while comparing", "help": "Keys in this list", "words": "Keys on the first screen",
    "models": "Keys in the list of models", "settings": "Keys in the settings",
    "consent": "Keys of the question before anything leaves", "review": "Keys in the view of what would leave",
    "no network": "Keys where a model cannot be reached", "too much hidden": "Keys where too much was hidden",
    "editing": "Editing a text", "fields": "Editing a text", "lists": "In every list", "reading": "In every text that scrolls",
    "palette": "In the list of all commands",
}  # fmt: skip
"""Headings for the bindings of each place; another place stands under its own name."""
_EVERY_PROGRAM = {"editing", "fields", "lists", "reading", "palette"}
"""Places whose keys are what they are in most programs: each has another way to do it."""


@value
class Entry:
    """One row: `name` is a command's usage, empty for a key alone; `keys` are words as the hints print them."""

    group: str
    name: str
    keys: str
    said: str
    also: str = ""
    """Other names, found by the filter and not shown."""


def entries(keys: Keys) -> list[Entry]:
    """Every command, then every binding without one, each with the keys that arrive here."""
    of = {name: group for group, names in GROUPS.items() for name in names}
    rows = [_command(c, of.get(c.name, PROGRAM), keys) for c in COMMANDS]
    order = [*GROUPS, PROGRAM]
    rows.sort(key=lambda row: order.index(row.group))
    commands = {c.name for c in COMMANDS}
    others = (_bound(bound, keys) for bound in BINDINGS.values() if bound.id not in commands and bound.id not in _TOLD)
    return [*rows, *(row for row in others if row is not None)]


_ALSO = {names[0]: names for names in TOLD_TOGETHER}
_TOLD = {name for names in TOLD_TOGETHER for name in names[1:]}


def _bound(bound: Bound, keys: Keys) -> Entry | None:
    """The row of a binding, and of those that are told with it; `None` where none has a key."""
    words, said = [], []
    for one in (BINDINGS[name] for name in _ALSO.get(bound.id, (bound.id,))):
        if own := " ".join(key_word(key) for key in keys.arriving(one.id)) or keys.word(one.id):
            words.append(own)
            said.append(one.help)
    if not words:
        return None
    group = PLACES.get(bound.where, PROGRAM if bound.where in {"everywhere", "chat"} else f"Keys: {bound.where}")
    between = ", " if any(" " in own for own in words) else " "
    return Entry(group, "", between.join(words), ", ".join(said), " ".join(_ALSO.get(bound.id, (bound.id,))))


def _command(command: Command, group: str, keys: Keys) -> Entry:
    own = [key_word(key) for key in keys.arriving(command.name)]
    leader = next(iter(keys.arriving("leader")), "")
    own += [f"{key_word(leader)} {command.letter}"] if command.letter and leader else []
    return Entry(group, command.usage, " ".join(own), command.help, " ".join(f"/{name}" for name in command.aliases))


def found(rows: Iterable[Entry], wanted: str) -> list[Entry]:
    """Those in which every word of `wanted` occurs, in whatever case."""
    words = wanted.lower().split()
    return [row for row in rows if all(word in _all_of(row) for word in words)]


def _all_of(row: Entry) -> str:
    return f"{row.group} {row.name} {row.keys} {row.said} {row.also}".lower()


def here_only(terminal: Terminal, keys: Keys) -> list[str]:
    """What is to be known of this terminal: which of our keys it keeps, and what to press instead. Sentences."""
    ours = {key for bound in BINDINGS.values() if bound.where not in _EVERY_PROGRAM for key in keys.of(bound.id)}
    kept = sorted(terminal.kept & ours - RICH, key=lambda key: (len(key), key))
    rows = []
    if kept and (leader := keys.word("leader")):
        those = _and([key_word(key) for key in kept])
        rows.append(f"It keeps {those} for itself; the letters after {leader}, or the commands, stand in for them.")
    if terminal.remote:
        rows.append("Through SSH the terminal itself is not always known; ui.terminal in the configuration names it.")
    if needs(terminal) and (line := keys.word("newline")):
        rows.append(f"Shift+Enter arrives as Enter here, which sends; {line} begins a new line.")
    return rows


def new_line(terminal: Terminal) -> Snippet | None:
    """What to write where, so that Shift+Enter begins a new line here."""
    return snippet(terminal)


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


PLAIN = (
    ("\\ at the end of a line", "the message goes on in the next one"),
    ("Tab", "completes a command, or a file after @, where the terminal can"),
    ("the up arrow", "brings back what was asked in this conversation, where the terminal can"),
    ("Ctrl+C", "stop the answer"),
    ("Ctrl+D", "leave"),
    ("a number or a letter", "answers a question with choices; Enter alone is none of them"),
)
"""The keys of plain mode."""


def plain(wanted: str = "") -> list[str]:
    """`/help` as lines for plain mode: every command under its heading; with words only those they occur in."""
    rows = found((_command(c, group, _NO_KEYS) for group, c in _grouped()), wanted)
    if not rows:
        return [f"Nothing about {wanted!r}. /help lists everything."]
    lines: list[str] = []
    group = ""
    for row in rows:
        if row.group != group:
            group = row.group
            lines.append(f"{group}:")
        lines.append(f"  {row.name}: {row.said}" + (f" (also {row.also.replace(' ', ', ')})" if row.also else ""))
    if not wanted:
        lines += ["Keys:", *(f"  {key}: {said}" for key, said in PLAIN)]
    return lines


_NO_KEYS = Keys(dict.fromkeys(BINDINGS, ()))


def _grouped() -> Iterable[tuple[str, Command]]:
    of = {name: group for group, names in GROUPS.items() for name in names}
    for group in [*GROUPS, PROGRAM]:
        yield from ((group, c) for c in COMMANDS if of.get(c.name, PROGRAM) == group)

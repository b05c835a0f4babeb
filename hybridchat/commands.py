"""The one table of commands: slash commands, keys, palette, plain mode and key hints all read it. Pure; no terminal here."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import takewhile

from hybridchat.value import value


@value
class Command:
    """Something the user can do by name. `key` is a key as Textual spells it, `letter` follows Ctrl+X, `label` is its key hint.

    The name is also the binding's id, so every key can be remapped.
    """

    name: str
    help: str
    args: str = ""
    aliases: tuple[str, ...] = ()
    key: str = ""
    letter: str = ""
    label: str = ""

    @property
    def usage(self) -> str:
        return f"/{self.name} {self.args}".rstrip()


COMMANDS: tuple[Command, ...] = (
    Command("help", "Keys and commands; with a word, those about it", "[WORD]", ("?", "h"), "f1", "h", "help"),
    Command("model", "Choose or hold a model; pull, rm, unload", "[NAME]", ("models",), "f2", "m", "model"),
    Command("local", "Only this machine: nothing leaves", key="f3", letter="l", label="local only"),
    Command("cloud", "Answer in the cloud", key="f4", letter="c", label="cloud"),
    Command("auto", "Choose for each message", key="f5", letter="a", label="auto"),
    Command("pin", "Hold one model; no name lets it go", "[NAME]"),
    Command("other", "Ask the other side, this once", key="ctrl+o", letter="o", label="other"),
    Command("compare", "Ask several models the same, side by side", "[MODELS] [TEXT]", letter="v"),
    Command("stop", "Stop the answer; what is there stays", key="escape", label="stop"),
    Command("continue", "Go on with an answer that broke off"),
    Command("queue", "What waits for the network: look, send", "[QUESTION]"),
    Command("retry", "Ask the last question again", aliases=("regenerate",), letter="r"),
    Command("why", "Why this model, or the Nth answer from the end", "[N]", key="f7", letter="w", label="why"),
    Command(
        "new",
        "A new conversation; the old one stays",
        aliases=("clear",),
        key="ctrl+n",
        letter="n",
        label="new",
    ),
    Command(
        "sessions",
        "Find, open, tag and order conversations",
        "[WORDS]",
        aliases=("resume", "chats", "conversations"),
        key="f6",
        letter="s",
        label="chats",
    ),
    Command("rename", "Give this conversation a title", "TITLE"),
    Command("tag", "Tag this conversation; the same again takes it off", "[NAME…]", aliases=("tags",)),
    Command("top", "Hold this one at the top of the list, or let it go"),
    Command("archive", "Take this one out of the list, or bring it back"),
    Command("delete", "Delete this one; /undo brings it back"),
    Command("private", "Local only and not saved; /new forgets it", letter="p"),
    Command("purge", "Erase this one for good in 10 minutes"),
    Command("undo", "Bring back the conversation deleted last"),
    Command("copy", "Copy the last answer, or the Nth from the end", "[N]", letter="y"),
    Command("export", "Write this conversation to a file", "[FILE]"),
    Command("editor", "Write the message in your editor", key="ctrl+g", letter="e"),
    Command("find", "Find text in this conversation", "[TEXT]", key="ctrl+f", letter="f", aliases=("search",)),
    Command("edit", "Ask a question in other words, as a branch", "[TEXT]", letter="d"),
    Command("branch", "Show another branch of a question", "[N]", letter="j"),
    Command("fork", "A new conversation that begins as this one", letter="k"),
    Command("recall", "Search what you typed before", "[WORDS]", ("history",), "ctrl+r", "i"),
    Command("system", "What models are told first here; none: nothing", "[TEXT]"),
    Command("set", "Temperature and the like, for this conversation", "[NAME] [VALUE]"),
    Command("think", "How much models think first here", "[off|low|medium|high]"),
    Command("settings", "Look at and change settings", "[KEY] [VALUE]", ("config", "preferences")),
    Command("hide", "Never send this word readable", "WORD"),
    Command("terms", "Words that never leave: add, remove, never hide", "[add|rm|never WORD]"),
    Command("doctor", "What was found, what is wrong, and the fix", "[online]", ("check",)),
    Command("ledger", "What left this machine, to the byte", aliases=("left",), letter="g"),
    Command("stats", "What was asked, where, and what it cost", letter="u"),
    Command("gauges", "Every gauge: limits, samples, what it decides", aliases=("meters",), letter="z"),
    Command("status", "This machine, the network, and what is in use"),
    Command("anyway", "Send once what the budget refused", letter="b"),
    Command("budget", "Dollars a day for paid models", "[AMOUNT]"),
    Command("theme", "Change the colours", "[NAME]", letter="t"),
    Command("mouse", "Take the mouse, or leave it to the terminal", "[on | off]"),
    Command("quit", "Leave; nothing is lost", aliases=("exit", "q", "bye"), key="ctrl+q", letter="q"),
)

_BY_NAME = {name: command for command in COMMANDS for name in (command.name, *command.aliases)}


@value
class Unknown:
    """A slash word that names no command; `near` is the closest one that does, or empty."""

    word: str
    near: str = ""

    def __str__(self) -> str:
        hint = f" Did you mean /{self.near}?" if self.near else " /help lists them all."
        return f"There is no command /{self.word}.{hint}"


def parse(text: str) -> tuple[Command, str] | Unknown | None:
    """The command in a line such as `/pin llama3.2` with its argument; `None` when the line is a message.

    `/etc/hosts` and `// comment` are messages: a command is one word of letters after the slash, alone on its first line.
    """
    line = text.strip()
    if not line.startswith("/") or "\n" in line:
        return None
    word, _, rest = line[1:].partition(" ")
    if word != "?" and not word.isalpha():
        return None
    command = _BY_NAME.get(word.lower())
    if command is not None:
        return command, rest.strip()
    near = get_close_matches(word.lower(), _BY_NAME, n=1, cutoff=0.65)
    return Unknown(word, _BY_NAME[near[0]].name if near else "")


def matching(text: str) -> list[Command]:
    """The commands that a line such as `/re` may become; the one it is, once its word is whole. Aliases count."""
    word, space, _ = text[1:].partition(" ")
    if not text.startswith("/") or "\n" in text or not (word in {"", "?"} or word.isalpha()):
        return []
    word = word.lower()
    if space:
        return [_BY_NAME[word]] if word in _BY_NAME else []
    return [c for c in COMMANDS if any(name.startswith(word) for name in (c.name, *c.aliases))]


def completed(text: str) -> str:
    """`/he` as far as it is clear: `/help`, with a space when the command takes an argument; `text` when nothing is clearer."""
    found = matching(text)
    if not found or " " in text:
        return text
    word = text[1:].lower()
    if len(found) == 1:
        name = next(n for n in (found[0].name, *found[0].aliases) if n.startswith(word))
        return f"/{name} " if found[0].args else f"/{name}"
    names = sorted(n for c in found for n in (c.name, *c.aliases) if n.startswith(word))
    # sorted, the first and the last differ earliest
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(names[0], names[-1], strict=False)))
    return f"/{names[0][:same]}" if same > len(word) else text


def command(name: str) -> Command:
    """The command of that name or alias. Raises `KeyError`."""
    return _BY_NAME[name]


_KEY_WORDS = {
    "escape": "esc", "pageup": "pgup", "pagedown": "pgdn", "delete": "del", "up": "↑", "down": "↓", "left": "←", "right": "→",
    "slash": "/", "question_mark": "?",
}  # fmt: skip


def key_word(key: str) -> str:
    """A key as the hints print it: `ctrl+o` -> `^o`, `shift+left` -> `⇧←`, `escape` -> `esc`, `f1` -> `F1`."""
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    signs = "".join({"ctrl": "^", "shift": "⇧"}.get(held, f"{held}+") for held in modifiers)
    return signs + (last.upper() if last[:1] == "f" and last[1:].isdigit() else _KEY_WORDS.get(last, last))

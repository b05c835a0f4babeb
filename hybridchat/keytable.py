"""The keys that belong to no command: a row for each binding, by the part of the program in which it counts. Data only.

`bindings` makes the table out of them; what stands here is all that F1, docs/keys.md and `[keys]` know of these keys.
"""

from __future__ import annotations

from collections.abc import Mapping

ROWS = (
    ("everywhere", (
        ("palette", "ctrl+p", "all commands, to search"),
        ("focus-next", "tab", "on to the next field or list"),
        ("focus-before", "shift+tab", "back to the one before"),
        ("copy-selected", "ctrl+c,super+c", "in a view: copy what is selected with the mouse"),
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
        ("names-close", "escape", "close the list of files behind an @"),
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
    ("consent", (
        ("consent-send", "y", "send"),
        ("consent-always", "a", "send, and always in this conversation"),
        ("consent-view", "v", "look at what would leave"),
        ("consent-show", "s", "show what the question is about"),
        ("consent-local", "l", "answer on this machine"),
        ("consent-cancel", "n,escape", "do not send"),
    )),
    ("review", (
        ("review-send", "y", "send"),
        ("review-always", "a", "send, and always in this conversation"),
        ("review-local", "l", "answer on this machine"),
        ("review-edit", "e", "back into the composer"),
        ("review-cancel", "n", "do not send"),
        ("review-hide", "h", "hide the word here"),
        ("review-hide-always", "H", "hide it always"),
        ("review-show", "s", "show the word here"),
        ("review-show-always", "S", "never hide it, or ask about it"),
        ("review-text-up", "pageup", "the text up"),
        ("review-text-down", "pagedown", "the text down"),
    )),
    ("no network", (
        ("choice-here", "l", "answer on this machine"),
        ("choice-queue", "q", "keep it for later"),
        ("choice-wait", "w", "wait for the network"),
        ("choice-leave", "n,escape", "leave it"),
    )),
    ("too much hidden", (
        ("hidden-show", "s", "ask again, and show it"),
        ("hidden-leave", "n,escape", "leave it"),
    )),
    ("editing", (
        ("edit-left", "left", "a character to the left"),
        ("edit-right", "right", "to the right"),
        ("edit-up", "up", "a line up"),
        ("edit-down", "down", "a line down"),
        ("edit-page-up", "none", "a page up"),
        ("edit-page-down", "none", "a page down"),
        ("edit-word-left", "ctrl+left", "a word back"),
        ("edit-word-right", "ctrl+right", "a word on"),
        ("edit-line-start", "home,ctrl+a", "start of the line"),
        ("edit-line-end", "end,ctrl+e", "end of the line"),
        ("edit-select-left", "shift+left", "select to the left"),
        ("edit-select-right", "shift+right", "select to the right"),
        ("edit-select-up", "shift+up", "select a line up"),
        ("edit-select-down", "shift+down", "select a line down"),
        ("edit-select-word-left", "ctrl+shift+left", "select the word before"),
        ("edit-select-word-right", "ctrl+shift+right", "select the next word"),
        ("edit-select-line-start", "shift+home", "select to the start of the line"),
        ("edit-select-line-end", "shift+end", "select to its end"),
        ("edit-select-line", "none", "select the line"),
        ("edit-select-all", "ctrl+shift+a", "select all"),
        ("edit-delete-left", "backspace", "delete the character before"),
        ("edit-delete-right", "delete,ctrl+d", "delete the next character"),
        ("edit-delete-word-left", "ctrl+w,ctrl+backspace,alt+backspace", "delete the word before"),
        ("edit-delete-word-right", "alt+delete", "delete the next word"),
        ("edit-delete-line-start", "ctrl+u,super+backspace", "delete to the start of the line"),
        ("edit-delete-line-end", "ctrl+k", "delete to the end of the line"),
        ("edit-delete-line", "ctrl+shift+k", "delete the line"),
        ("edit-undo", "ctrl+z,super+z", "undo"),
        ("edit-redo", "ctrl+y,super+y", "redo"),
        ("edit-cut", "ctrl+x,super+x", "cut what is selected"),
        ("edit-copy", "ctrl+c,super+c", "copy what is selected"),
        ("edit-paste", "ctrl+v", "paste what was cut or copied here"),
    )),
    ("fields", (
        ("field-done", "enter", "in a field of one line: take what is written"),
    )),
    ("lists", (
        ("list-up", "up", "the row above"),
        ("list-down", "down", "the row below"),
        ("list-page-up", "pageup", "a page up"),
        ("list-page-down", "pagedown", "a page down"),
        ("list-first", "home", "the first row"),
        ("list-last", "end", "the last row"),
        ("list-choose", "enter", "take the row"),
    )),
    ("reading", (
        ("read-up", "up", "a line up"),
        ("read-down", "down", "a line down"),
        ("read-page-up", "pageup", "a page up"),
        ("read-page-down", "pagedown", "a page down"),
        ("read-first", "home", "the first line"),
        ("read-last", "end", "the last line"),
    )),
    ("palette", (
        ("palette-up", "up", "the command above"),
        ("palette-down", "down", "the command below"),
        ("palette-page-up", "pageup", "a page up"),
        ("palette-page-down", "pagedown", "a page down"),
        ("palette-first", "ctrl+home,shift+home", "the first command"),
        ("palette-last", "ctrl+end,shift+end", "the last command"),
        ("palette-close", "escape", "close"),
    )),
)  # fmt: skip

_FIELD = (
    "chat", "find", "words", "views", "conversations", "recall", "help", "models", "settings", "own words", "compare", "palette",
)  # fmt: skip
"""Places in which a line can be written."""
_LISTS = ("conversations", "queue", "models", "settings", "own words", "choosing models", "review")
WITHIN: Mapping[str, tuple[str, ...]] = {
    "writing": ("chat",), "messages": ("chat",), "find": ("chat",), "conversations": ("views",), "queue": ("views",),
    "recall": ("views",), "help": ("views",), "choosing models": ("views",), "models": ("views",), "words": ("chat",),
    "settings": ("views",), "own words": ("views",), "gauges": ("chat",), "review": ("views",),
    "consent": ("chat", "compare", "writing"), "no network": ("chat", "writing"), "too much hidden": ("chat", "writing"),
    "editing": ("writing", *_FIELD), "fields": _FIELD, "lists": ("views", *_LISTS), "reading": ("views", "messages"),
}  # fmt: skip
"""Where a key counts too: in the composer those of the chat, in a list those of every view; `everywhere` counts everywhere.

A card that asks stands above the composer: what is meant for that must not answer it."""

TOLD_TOGETHER = (
    ("edit-word-left", "edit-word-right"), ("edit-line-start", "edit-line-end"),
    ("edit-left", "edit-right", "edit-up", "edit-down"), ("edit-page-up", "edit-page-down"),
    ("edit-select-left", "edit-select-right"), ("edit-select-up", "edit-select-down"),
    ("edit-select-word-left", "edit-select-word-right"), ("edit-select-line-start", "edit-select-line-end"),
    ("edit-select-line", "edit-select-all"), ("edit-delete-left", "edit-delete-right"),
    ("edit-delete-word-left", "edit-delete-word-right"), ("edit-delete-line-start", "edit-delete-line-end", "edit-delete-line"),
    ("edit-undo", "edit-redo"), ("edit-cut", "edit-copy", "edit-paste"),
    ("list-up", "list-down"), ("list-page-up", "list-page-down"), ("list-first", "list-last"),
    ("read-up", "read-down"), ("read-page-up", "read-page-down"), ("read-first", "read-last"),
    ("palette-up", "palette-down"), ("palette-page-up", "palette-page-down"), ("palette-first", "palette-last"),
    ("focus-next", "focus-before"), ("review-text-up", "review-text-down"),
)  # fmt: skip
"""Bindings that have one row between them in F1."""

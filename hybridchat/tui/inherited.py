"""What Textual's own widgets do on keys, under the ids of the table: so those can be changed, taken away and looked up too.

A widget of ours takes none of the bindings it would inherit (`inherit_bindings=False`) and declares them anew with `inherited`.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.binding import Binding, BindingType
from textual.dom import DOMNode

from hybridchat.bindings import UNBOUND
from hybridchat.tui.keymap import bind

ACTIONS: Mapping[str, Mapping[str, str]] = {
    "editing": {
        "cursor_left": "edit-left", "cursor_right": "edit-right", "cursor_up": "edit-up", "cursor_down": "edit-down",
        "cursor_page_up": "edit-page-up", "cursor_page_down": "edit-page-down",
        "cursor_word_left": "edit-word-left", "cursor_word_right": "edit-word-right",
        "cursor_left_word": "edit-word-left", "cursor_right_word": "edit-word-right",
        "cursor_line_start": "edit-line-start", "cursor_line_end": "edit-line-end",
        "home": "edit-line-start", "end": "edit-line-end",
        "cursor_left(True)": "edit-select-left", "cursor_right(True)": "edit-select-right",
        "cursor_up(True)": "edit-select-up", "cursor_down(True)": "edit-select-down",
        "cursor_word_left(True)": "edit-select-word-left", "cursor_word_right(True)": "edit-select-word-right",
        "cursor_left_word(True)": "edit-select-word-left", "cursor_right_word(True)": "edit-select-word-right",
        "cursor_line_start(True)": "edit-select-line-start", "cursor_line_end(True)": "edit-select-line-end",
        "home(True)": "edit-select-line-start", "end(True)": "edit-select-line-end",
        "select_line": "edit-select-line", "select_all": "edit-select-all",
        "delete_left": "edit-delete-left", "delete_right": "edit-delete-right",
        "delete_word_left": "edit-delete-word-left", "delete_word_right": "edit-delete-word-right",
        "delete_left_word": "edit-delete-word-left", "delete_right_word": "edit-delete-word-right",
        "delete_to_start_of_line": "edit-delete-line-start", "delete_to_end_of_line_or_delete_line": "edit-delete-line-end",
        "delete_left_all": "edit-delete-line-start", "delete_right_all": "edit-delete-line-end",
        "delete_line": "edit-delete-line", "undo": "edit-undo", "redo": "edit-redo",
        "cut": "edit-cut", "copy": "edit-copy", "paste": "edit-paste",
    },
    "fields": {"submit": "field-done"},
    "lists": {
        "cursor_up": "list-up", "cursor_down": "list-down", "page_up": "list-page-up", "page_down": "list-page-down",
        "first": "list-first", "last": "list-last", "select": "list-choose",
    },
    "reading": {
        "scroll_up": "read-up", "scroll_down": "read-down", "page_up": "read-page-up", "page_down": "read-page-down",
        "scroll_home": "read-first", "scroll_end": "read-last",
    },
    "everywhere": {
        "app.focus_next": "focus-next", "app.focus_previous": "focus-before", "screen.copy_text": "copy-selected",
    },
    "palette": {
        "command_list('cursor_up')": "palette-up", "cursor_down": "palette-down", "command_list('page_up')": "palette-page-up",
        "command_list('page_down')": "palette-page-down", "command_list('first')": "palette-first",
        "command_list('last')": "palette-last", "escape": "palette-close",
    },
}  # fmt: skip
"""Place in the table -> what a Textual widget does -> the binding."""
SIDEWAYS = frozenset({"scroll_left", "scroll_right", "page_left", "page_right"})
"""Nothing here is wider than the screen."""


def inherited(base: type[DOMNode], *places: str) -> list[BindingType]:
    """What `base`, a class of Textual, is bound to itself, each under its id in one of `places` and with that id's keys.

    What has no row, as in a newer Textual, stays as it is.
    """
    names = {action: name for place in places for action, name in ACTIONS[place].items()}
    found: list[BindingType] = []
    for binding in base.__dict__["BINDINGS"]:
        if not isinstance(binding, Binding) or binding.action in SIDEWAYS:
            continue
        name = names.get(binding.action)
        found.append(binding if name is None else anchored(bind(name, binding.action)))
    return found


def anchored(binding: Binding) -> Binding:
    """The same with one more key, which no keyboard sends: where a widget has another use for the others, the user's own key must
    still find it."""
    return binding.with_key(f"{binding.key},{UNBOUND}-{binding.id}")

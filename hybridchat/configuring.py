"""The settings of a running program: looked at and changed, for screen, plain mode and command line alike."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hybridchat.config.errors import ConfigError
from hybridchat.config.folder import here
from hybridchat.config.load import load, split
from hybridchat.config.paths import config_path
from hybridchat.config.rules import in_words
from hybridchat.config.settings import UNSAID, Setting, found, settings

if TYPE_CHECKING:
    from hybridchat.chat import Chat
    from hybridchat.config import Config
    from hybridchat.facts import Model

UNSET = frozenset({"", "none", "default", UNSAID})
"""What takes a setting out of the file."""


def said(text: str) -> tuple[str, str]:
    """Key and value of `/settings KEY VALUE`, or `KEY = VALUE`; either may be empty."""
    key, _, content = re.sub(r"\s*=\s*|\s+", "\0", text.strip(), count=1).partition("\0")
    return key, content.strip()


class Configuring:
    """The user's `config.toml` and what wins over it. All of it reads or writes files: off the event loop.

    With a `chat`, what can hold at once does.
    """

    def __init__(self, env: Mapping[str, str] | None = None, chat: Chat | None = None) -> None:
        self._env = os.environ if env is None else env
        self._chat = chat

    @property
    def path(self) -> Path:
        return config_path(self._env)

    def all(self) -> tuple[Setting, ...]:
        """Every setting as it holds now. Raises `ConfigError`, with the line, where the file is wrong."""
        return settings(self.path, self._env, here())

    def one(self, key: str) -> Setting:
        """Raises `ConfigError` where there is none of that key."""
        return found(self.all(), key)

    def set(self, key: str, text: str | None) -> str:
        """Writes `text`, or with `None` takes the key out of the file; returns what to say.

        Raises `ConfigError`, nothing being changed, and `OSError`.
        """
        from hybridchat.config.template import set_value  # imported here: tomlkit costs 22 ms that looking does not need

        at = split(key)
        if at[0] == "rule":
            return self._holds_now(self._rule(at, text))
        after = set_value(self.path, key, text, partial(self._check, at))
        told = f"{key} is {'back at its default' if text is None else text} in {self.path}"
        if at[0] == "keys" and (twice := "; ".join(_twice(after, at[-1]))):
            told = f"{told}. {twice}"
        now = next((one for one in self.all() if one.path == at), None)
        if now is None:
            return told
        if now.held_by:
            return f"{told}, but {now.held_by} says {now.value} and wins"
        if self._chat is None:
            return told
        if not now.live:
            return f"{told}. It holds from the next start on."
        return self._holds_now(told)

    def _holds_now(self, told: str) -> str:
        if self._chat is not None:
            from hybridchat.assemble import adopt  # as above

            adopt(self._chat, load(env=self._env), self._env)
        return told

    def _rule(self, at: tuple[str, ...], text: str | None) -> str:
        """Adds, changes, switches or removes one of the user's own rules. Raises like `set`."""
        from hybridchat.config import rule_file  # as above

        number = ".".join(at[1:])
        before = next((one for one in self.all() if one.path == at), None)
        if text is None:
            rule_file.remove(self.path, number)
            back = f" To have it back: rule.{rule_file.NEW} {before.typed}" if before is not None else ""
            return f"rule.{number} is taken out of {self.path}.{back}"
        if text in {rule_file.ON, rule_file.OFF}:
            after = rule_file.switch(self.path, number, on=text == rule_file.ON)
        else:
            after = rule_file.put(self.path, number, text, self._fits)
        index = len(after.rule) - 1 if number == rule_file.NEW else int(number) - 1
        state = "" if after.rule[index].enabled else ", and off"
        return f"rule.{index + 1} is “{in_words(after.rule[index])}”{state} in {self.path}"

    def _fits(self, config: Config, index: int) -> None:
        """Raises `ConfigError` for a rule that can match nothing, or names a model that is not there."""
        from hybridchat.referring import doubts  # as below

        for fault in doubts(config, self._env, self._models):
            if fault.path[:2] == ("rule", index):
                key = ".".join(("rule", str(index + 1), *map(str, fault.path[2:])))
                raise ConfigError("command line", key, fault.problem, fault.allowed)

    @property
    def _models(self) -> tuple[Model, ...]:
        return self._chat.world.models if self._chat is not None else ()

    def _check(self, at: tuple[str, ...], config: Config) -> None:
        """Raises `ConfigError` where the value at `at` names what is not there."""
        from hybridchat.referring import refuse  # imported here: the catalogue and the keys, for who changes something

        refuse(at, config, self._env, self._models)


def _twice(config: Config, word: str) -> Iterator[str]:
    from hybridchat.bindings import clashes, named  # as above

    return clashes(config.keys, named(word))

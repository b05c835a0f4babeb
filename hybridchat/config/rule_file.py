"""One `[[rule]]` on one line, as people type it, and put into the file, switched or taken out of it with its comments kept.

`use=prefer_cloud kind=sql words="join, left join" max_tokens=4000 name=SQL`
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from hybridchat.config.errors import ConfigError, suggestion
from hybridchat.config.load import Tree, build, in_file, parse
from hybridchat.config.locate import span
from hybridchat.config.schema import Config, RuleConditions, RuleSettings
from hybridchat.config.template import changed, toml

FORM = 'use=prefer_cloud kind=sql words="join, left join" max_tokens=4000 name=SQL'
ON, OFF = "on", "off"
NEW = "new"
"""Stands in place of a rule's number for one that is to be added."""
_TOP = ("name", "use")
_KEYS = (*_TOP, *RuleConditions.__struct_fields__)

Check = Callable[[Config, int], None]
"""Raises `ConfigError` for what the rule of that index, from 0, should not say."""


def spoken(said: RuleSettings) -> str:
    """The rule on one line."""
    parts = {"use": said.use, **_conditions(said), "name": said.name}
    return " ".join(f"{key}={_quoted(content)}" for key, content in parts.items() if content)


def _conditions(said: RuleSettings) -> dict[str, str]:
    found = _said({key: getattr(said.when, key) for key in RuleConditions.__struct_fields__})
    return {key: ", ".join(content) if isinstance(content, list) else str(content) for key, content in found.items()}


def _quoted(content: str) -> str:
    return content if re.fullmatch(r"[^\s\"'\\]+", content) else '"' + re.sub(r'(["\\])', r"\\\1", content) + '"'


def heard(line: str, key: str) -> Tree:
    """What the line says, as the file would. Raises `ConfigError`, naming `key`."""
    try:
        parts = shlex.split(line)
    except ValueError:
        raise ConfigError("command line", key, "has a quote that is not closed", f"as in {FORM}") from None
    made: Tree = {"when": {}}
    for part in parts:
        name, equals, content = part.partition("=")
        if not equals:
            raise ConfigError("command line", key, f"has {part!r} without a key before it", f"{ON}, {OFF}, or as in {FORM}")
        if name not in _KEYS:
            raise ConfigError("command line", f"{key}.{name}", "unknown key" + suggestion(name, _KEYS), ", ".join(_KEYS))
        if name in _TOP:
            made[name] = content
        else:
            made["when"][name] = _content(name, content)
    return made


def _content(name: str, content: str) -> object:
    if name == "words":
        return [word for part in content.split(",") if (word := " ".join(part.split()))]
    number = content.replace(",", "").replace("_", "").strip()
    return int(number) if name.endswith("tokens") and re.fullmatch(r"[0-9]{1,12}", number) else content


def put(path: Path, number: str, line: str, check: Check) -> Config:
    """Writes the rule of that number, from 1 or `new`, as the line says it; what the line leaves out is taken away.

    Returns what the file now says. Raises `ConfigError`, nothing being changed, and `OSError`.
    """
    said = heard(line, f"rule.{number}")

    def edit(old: str) -> tuple[Config, str]:
        before = parse(old, str(path))
        at = len(before.get("rule", ())) if number == NEW else _index(before, number, str(path))
        rules = [*before.get("rule", ())]
        kept = {key: content for key, content in (rules[at] if at < len(rules) else {}).items() if key not in {*_TOP, "when"}}
        rules[at:] = [{**kept, **said}, *rules[at + 1 :]]
        after = {**before, "rule": rules}
        config = _built(after, old, path, at)
        check(config, at)
        text = _with(old, said) if number == NEW else _rewritten(old, at, said)
        return config, _sure(text, after, old, path, at)

    return changed(path, edit)


def add_rule(path: Path, rule: RuleSettings, why: str) -> Config:
    """Adds the rule at the end of the file, with `why` as a comment. Returns, and raises, like `put`."""
    said = {"name": rule.name, "use": rule.use, "when": _said(msgspec.to_builtins(rule.when))}

    def edit(old: str) -> tuple[Config, str]:
        before = parse(old, str(path))
        after, at = {**before, "rule": [*before.get("rule", ()), said]}, len(before.get("rule", ()))
        return _built(after, old, path, at), _sure(_with(old, said, why), after, old, path, at)

    return changed(path, edit)


def _said(content: Mapping[str, object]) -> Tree:
    return {key: one for key, one in content.items() if one not in ([], "", None)}


def _with(old: str, said: Tree, why: str = "") -> str:
    conditions = ", ".join(f"{key} = {toml(content)}" for key, content in said["when"].items())
    lines = [f"# {why}"] if why else []
    lines += ["[[rule]]", *(f"{key} = {toml(said[key])}" for key in _TOP if key in said), f"when = {{ {conditions} }}"]
    block = "\n".join([*lines, ""])
    return f"{old.rstrip()}\n\n{block}" if old.strip() else block


def switch(path: Path, number: str, *, on: bool) -> Config:
    """Has the rule hold, or lie idle, without taking it out of the file. Raises like `put`."""

    def edit(old: str) -> tuple[Config, str]:
        before = parse(old, str(path))
        at = _index(before, number, str(path))
        rules = [dict(rule) for rule in before["rule"]]
        rules[at].pop("enabled", None)
        rules[at] |= {} if on else {"enabled": False}
        after = {**before, "rule": rules}
        return _built(after, old, path, at), _sure(_switched(old, at, on=on), after, old, path, at)

    return changed(path, edit)


def remove(path: Path, number: str) -> Config:
    """Takes the rule out of the file, with the comment right above it; all else stays. Raises like `put`."""

    def edit(old: str) -> tuple[Config, str]:
        before = parse(old, str(path))
        at = _index(before, number, str(path))
        rules = [rule for n, rule in enumerate(before["rule"]) if n != at]
        after = {key: content for key, content in before.items() if key != "rule"} | ({"rule": rules} if rules else {})
        return build(after, lambda _: str(path)), _sure(_cut(old, at), after, old, path, at)

    return changed(path, edit)


def _index(before: Tree, number: str, name: str) -> int:
    count = len(before.get("rule", ()))
    if number.isdecimal() and 1 <= int(number) <= count:
        return int(number) - 1
    there = ", ".join([*(str(n) for n in range(1, count + 1)), NEW])
    raise ConfigError(name, f"rule.{number}", "is no rule that there is", f"rule. with one of {there}")


def _built(after: Tree, old: str, path: Path, at: int) -> Config:
    try:
        return build(after, in_file(old, str(path)))
    except ConfigError as error:
        # as the rule is called where it is typed, counted from 1 and without the table that people do not type
        key = error.key.replace(f"rule[{at}]", f"rule.{at + 1}").replace(".when.", ".")
        raise ConfigError(error.where, key, error.problem, error.allowed) from None


def _sure(text: str, after: Tree, old: str, path: Path, at: int) -> str:
    try:
        same = parse(text, str(path)) == after
    except ConfigError:
        same = False
    if not same:
        where = in_file(old, str(path))(("rule", at))
        raise ConfigError(where, f"rule.{at + 1}", "stands in a form that cannot be changed here; edit the file by hand")
    return text


def _rewritten(old: str, at: int, said: Tree) -> str:
    document, rule = _opened(old, at)
    _laid(rule, {key: said.get(key) for key in _TOP})
    if "when" in rule:
        _laid(rule["when"], {key: said["when"].get(key) for key in RuleConditions.__struct_fields__})
    elif said["when"]:
        import tomlkit  # imported here: 22 ms, for writing only

        rule["when"] = tomlkit.inline_table()
        rule["when"].update(said["when"])
    return str(document.as_string())


def _laid(table: Any, wanted: Mapping[str, object]) -> None:
    for key, content in wanted.items():
        if content is None:
            table.pop(key, None)
        elif table.get(key) != content:
            table[key] = content


def _switched(old: str, at: int, *, on: bool) -> str:
    document, rule = _opened(old, at)
    _laid(rule, {"enabled": None if on else False})
    return str(document.as_string())


def _opened(old: str, at: int) -> tuple[Any, Any]:
    import tomlkit  # as above

    document: Any = tomlkit.parse(old)
    return document, document["rule"][at]


def _cut(old: str, at: int) -> str:
    lines = old.split("\n")
    first, last = span(old, ("rule", at))
    while first > 1 and lines[first - 2].lstrip().startswith("#"):
        first -= 1
    rest = lines[: first - 1], lines[last:]
    if rest[0] and rest[1] and not rest[0][-1].strip() and not rest[1][0].strip():
        rest[1].pop(0)
    return "\n".join([*rest[0], *rest[1]])

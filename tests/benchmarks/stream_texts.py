"""Answers to be streamed: running text with everything in it, one long list, one long table, one long fence."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from hybridchat.demo.tokens import count

END = "ZZEND"
"""The last word; of five letters, so that the demo sends it in one piece."""
_SAID = "Lorem ipsum dolor sit amet con secte tur adip elit sed do eius mod temp or inc ut labo re et dolo magna ali ter"


def _words(n: int) -> Iterator[str]:
    """Sentences of `n` words, one after the other."""
    endless = itertools.cycle(_SAID.split())
    while True:
        yield " ".join(itertools.islice(endless, n))


def _mixed() -> Iterator[str]:
    words, code = _words(60), _words(5)
    for n in itertools.count(1):
        yield f"### Part {n}\n\n{next(words)}. **{next(code)}** and `{next(code)}`.\n\n"
        yield "".join(f"- {next(code)}\n" for _ in range(4)) + "\n"
        yield f"{next(words)}\n\n"
        yield "```python\n" + "".join(f"x{i} = call({i})  # {next(code)}\n" for i in range(5)) + "```\n\n"
        yield "| a | b | c |\n|---|---|---|\n" + "".join(f"| {i} | {next(code)} | x |\n" for i in range(3)) + "\n"


def _list() -> Iterator[str]:
    for said in _words(9):
        yield f"- {said}\n"


def _table() -> Iterator[str]:
    yield "| n | what | how |\n|---|---|---|\n"
    words = _words(4)
    for n in itertools.count(1):
        yield f"| {n} | {next(words)} | {next(words)} |\n"


def _fence() -> Iterator[str]:
    yield "```python\n"
    for n, said in enumerate(_words(4)):
        yield f'if x{n % 90} > {n % 90}: y = "{said}"  # {n}\n'


_KINDS: dict[str, Callable[[], Iterator[str]]] = {"mixed": _mixed, "list": _list, "table": _table, "fence": _fence}
KINDS = tuple(_KINDS)


def answer(kind: str, pieces: int) -> str:
    """Markdown of that kind that the demo sends in at least so many pieces, `END` last."""
    out, sent = list[str](), 0
    for part in _KINDS[kind]():
        out.append(part)
        sent += count(part)
        if sent >= 1.08 * pieces:  # what ends a part and begins the next is sent as one
            break
    shut = "```\n" if kind == "fence" else ""
    return f"{''.join(out)}{shut}\n{END}"

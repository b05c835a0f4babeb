"""`/set` and `/think`: what one conversation asks of its models, changed and told. Pure; whoever asks stores the result."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from hybridchat.conversation import Session
from hybridchat.facts import Model
from hybridchat.fitting import can_think
from hybridchat.parameters import KNOWN, THINK, UNSET, changed, named, said, shown

STRATEGY = "strategy"
_WIDE = max(len(name) for name in (*KNOWN, STRATEGY))


def tuned(session: Session, text: str, strategies: Collection[str] = ()) -> tuple[Session, str]:
    """The conversation after `/set TEXT`, and what to say. `strategies` are the names there are.

    Raises `ValueError` with a sentence: what the name could be, or what may stand there.
    """
    name, _, content = text.strip().replace("=", " ", 1).partition(" ")
    content = content.strip()
    if not name:
        return session, listing(session)
    if name.lower() == STRATEGY:
        return _strategy(session, content, strategies)
    try:
        found = named(name)
    except ValueError as error:
        raise ValueError(f"{error} And: {STRATEGY}." if "There are" in str(error) else str(error)) from None
    if not content:
        return (
            session,
            f"{_row(session, found)}\n{KNOWN[found].help}: {KNOWN[found].allowed}. /set {found} none: the {_whose(found)}’s own.",
        )
    made = replace(session, parameters=changed(session.parameters, found, content))
    return made, _said(made, found)


def thinking(session: Session, text: str, model: Model | None = None) -> tuple[Session, str]:
    """The same for `/think TEXT`; `model` is the one that will probably answer. Raises `ValueError`."""
    if text.strip():
        made, told = tuned(session, f"think {text}")
    else:
        held = session.parameters.think
        told = f"Thinking is {held} in this conversation." if held else "Each model thinks as it does by itself."
        made, told = session, f"{told} /think {' | '.join(THINK)}, or none for the model’s own."
    return made, f"{told} {_able(model)}".rstrip()


def _able(model: Model | None) -> str:
    if model is None:
        return ""
    able = can_think(model)
    if able is None:
        return f"Whether {model.name} can think is not known: it will be asked to."
    return f"{model.name} can think." if able else f"{model.name} cannot think: it answers without."


def summary(session: Session) -> str:
    """`temperature 0.5 · think high · strategy quality`: what is set for the conversation; empty where nothing is."""
    told = [f"{name} {shown(session.parameters, name)}" for name in said(session.parameters)]
    return " · ".join([*told, *([f"{STRATEGY} {session.strategy}"] if session.strategy else [])])


def listing(session: Session) -> str:
    """Every setting of the conversation, one a line."""
    rows = [_row(session, name) for name in KNOWN]
    rows.append(f"{STRATEGY:<{_WIDE}}  {session.strategy or 'the program’s own'}")
    return "\n".join([*rows, "/set NAME VALUE changes one, in this conversation only; none takes it away."])


def _row(session: Session, name: str) -> str:
    return f"{name:<{_WIDE}}  {shown(session.parameters, name) or f'the {_whose(name)}’s own'}"


def _whose(name: str) -> str:
    """Who says what holds where the conversation does not."""
    return "program" if name in {"max_tokens", "context"} else "model"


def _said(session: Session, name: str) -> str:
    content = shown(session.parameters, name)
    return f"{name} is {content} in this conversation." if content else f"{name} is the {_whose(name)}’s own again."


def _strategy(session: Session, content: str, strategies: Collection[str]) -> tuple[Session, str]:
    if not content:
        held = session.strategy or "the program’s own"
        return session, f"{STRATEGY:<{_WIDE}}  {held}\nThere are: {', '.join(strategies)}."
    if content.lower() in UNSET:
        return replace(session, strategy=None), "The program’s own strategy holds here again."
    if content not in strategies:
        raise ValueError(f"There is no strategy {content!r}. There are: {', '.join(strategies)}.")
    said_now = (
        f"This conversation follows {content}, with its limits of the gauges. The day’s budget is one for all conversations."
    )
    return replace(session, strategy=content), said_now

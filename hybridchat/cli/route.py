"""`hybridchat route`: where a question would go and what would change that; difficulties for scripts; calibration."""

from __future__ import annotations

import asyncio
import math
import os
import sys
from collections.abc import Iterator, Sequence

from hybridchat.assemble import Setup, assembled, database
from hybridchat.chat import Chat
from hybridchat.cli import edge, sentences
from hybridchat.cli.edge import Exit, say
from hybridchat.cli.lists import columns
from hybridchat.cli.records import records
from hybridchat.config.paths import config_path
from hybridchat.config.template import set_value
from hybridchat.facts import Difficulty, Mode
from hybridchat.preview import Basis, Preview
from hybridchat.render import why
from hybridchat.render.changes import changes
from hybridchat.render.package import printed
from hybridchat.routing.difficulty import difficulty, notice, ranking
from hybridchat.sessions.store import Store

KEY = "routing.hard_from"
SHAPE = '{"id": ..., "prompt": "text"}'
KINDS = frozenset({"chat", "ask"})
NEWEST = 1000
"""Messages that calibration looks at: what somebody asked a year ago says little."""
FEWEST = 20
"""Below this many messages a share of them is not worth a setting."""


# -- one question ------------------------------------------------------------------------------------------------------


def run(
    prompt: str,
    *,
    demo: bool = False,
    local: bool = False,
    model: str | None = None,
    session: str | None = None,
    package: bool = False,
) -> int:
    """Prints where `prompt` would go: the candidates, the gauges used, and what would have changed it. Sends nothing.

    With `package` what the chosen model would be given instead, in the conversation `session` if one is named.
    """
    setup = Setup(demo=demo, samplers=False, mode=Mode.ONLY_LOCAL if local else None, wanted=model, session=session)
    return asyncio.run(_run(prompt, setup, package=package))


async def _run(prompt: str, setup: Setup, *, package: bool) -> int:
    async with assembled(setup) as chat:
        try:
            pin = chat.world.find(setup.wanted).id if setup.wanted is not None else None
            preview = await _preview(chat, prompt, setup.session, pin)
        except LookupError as error:
            raise Exit(edge.USAGE, sentences.started(str(error))) from None
        if told := notice():
            say(sentences.started(told))
        if package and preview.package is not None:
            sys.stdout.write(printed(preview.package))
        else:
            sys.stdout.write("\n".join(_explained(preview)) + "\n")
    return edge.OK if preview.decision.chosen is not None else edge.NOTHING


async def _preview(chat: Chat, prompt: str, session_id: str | None, pin: str | None) -> Preview:
    found = chat.store.session(session_id) if session_id is not None else None
    if session_id is not None and found is None:
        raise LookupError(f"there is no session {session_id}")
    session = found or chat.store.new_session("ask")
    try:
        return await chat.preview(session.id, prompt, pin=pin)
    finally:
        if found is None:
            chat.store.delete_session(session.id)


def _explained(preview: Preview) -> Iterator[str]:
    yield sentences.without_keys(preview.sentence)
    if (basis := preview.basis) is None:
        return
    yield ""
    made = preview.decision
    rows = [(one.model.id, why.verdict(made, one), sentences.without_keys(why.about(made, one))) for one in why.ranked(made)]
    yield from columns(rows).splitlines()
    yield ""
    yield from _difficulty(basis.request.difficulty)
    yield from sentences.status(basis.snapshot, basis.snapshot.models)
    yield ""
    yield from _changes(basis)


def _difficulty(found: Difficulty) -> Iterator[str]:
    reasons = f": {', '.join(found.reasons)}" if found.reasons else ""
    yield f"Difficulty: {found.score:.2f} of 1, {found.label}{reasons}"


def _changes(basis: Basis) -> Iterator[str]:
    found = changes(basis.request, basis.snapshot, basis.policy)
    if not found:
        yield "Nothing that was tried would have changed it."
        return
    yield "What would have changed it:"
    for condition, told in found:
        yield f"  {condition}: {told}."


# -- difficulties for scripts ------------------------------------------------------------------------------------------


def jsonl() -> int:
    """Reads `{"id", "prompt"}` lines from stdin and writes `{"id", "score", "label"}` for each, in order."""
    if told := notice():
        say(sentences.started(told))
    for record in records(sys.stdin.buffer, SHAPE, lambda one: isinstance(one.get("prompt"), str)):
        scored = {"id": record["id"], "score": ranking(record["prompt"]), "label": difficulty(record["prompt"]).label}
        sys.stdout.write(edge.json_line(scored))
    return edge.OK


# -- calibration -------------------------------------------------------------------------------------------------------


def calibrate(cloud_share: float) -> int:
    """Sets the difficulty from which a message counts as hard so that this share (0..1) of the user's own messages does."""
    if not 0 <= cloud_share <= 1:  # also refuses what is no number
        raise Exit(edge.USAGE, "--cloud-share is a share from 0 to 1, as in 0.3.")
    scores = _own_scores()
    if len(scores) < FEWEST:
        have = f"{len(scores)} message{'' if len(scores) == 1 else 's'}"
        raise Exit(edge.USAGE, f"{have} saved so far; {FEWEST} are needed before a share of them says anything.")
    border = threshold(scores, cloud_share)
    hard = sum(score >= border for score in scores)
    path = config_path(os.environ)
    set_value(path, KEY, border)
    sys.stdout.write(
        f"A message counts as hard from difficulty {border:g} on: {hard} of your last {len(scores):,} messages would have "
        f"({100 * hard / len(scores):.0f} percent; {100 * cloud_share:g} were asked for).\nWritten to {path} as {KEY}.\n"
    )
    return edge.OK


def threshold(scores: Sequence[float], share: float) -> float:
    """The border, to four decimals, at or above which the part of `scores` nearest to `share` lies; 1.0 for none of them."""
    ranked = sorted(scores, reverse=True)
    # between two scores lies a border; equal ones stay on one side of it
    cuts = [0, *(n for n in range(1, len(ranked)) if ranked[n] < ranked[n - 1]), len(ranked)]
    count = min(cuts, key=lambda n: (abs(n / len(ranked) - share), n))
    if count == 0:
        return 1.0
    if count == len(ranked):
        return 0.0
    low, high = ranked[count], ranked[count - 1]
    border = round((low + high) / 2, 4)
    return border if low < border <= high else math.ceil(high * 1e6) / 1e6


def _own_scores() -> list[float]:
    """How hard each of the user's messages was in its conversation, newest conversations first."""
    path = database(os.environ)
    if not path.exists():
        raise Exit(edge.USAGE, f"Nothing is saved yet; {FEWEST} messages are needed.")
    store = Store.open(path)
    scores: list[float] = []
    try:
        for session in store.sessions(None, limit=NEWEST):
            if session.kind not in KINDS or len(scores) >= NEWEST:
                continue
            level: Difficulty | None = None
            for turn in store.path(session.id, session.leaf_id):
                level = difficulty(turn.question, level)
                scores.append(level.score)
    finally:
        asyncio.run(store.close())
    return scores

"""How many of twenty facts planted over forty turns a model still gets to see after the conversation was handed to it.

A fact counts where its words stand in one line of what the target is given, placeholders turned back. Both directions: from a
cloud to a model here, whose window is small, and from here to a cloud, redacted. Set B is the figure; the rules were made with A.

`BENCH_SUMMARY_MODEL=ollama:NAME` also measures summaries written by that model of the Ollama at its usual address, by the
errand that writes them. Without it that row says so: the demo's canned text and a model of a megabyte write no summary.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hybridchat.conversation import Attempt, Ending, Package, Turn
from hybridchat.earlier import fit, messages_of
from hybridchat.facts import Locality, Model
from hybridchat.handover import Parts, Redactor, Room, build
from hybridchat.privacy.placeholders import PlaceholderTable
from hybridchat.privacy.rehydrate import Rehydrator
from hybridchat.privacy.scan import scan
from hybridchat.sessions.summaries import Summary
from tests.benchmarks.fact_scripts import FACTS, SAYS_A, SAYS_B, Script, scripts
from tests.benchmarks.figures import Figure

HERE = Model("ollama:local", "127.0.0.1:11434", Locality.ON_DEVICE)
CLOUD = Model("openai:cloud", "api.example", Locality.REMOTE)
RESERVE = 1024
COUNT = 12
"""Scripts of each set."""


@dataclass(frozen=True, slots=True)
class Direction:
    name: str
    source: Model
    target: Model


BACK = Direction("cloud to local", CLOUD, HERE)
OUT = Direction("local to cloud", HERE, CLOUD)


def history(script: Script, model: Model) -> tuple[Turn, ...]:
    """The script as turns that `model` answered."""
    turns: list[Turn] = []
    for n, (question, answer) in enumerate(script.turns):
        said = Attempt(f"a{n}", f"t{n}", model.id, model.host, model.locality, answer, ending=Ending.COMPLETE)
        turns.append(Turn(f"t{n}", "s", f"t{n - 1}" if n else None, question, 0.0, Ending.COMPLETE, (said,)))
    return tuple(turns)


def handed(script: Script, way: Direction, window: int, summary: Summary | None = None) -> tuple[Package, str]:
    """The package for the target, and its text with the placeholders turned back."""
    table = PlaceholderTable() if way.target.locality is Locality.REMOTE else None
    parts = Parts("You are a helpful assistant.", history(script, way.source), "Let us go on.", summary=summary)
    made = build(way.target, parts, Room(window, RESERVE, RESERVE), Redactor(table, scan) if table is not None else None)
    text = "\n".join(message.text for message in made.messages)
    if table is not None:
        back = Rehydrator(table)
        text = back.feed(text) + back.flush()
    return made, text


def kept(which: Sequence[Script], way: Direction, window: int, summary: Summary | None = None) -> list[int]:
    """Facts that are still there, of each script."""
    return [len(script.kept(handed(script, way, window, summary)[1])) for script in which]


def last_turns(which: Sequence[Script], window: int) -> str:
    """What is left where the oldest turns are dropped and nothing stands for them."""
    left: list[int] = []
    for script in which:
        turns = fit(history(script, CLOUD), 40, window, RESERVE)
        left.append(len(script.kept("\n".join(m.text for turn in turns for m in messages_of(turn)))))
    return f"last turns alone: mean {statistics.mean(left):.1f}, min {min(left)}"


def figures(*, quick: bool) -> list[Figure]:
    count = 4 if quick else COUNT
    made: list[Figure] = []
    for way in (BACK, OUT):
        whole = kept(scripts(SAYS_B, count), way, 65_536)
        made.append(_figure(f"{way.name}, fits", whole, FACTS))
        for window in (8192, 4096):
            for label, says in (("B", SAYS_B), ("A, rules made with it", SAYS_A)):
                which = scripts(says, count)
                name = f"{way.name}, by rules, window {window:,}, set {label}"
                made.append(_figure(name, kept(which, way, window), 15, peer=last_turns(which, window)))
    idle = Summary("- They talked about how to begin, and about what to look at before going on.\n" * 30, 36, "ollama:idle")
    found = kept(scripts(SAYS_B, count), BACK, 8192, idle)
    made.append(_figure("cloud to local, beside a model's summary that keeps nothing, 8,192", found, 15))
    model = os.environ.get("BENCH_SUMMARY_MODEL", "")
    if not model:
        return [
            *made,
            Figure("summarised by a model", "not measured: set BENCH_SUMMARY_MODEL=ollama:NAME", goal=">= 18 of 20", n=0),
        ]
    return [*made, _figure(f"cloud to local, by {model}, window 8,192", asyncio.run(by_model(model, scripts(SAYS_B, 3))), 18)]


def _figure(name: str, found: list[int], least: int, peer: str = "") -> Figure:
    shown = f"mean {statistics.mean(found):.1f}, min {min(found)} of {FACTS}"
    return Figure(name, shown, peer, goal=f">= {least} of {FACTS}", met=min(found) >= least, n=len(found))


async def by_model(name: str, which: Sequence[Script]) -> list[int]:
    """The same with summaries that a real model of this machine writes: minutes on a processor."""
    from hybridchat.assemble import Setup, assembled
    from hybridchat.config import Config
    from hybridchat.config.schema import ModelSettings, PairSettings
    from hybridchat.errands import summed_up

    found: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        config = Config(pair=PairSettings(local=name), models={name: ModelSettings(window=8192)})
        env = {"HYBRIDCHAT_DATA_DIR": folder, "HYBRIDCHAT_CONFIG": str(Path(folder) / "config.toml")}
        Path(env["HYBRIDCHAT_CONFIG"]).touch()
        async with assembled(Setup(samplers=False, config=config, env=env)) as chat:
            for script in which:
                session = chat.store.new_session("chat")
                parent: str | None = None
                for question, answer in script.turns:
                    turn = await chat.store.ask(session.id, question, parent_id=parent)
                    attempt = chat.store.begin(turn.id, CLOUD.id, CLOUD.host, CLOUD.locality)
                    chat.store.end(attempt.id, Ending.COMPLETE, text=answer)
                    chat.store.end_turn(turn.id, Ending.COMPLETE, attempt.id)
                    parent = turn.id
                summary = await summed_up(chat._crew, session.id)
                found.append(len(script.kept(handed(script, BACK, 8192, summary)[1])))
    return found

"""A wrong choice, put right by hand, is remembered: after three alike the program asks whether to start there next time.

Kept are, per kind of question, the last ten turns and the side each was moved to; no word of any question.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Literal

from hybridchat.asking import Ask
from hybridchat.config.rules import NAMES, in_words, rules_of
from hybridchat.config.schema import RuleConditions, RuleSettings
from hybridchat.crew import Crew, policy_of
from hybridchat.events import HandedOver
from hybridchat.facts import Locality, Mode
from hybridchat.routing.kinds import KINDS, Kind, kind_of
from hybridchat.routing.preferences import Rule
from hybridchat.value import value

Side = Literal["local", "cloud"]
KEY = "overrides"
LAST = 10
"""Questions of a kind that are remembered."""
ALIKE = 3
"""Moves to the same side among them after which the program asks."""


@value
class Moved:
    """One question: `side` is where the user moved it, empty when it stayed where the program had sent it."""

    turn_id: str
    side: Side | Literal[""] = ""


Memory = Mapping[Kind, tuple[Moved, ...]]


@value
class Suggestion:
    """What the user did `times` of the last `of` times with questions of a kind."""

    kind: Kind
    side: Side
    times: int
    of: int

    @property
    def observation(self) -> str:
        kind = "" if self.kind == "other" else f"{NAMES.get(self.kind, self.kind)} "
        unlike = " of no special kind" if self.kind == "other" else ""
        return f"You moved {self.times} of the last {self.of} {kind}questions{unlike} to {_place(self.side)}."

    @property
    def question(self) -> str:
        """What to ask the user; the answer is yes or no."""
        return f"{self.observation} Start there next time?"

    @property
    def rule(self) -> RuleSettings:
        """The rule that a yes writes. It is a preference: the other side still steps in when this one cannot answer."""
        mode = Mode.PREFER_CLOUD if self.side == "cloud" else Mode.PREFER_LOCAL
        when = RuleConditions(kind=self.kind)
        return RuleSettings(name=in_words(RuleSettings(use=mode.value, when=when)), use=mode.value, when=when)


def _place(side: Side) -> str:
    return "the cloud" if side == "cloud" else "this machine"


def noted(memory: Memory, kind: Kind, moved: Moved) -> Memory:
    """The memory after one more question, or after one that is in it was moved, or moved back."""
    last = memory.get(kind, ())
    before = next((m for m in last if m.turn_id == moved.turn_id), None)
    if before is None:
        return {**memory, kind: (*last, moved)[-LAST:]}
    if not moved.side or moved.side == before.side:
        return memory
    now = moved if not before.side else Moved(moved.turn_id)
    return {**memory, kind: tuple(now if m is before else m for m in last)}


def suggested(memory: Memory, kind: Kind, rules: Iterable[Rule]) -> Suggestion | None:
    """What to ask after the last question of that kind was moved; nothing where a rule already speaks of the kind."""
    last = memory.get(kind, ())
    side = last[-1].side if last else ""
    times = sum(m.side == side for m in last)
    if not side or times < ALIKE or any(rule.kind == kind for rule in rules):
        return None
    return Suggestion(kind, side, times, len(last))


class Repair:
    """The overrides of one program, in the store. `observed` and `went` belong to one turn; the first reads the store."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._memory: Memory = {}
        self._kinds: dict[str, Kind] = {}
        """Session id -> kind of the question last moved in it."""
        self._watched: dict[str, bool] = {}
        """Sessions in which a person asks, and whether they begin on this machine."""

    def observed(self, ask: Ask) -> Ask:
        """The question, which is on its way. Reads the store: off the event loop."""
        if ask.options.compared:
            return ask
        self._memory = _read(self._crew.store.recall(KEY))
        session = self._crew.store.session(ask.session_id)
        if session is not None and session.kind != "api":
            self._watched[session.id] = policy_of(self._crew, session).local_first
        return ask

    def went(self, ask: Ask, event: HandedOver) -> None:
        """A model is asked. It counts as moved when the user had named it or the side, and things do not start there anyway."""
        if ask.options.compared or ask.session_id not in self._watched:
            return
        side: Side = "local" if event.locality is Locality.ON_DEVICE else "cloud"
        usual = side == "local" and self._watched[ask.session_id]
        moved = ask.escalated or (ask.pin is not None and not usual)
        kind = kind_of(ask.text)
        before = self._memory
        self._memory = noted(before, kind, Moved(event.turn_id, side if moved else ""))
        if moved:
            self._kinds[ask.session_id] = kind
        else:
            self._kinds.pop(ask.session_id, None)
        if self._memory is not before:
            self._keep()

    def suggestion(self, session_id: str) -> Suggestion | None:
        """What to ask after a turn of this session, if anything."""
        kind = self._kinds.get(session_id)
        return suggested(self._memory, kind, self._crew.rules) if kind is not None else None

    def accept(self, suggestion: Suggestion) -> str:
        """Writes the rule into the configuration, where it can be edited; the sentence to show. Off the event loop.

        Raises `ConfigError`, `OSError` when it could not be written; nothing has changed then.
        """
        rule = suggestion.rule
        file = self._crew.config_file
        if file is None:
            mode = Mode(rule.use)
            self._crew.rules = (*self._crew.rules, Rule(rule.name, kind=suggestion.kind, mode=mode))
            where = "for this run"
        else:
            from hybridchat.config.rule_file import add_rule  # imported here: 22 ms, for writing only

            self._crew.rules = rules_of(add_rule(file, rule, suggestion.observation))
            where = f"in {file}, where you can change it"
        self.decline(suggestion)
        return f'The rule "{rule.name}" holds from now on, {where}.'

    def decline(self, suggestion: Suggestion) -> None:
        """Forgets what was seen of that kind: the question comes again only after three more moves."""
        self._memory = {kind: moves for kind, moves in self._memory.items() if kind != suggestion.kind}
        self._kinds = {session: kind for session, kind in self._kinds.items() if kind != suggestion.kind}
        self._keep()

    def _keep(self) -> None:
        told = {kind: [[m.turn_id, m.side] for m in moves] for kind, moves in self._memory.items()}
        self._crew.store.remember(KEY, json.dumps(told, separators=(",", ":")))


def _read(text: str | None) -> Memory:
    """What was kept; an entry of another shape, as another version may have left, is forgotten."""
    told: object = None
    with suppress(ValueError):
        told = json.loads(text or "{}")
    memory: dict[Kind, tuple[Moved, ...]] = {}
    for kind in KINDS:
        moves = told.get(kind) if isinstance(told, dict) else None
        if isinstance(moves, list):
            memory[kind] = tuple(_moved(m[0], m[1]) for m in moves if isinstance(m, list) and len(m) == 2)[-LAST:]
    return memory


def _moved(turn_id: object, side: object) -> Moved:
    known: tuple[Side, ...] = ("local", "cloud")
    return Moved(str(turn_id), next((s for s in known if s == side), ""))

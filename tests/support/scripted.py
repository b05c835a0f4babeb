"""A chat that says what a script tells it: for tests of the screens, which need no router, store on disk or network."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from hybridchat.agents.judge import ResourceThresholds
from hybridchat.agents.ways import ConnectivityThresholds
from hybridchat.asking import NO_OPTIONS, Options
from hybridchat.conversation import Attempt, Ending, Hidden, Message, Package, Role, Session, Turn
from hybridchat.events import Asked, Decided, Ended, Event, HandedOver, Held, Offered, Said, Verdict
from hybridchat.facts import (
    Candidate,
    ConnectivityState,
    Decision,
    Device,
    Gauge,
    Link,
    Live,
    Locality,
    Mode,
    Model,
    Price,
    Rejection,
    ResourceState,
    Snapshot,
    Timings,
    Usage,
)
from hybridchat.parameters import NOTHING_SET, Parameters
from hybridchat.purse import Purse
from hybridchat.repair import Suggestion
from hybridchat.sessions.listing import Listed, Pages
from hybridchat.sessions.spend import Spent
from hybridchat.sessions.tags import Wanted
from hybridchat.tui.ports import Found, Launch, Opened
from hybridchat.tuning import thinking, tuned
from hybridchat.warming import Loading

NOW = 1_760_000_000.0
TODAY = date(2025, 10, 9)
LLAMA = Model("ollama:llama3.2", "127.0.0.1:11434", Locality.ON_DEVICE, tier=2, window=131_072, size_bytes=2_019_393_189)
QWEN = Model("ollama:qwen2.5-coder:14b", "127.0.0.1:11434", Locality.ON_DEVICE, tier=3, window=32_768, size_bytes=8_988_124_069)
GPT = Model("openai:gpt-5.4-mini", "api.openai.com", Locality.REMOTE, tier=3, window=400_000, price=Price(0.25, 2.0, as_of=TODAY))
CLAUDE = Model(
    "anthropic:claude-sonnet-5", "api.anthropic.com", Locality.REMOTE, tier=4, window=200_000, price=Price(3, 15, as_of=TODAY)
)

SNAPSHOT = Snapshot(
    at=NOW,
    device=Device(
        state=ResourceState.AVAILABLE,
        gauges={n: Gauge(v, "percent", NOW) for n, v in (("cpu", 34.0), ("memory", 61.0), ("gpu", 12.0))},
        memory_free=6_100_000_000,
        vram_free=3_100_000_000,
    ),
    links={
        "api.openai.com": Link(
            "api.openai.com", ConnectivityState.OPTIMAL, "", {"latency": Gauge(41.0, "ms", NOW)}, allowed=True
        ),
        "api.anthropic.com": Link("api.anthropic.com"),
    },
    models=(LLAMA, QWEN, GPT, CLAUDE),
    live={LLAMA.id: Live(resident=True)},
)


@dataclass
class Line:
    """One scripted answer: who says it, in which pieces, how it ends; `held` asks for consent first."""

    model: Model = LLAMA
    pieces: Sequence[str] = ("Hello",)
    ending: Ending = Ending.COMPLETE
    why: str = ""
    held: Package | None = None
    offered: Offered | None = None
    """Asked instead of an answer: whom it should go to cannot be reached."""
    before: Sequence[Event] = ()
    gate: asyncio.Event | None = None
    """Waits here after the first piece, until set or stopped."""
    fault: Exception | None = None
    """Raised in the middle of the stream, as a fault in the program would be."""
    over_budget: bool = False
    """Nobody is asked: the budget is spent."""


def decided(model: Model, *, hard: bool = False) -> Decision:
    others = [m for m in (LLAMA, GPT) if m is not model]
    reason = "may be hard: numbers, 3 constraints" if hard else "looks easy" if model.on_device else "may be hard"
    rejected = tuple(Candidate(m, Rejection("mode", "not asked for")) for m in others)
    return Decision(
        model,
        (Candidate(model, score=0.82, parts={"quality": 0.7, "latency": 0.9}), *rejected),
        (model.id,),
        reason,
        "strategy",
        margin=0.21,
        offer=GPT.id if hard and model.on_device else None,
        strategy="local-first",
    )


class NoPast:
    """Nothing is kept of what a decision was made of, and every conversation began here."""

    def origins(self) -> dict[str, str]:
        return {}

    def made(self, turn_id: str, attempt_id: str = "") -> None:
        return None


@dataclass
class ScriptedStore:
    """Sessions and turns in dictionaries."""

    all: dict[str, Session] = field(default_factory=dict)
    turns: dict[str, list[Turn]] = field(default_factory=dict)
    gone: dict[str, Session] = field(default_factory=dict)
    drafts: dict[str, str] = field(default_factory=dict)
    slow: threading.Event | None = None
    """Drafts are read once it is set."""
    waits: bool = False
    kept: dict[str, str] = field(default_factory=dict)
    past: NoPast = field(default_factory=NoPast)
    intake: NoPast = field(default_factory=NoPast)
    condemned: list[tuple[str, ...]] = field(default_factory=list)

    def new_session(
        self,
        kind: str = "chat",
        *,
        mode: Mode | None = None,
        pin: str | None = None,
        system: str = "",
        strategy: str | None = None,
        parameters: Parameters = NOTHING_SET,
    ) -> Session:
        count = sum(s.kind == kind for s in (*self.all.values(), *self.gone.values()))
        named = f"{'s' if kind == 'chat' else kind}{count + 1}"
        session = Session(named, "", NOW, NOW, kind, mode, pin, system, strategy=strategy, parameters=parameters)
        self.all[session.id] = session
        self.turns[session.id] = []
        return session

    def session(self, session_id: str) -> Session | None:
        found = self.all.get(session_id)
        return found and replace(found, turns=len(self.turns[session_id]))

    def sessions(self) -> list[Session]:
        return [s for i in self.all if (s := self.session(i)) and s.kind == "chat"]

    @property
    def listing(self) -> ScriptedStore:
        return self

    def pages(self, wanted: Wanted, *, archived: bool = False, pages: int = 1) -> Pages:
        found = [Listed(s) for s in self.sessions() if s.turns and wanted.words.lower() in s.title.lower()]
        wide = [one for one in found if archived or not one.session.archived]
        return Pages(tuple(one for one in wide if {*wanted.tags} <= {*one.session.tags}))

    def set_session(self, session_id: str, **values: object) -> None:
        self.all[session_id] = replace(self.all[session_id], **values)  # type: ignore[arg-type]

    def tag(self, session_id: str, names: Iterable[str]) -> None:
        self.all[session_id] = replace(self.all[session_id], tags=tuple(sorted({*self.all[session_id].tags} ^ {*names})))

    def tags(self) -> dict[str, int]:
        return {tag: 1 for session in self.all.values() for tag in session.tags}

    def on_branch(self, session_id: str, turn_id: str) -> bool:
        return any(turn.id == turn_id for turn in self.turns[session_id])

    def path(self, session_id: str, leaf_id: str | None = None, *, limit: int | None = None) -> list[Turn]:
        return list(self.turns[session_id])[-(limit or 2**40) :]

    def files(self, turn: Turn) -> tuple[()]:
        return ()

    def turn(self, turn_id: str) -> Turn | None:
        return next((t for turns in self.turns.values() for t in turns if t.id == turn_id), None)

    def end_turn(self, turn_id: str, ending: Ending, chosen_attempt: str | None = None) -> None:
        for turns in self.turns.values():
            turns[:] = [replace(t, ending=ending, chosen_attempt=chosen_attempt) if t.id == turn_id else t for t in turns]

    def questions(self, session_id: str, *, limit: int) -> list[str]:
        return [turn.question for turn in self.turns[session_id]][-limit:]

    def asked(self) -> list[str]:
        return [turn.question for turns in self.turns.values() for turn in turns][::-1]

    def branches(self, session_id: str) -> dict[str, tuple[str, ...]]:
        return {}

    def queued(self, session_id: str | None = None) -> list[Turn]:
        found = [t for turns in self.turns.values() for t in turns if t.ending is Ending.QUEUED]
        return [t for t in found if session_id in {None, t.session_id}]

    def _change(self, turn_id: str, **fields: object) -> None:
        for turns in self.turns.values():
            turns[:] = [replace(t, **fields) if t.id == turn_id else t for t in turns]  # type: ignore[arg-type]

    def edit_question(self, turn_id: str, question: str) -> None:
        self._change(turn_id, question=question)

    async def ask(
        self, session_id: str, question: str, *, parent_id: str | None, ending: Ending | None = None, files: Sequence[object] = ()
    ) -> Turn:
        turn = Turn(f"{session_id}q{len(self.turns[session_id])}", session_id, parent_id, question, NOW, ending)
        self.turns[session_id].append(turn)
        return turn

    def rename(self, session_id: str, title: str) -> None:
        self.all[session_id] = replace(self.all[session_id], title=title)

    def delete_session(self, session_id: str) -> None:
        self.gone[session_id] = self.all.pop(session_id)

    def restore_session(self, session_id: str) -> None:
        self.all[session_id] = self.gone.pop(session_id)

    @property
    def purge(self) -> ScriptedStore:
        return self

    def mark(self, ids: Sequence[str]) -> float:
        for session_id in ids:
            self.delete_session(session_id)
        self.condemned.append(tuple(ids))
        return NOW + 600

    def unmark(self) -> list[Session]:
        back = self.condemned.pop() if self.condemned else ()
        for session_id in back:
            self.restore_session(session_id)
        return [self.all[session_id] for session_id in back]

    def draft(self, session_id: str, text: str) -> None:
        self.drafts[session_id] = text

    def read_draft(self, session_id: str) -> str:
        if self.slow is not None:
            self.waits = True
            assert self.slow.wait(20), "nobody let it read"
        return self.drafts.get(session_id, "")

    def remember(self, key: str, value: str) -> None:
        self.kept[key] = value

    def recall(self, key: str) -> str | None:
        return self.kept.get(key)


class ScriptedAnswer:
    """Events out of a script; `stop()` ends them as the real one does."""

    def __init__(self, events: Callable[[asyncio.Event], AsyncIterator[Event]]) -> None:
        self.stopped = asyncio.Event()
        self._events = events(self.stopped)

    def __aiter__(self) -> AsyncIterator[Event]:
        return self._events

    async def stop(self) -> None:
        self.stopped.set()

    async def aclose(self) -> None:
        await self._events.aclose()  # type: ignore[attr-defined]


@dataclass
class Till:
    """Money of the day, in US dollars."""

    daily_limit: float | None = 5.0
    spent: Spent = field(default_factory=Spent)


@dataclass
class Seen:
    decision: Decision
    sentence: str
    hidden: Mapping[str, int]
    asks: bool = False
    num_ctx: int | None = None
    think: str = ""


class ScriptedChat:
    """Answers with `script`, line by line; records what it was asked."""

    def __init__(self, script: Sequence[Line] = (), store: ScriptedStore | None = None) -> None:
        self.script = list(script)
        self.store = store or ScriptedStore()
        self.till = Till()
        self.purse = Purse(self.till, self.store, None)
        self.asked: list[str] = []
        self.verdicts: list[Verdict] = []
        self.modes: dict[str, Mode | None] = {}
        self._held: dict[str, Line] = {}
        self.watching = True
        self.previewed: list[str] = []
        self.hidden: Mapping[str, int] = {}
        self.looked_through: float | None = None
        self.looked_at: list[str] = []
        self.warmed: list[str] = []
        self.loads = asyncio.Event()
        """Set: a model that is loaded ahead is there at once."""
        self.loads.set()
        self.load: Loading | None = None
        self.suggested: Suggestion | None = None
        self.repaired: list[tuple[str, Suggestion]] = []
        self.apart: list[ScriptedChat] = []
        """The private ones that were begun."""
        self.forgotten = False
        self.hard = False
        """Every message may be hard: the cloud is offered."""

    def answer(
        self,
        session_id: str,
        text: str,
        *,
        pin: str | None = None,
        mode: Mode | None = None,
        options: Options = NO_OPTIONS,
    ) -> ScriptedAnswer:
        self.asked.append(": ".join(filter(None, (pin, mode, text))))
        line = self.script.pop(0) if self.script else Line()
        turn = Turn(f"t{len(self.asked)}", session_id, None, text, NOW)
        self.store.turns[session_id].append(turn)
        if not self.store.all[session_id].title:
            self.store.rename(session_id, text.splitlines()[0][:60])
        return ScriptedAnswer(lambda stop: self._play(turn, line, stop, held=line.held))

    def again(
        self,
        turn_id: str,
        *,
        pin: str | None = None,
        mode: Mode | None = None,
        other: bool = False,
        over_budget: bool = False,
        options: Options = NO_OPTIONS,
    ) -> ScriptedAnswer:
        self.asked.append("anyway" if over_budget else "other" if other else "again")
        line = self.script.pop(0) if self.script else Line(GPT if other else LLAMA)
        turn = next(t for turns in self.store.turns.values() for t in turns if t.id == turn_id)
        return ScriptedAnswer(lambda stop: self._play(turn, line, stop, held=line.held))

    def resume(self, turn_id: str, verdict: Verdict) -> ScriptedAnswer:
        self.verdicts.append(verdict)
        turn = next(t for turns in self.store.turns.values() for t in turns if t.id == turn_id)
        if turn_id not in self._held:  # it waited in the queue, or for the user's choice
            line = self.script.pop(0) if self.script else Line()
            return ScriptedAnswer(lambda stop: self._play(turn, line, stop, held=line.held))
        line = self._held.pop(turn_id)
        line = line if verdict in {Verdict.SEND, Verdict.ALWAYS} else Line(LLAMA, ("Here instead.",))
        return ScriptedAnswer(lambda stop: self._play(turn, line, stop, held=None))

    async def _play(self, turn: Turn, line: Line, stop: asyncio.Event, *, held: Package | None) -> AsyncIterator[Event]:
        yield Asked(turn)
        yield Decided(turn.id, decided(line.model, hard=self.hard))
        if line.fault is not None:
            raise line.fault
        if line.offered is not None:
            yield line.offered
            return
        if held is not None:
            self._held[turn.id] = line
            yield Held(turn.id, held, "first message to this host in this conversation")
            return
        if line.over_budget:
            yield Ended(turn.id, None, Ending.UNROUTED, text="today's budget does not reach.", over_budget=True)
            return
        for event in line.before:
            yield event
        attempt = f"{turn.id}a{len(self.asked)}{len(self.verdicts)}"
        remote = not line.model.on_device
        yield HandedOver(
            turn.id,
            attempt,
            line.model.id,
            line.model.host,
            line.model.locality,
            moved=remote,
            turns=2,
            hidden={"EMAIL": 1, "PHONE": 2} if remote else {},
            bytes=1204,
        )
        said = ""
        for piece in line.pieces:
            said += piece
            yield Said(turn.id, attempt, piece)
            if line.gate is not None and not line.gate.is_set():
                waits = [asyncio.ensure_future(line.gate.wait()), asyncio.ensure_future(stop.wait())]
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                for wait in waits:
                    wait.cancel()
            if stop.is_set():
                break
        ending = Ending.STOPPED if stop.is_set() else line.ending
        usage, timings = Usage(120, 63), Timings(0.3, 2.1 if remote else 0.8, generate_s=1.5)
        cost = 0.004 if remote else None
        model = line.model
        done = Attempt(attempt, turn.id, model.id, model.host, model.locality, said, "", ending, usage, timings, cost)
        self._keep(turn, done, ending)
        yield Ended(turn.id, attempt, ending, line.model.id, line.model.locality, usage, timings, cost, line.why)

    def _keep(self, turn: Turn, attempt: Attempt, ending: Ending) -> None:
        turns = self.store.turns[turn.session_id]
        at = next(n for n, t in enumerate(turns) if t.id == turn.id)
        turns[at] = replace(turns[at], ending=ending, attempts=(*turns[at].attempts, attempt))

    async def preview(
        self,
        session_id: str,
        draft: str,
        *,
        pin: str | None = None,
        mode: Mode | None = None,
        options: Options = NO_OPTIONS,
        like: Session | None = None,
    ) -> Seen:
        self.previewed.append(draft)
        model = GPT if mode is Mode.ONLY_CLOUD else LLAMA
        decision = decided(model, hard=self.hard)
        return Seen(decision, f"{model.name}: {decision.reason}", self.hidden, asks=not model.on_device)

    def models(self) -> tuple[Model, ...]:
        return SNAPSHOT.models

    def set_mode(self, session_id: str, mode: Mode | None) -> None:
        self.modes[session_id] = mode

    def set_pin(self, session_id: str, model_id: str | None) -> None:
        if session_id:
            self.store.all[session_id] = replace(self.store.all[session_id], pin=model_id)

    def set(self, session: Session, text: str, *, think: bool = False, last: str | None = None) -> tuple[Session, str]:
        made, told = thinking(session, text, LLAMA if last else None) if think else tuned(session, text, ("quality", "cost"))
        if made.id:
            self.store.all[made.id] = made
        return made, told

    private = False
    lock = here = ""
    limits: tuple[ResourceThresholds | None, ConnectivityThresholds | None] = (None, None)

    async def go_private(self) -> ScriptedChat:
        made = ScriptedChat(self.script)
        made.private, made.lock = True, "This conversation is private."
        self.apart.append(made)
        return made

    async def forget(self) -> None:
        self.forgotten = True

    def opened(self, session: Session) -> None:
        self.looked_at.append(session.id)

    def mode(self, session: Session) -> Mode:
        return session.mode or Mode.AUTO

    def decision(self, turn_id: str) -> Decision | None:
        return None

    def suggestion(self, session_id: str) -> Suggestion | None:
        return self.suggested

    @property
    def repair(self) -> ScriptedChat:
        return self

    def accept(self, suggestion: Suggestion) -> str:
        self.repaired.append(("accept", suggestion))
        return "The rule holds from now on."

    def decline(self, suggestion: Suggestion) -> None:
        self.repaired.append(("decline", suggestion))

    async def warm(self, model: Model, num_ctx: int | None = None) -> None:
        self.warmed.append(model.id)
        await self.loads.wait()
        self.load = None

    def loading(self, model: Model, num_ctx: int | None = None) -> Loading | None:
        return self.load


def package() -> Package:
    """What a first question to the cloud would send."""
    return Package(
        GPT.id,
        GPT.host,
        Locality.REMOTE,
        (Message(Role.USER, "Write to <EMAIL_1> about the flat in Lisbon, call <PHONE_1> first.\nMaria Santos pays 1200."),),
        tokens=240,
        turns=4,
        hidden=(
            Hidden("EMAIL", "<EMAIL_1>", "anna@post.example", "e-mail address"),
            Hidden("PHONE", "<PHONE_1>", "+351 912 345 678", "phone number"),
        ),
        left=("Lisbon", "Maria Santos", "1200"),
        est_cost=0.004,
    )


FOUND = (
    Found(True, "Ollama at 127.0.0.1:11434: 2 models, llama3.2 is loaded"),
    Found(True, "a key for OpenAI; not contacted"),
    Found(False, "no key for Anthropic", "export ANTHROPIC_API_KEY=…"),
)


def launch(chat: ScriptedChat, snapshot: Snapshot = SNAPSHOT, **options: object) -> Launch:
    """A start around `chat`; `options` go to `Launch`, except `session`, `pin` and `banner`, which go to `Opened`."""
    session, pin, banner = options.pop("session", None), options.pop("pin", None), options.pop("banner", "")

    async def opening() -> Opened:
        return Opened(chat, lambda: snapshot, FOUND, session, pin, banner, hide=lambda word: f"{word} is hidden.")  # type: ignore[arg-type]

    return Launch(opening, clock=lambda: NOW, **options)  # type: ignore[arg-type]

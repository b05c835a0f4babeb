"""A conversation as it stands on the screen: blocks that events append to. No terminal here, so it is tested without one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from hybridchat.enclosed import words as asked
from hybridchat.facts import Decision, Locality
from hybridchat.render import offline, words
from hybridchat.tui.blocks import Block, Kind, Tone, place_of, tone_of

if TYPE_CHECKING:
    from hybridchat.conversation import Attempt, Turn
    from hybridchat.events import Ended, Event, FellBack, HandedOver, SecondLook


__all__ = ["Block", "Kind", "Thread", "Tone", "place_of", "tone_of"]


class Thread:
    """The blocks of one conversation, and from which one on they changed since somebody last looked."""

    def __init__(self, *, demo: bool = False, other_key: str = "^o") -> None:
        self.blocks: list[Block] = []
        self.decisions: dict[str, Decision] = {}
        self.last_turn = ""
        self.beside: Callable[[str], str] = lambda _: ""
        """Turn id -> what stands behind `you` at its question, such as ` · 2 of 3`."""
        self.named: Callable[[str], str] = str
        """Puts the keys as they are here into a sentence that names some."""
        self._demo = demo
        self._other_key = other_key
        self._changed: int | None = None
        self._loading = ""
        """What the newest answer's head says until its first word."""

    @property
    def live(self) -> bool:
        """Whether the newest block may still grow."""
        return bool(self.blocks) and self.blocks[-1].live

    @property
    def answered_here(self) -> bool:
        """Whether the newest question was answered on this machine last."""
        said = [b for b in self.blocks if b.turn_id == self.last_turn and b.kind is Kind.ANSWER and b.text]
        return bool(said) and said[-1].tone is Tone.LOCAL

    def next_message(self, at: int | None, by: int) -> int | None:
        """The question or answer after `at` (`None`: from the end), in steps of `by`."""
        at = (len(self.blocks) if at is None else at) + by
        while 0 <= at < len(self.blocks) and not self.blocks[at].addressable:
            at += by
        return at if 0 <= at < len(self.blocks) else None

    def take_changes(self) -> int | None:
        """Index of the first block that changed since the last call, `None` when nothing did."""
        changed, self._changed = self._changed, None
        return changed

    def load(self, turns: Iterable[Turn], before: Locality | None = None) -> None:
        """Shows a stored conversation instead of what is there; `before` is where the turn above the first was answered."""
        self.blocks.clear()
        self.decisions.clear()
        self._changed = 0
        self.last_turn = ""
        for turn in turns:
            before = self._load_turn(turn, before)

    def prepend(self, turns: Iterable[Turn], before: Locality | None = None) -> int:
        """Puts older turns above what is there; how many blocks they are. Not a change below them. `before` as in `load`."""
        above = Thread(demo=self._demo, other_key=self._other_key)
        above.named = self.named
        above.beside = self.beside
        above.load(turns, before)
        self.blocks[:0] = above.blocks
        if self._changed is not None:
            self._changed += len(above.blocks)
        return len(above.blocks)

    def _load_turn(self, turn: Turn, before: Locality | None) -> Locality | None:
        self.last_turn = turn.id
        head = f"you{self.beside(turn.id)}"
        self._add(Block(Kind.YOU, turn.question, head, turn_id=turn.id, beside=words.attached(turn)))
        for attempt in turn.attempts:
            if not attempt.text and attempt.ending == "failed":
                self.mark(f"▪ {words.short(attempt.model_id)} did not answer: {attempt.error or 'no reason given'}", Tone.WARN)
                continue
            if moved := words.moved(before, attempt.locality):
                self.mark(moved, tone_of(attempt.locality))
            self._load_attempt(turn, attempt)
            before = attempt.locality
        stands = turn.answer
        if stands is not None and stands in [a for a in turn.attempts if a.text][:-1]:
            self.mark(f"▪ {words.short(stands.model_id)}'s answer is kept", Tone.MUTED)
        if not turn.attempts and (mark := words.ending(turn.ending)):
            self.mark(mark, Tone.WARN)
        return before

    def _load_attempt(self, turn: Turn, attempt: Attempt) -> None:
        head = words.head_of(attempt, turn, demo=self._demo)
        tone = tone_of(attempt.locality)
        whole = attempt.ending == "complete"
        self._add(Block(Kind.ANSWER, attempt.text, head, tone, turn.id, attempt.id, attempt.thinking, whole=whole))
        if attempt.note:
            self.mark(f"▪ {attempt.note}", Tone.MUTED)
        if mark := words.ending(attempt.ending, attempt.error):
            self.mark(mark, Tone.WARN)

    def note(self, text: str, tone: Tone = Tone.MUTED, head: str = "") -> None:
        """A word from the program itself; not stored."""
        self._add(Block(Kind.NOTE, text, head, tone))

    def rename(self, block: Block, head: str) -> None:
        """Gives a block another head line."""
        if block.head != head:
            block.head = head
            self._touch(self.blocks.index(block))

    def retell(self, block: Block, text: str) -> None:
        """Gives a block of the program's own another text."""
        if block.text != text:
            block.text = text
            self._touch(self.blocks.index(block))

    def again(self, turn_id: str) -> None:
        """An earlier question is asked once more: what follows stands below all said since, so it is told whose it is."""
        asked = next((b.text for b in self.blocks if b.turn_id == turn_id and b.kind is Kind.YOU), "")
        if asked and turn_id != self.last_turn:
            self.mark(f"▪ asked again: {' '.join(asked.split())[:60]}", Tone.MUTED)

    def mark(self, text: str, tone: Tone) -> None:
        self._add(Block(Kind.MARK, self.named(text), tone=tone))

    def fail(self, text: str) -> None:
        """The answer ended in a way that nobody foresaw: what was said stays, `text` says what happened."""
        for index, block in enumerate(self.blocks):
            if block.live:
                block.live = False
                self._touch(index)
        self.mark(text, Tone.ERROR)

    def apply(self, event: Event) -> None:
        """Takes one event of the running turn."""
        # imported here, as wherever events come: 5 ms that the first paint does not need
        from hybridchat import events

        match event:
            case events.Asked(turn=turn):
                self._asked(turn)
            case events.Decided(turn_id=turn_id, decision=decision):
                self.decisions[turn_id] = decision
            case events.Held() | events.Offered():
                pass  # the screen asks; the transcript stays as it is
            case events.Waiting():
                self._waits(offline.waiting(event))
            case events.HandedOver():
                self._handed_over(event)
            case events.Said():
                self._grow(event.attempt_id, text=event.text)
            case events.Thought():
                self._grow(event.attempt_id, thinking=event.text)
            case events.FellBack():
                self._fell_back(event)
            case events.SecondLook():
                self._doubted(event)
            case events.Ended():
                self._ended(event)

    def _waits(self, text: str) -> None:
        if not self.blocks or self.blocks[-1].text != text:  # it may take several tries
            self.mark(text, Tone.WARN)

    def _asked(self, turn: Turn) -> None:
        known = any(b.turn_id == turn.id and b.kind is Kind.YOU for b in self.blocks)
        if not known:
            self._add(Block(Kind.YOU, turn.question, "you", turn_id=turn.id, beside=words.attached(turn)))
        elif turn.id != self.last_turn:
            self.mark(f"▪ asked again: {asked(turn.question)[:60]}", Tone.MUTED)
        self.last_turn = turn.id

    def _handed_over(self, event: HandedOver) -> None:
        self._drop_silent(event.turn_id, event.model_id)
        tone = tone_of(event.locality)
        told = {block.text for block in self.blocks[-2:]}
        for text in words.handed_over(event):
            if text not in told:  # a second try moves nothing
                self.mark(text, tone if text[0] in "⇡⇣" else Tone.MUTED)
        hidden = words.items(event.hidden)
        head = words.head(event.model_id, event.locality, hidden=hidden)
        self._loading = f" · {words.loading(event.load_s)}" if event.loads else ""
        head += self._loading
        self._add(Block(Kind.ANSWER, "", head, tone, event.turn_id, event.attempt_id, live=True, hidden=hidden))

    def _grow(self, attempt_id: str, *, text: str = "", thinking: str = "") -> None:
        index = self._find(attempt_id)
        if index is None:
            return
        block = self.blocks[index]
        if self._loading:
            block.head, self._loading = block.head.removesuffix(self._loading), ""
        block.text += text
        block.thinking += thinking
        self._touch(index)

    def _drop_silent(self, turn_id: str, model_id: str | None) -> None:
        """Takes away what waits for a first word of `model_id` (`None`: of anybody): it failed, and a mark says so."""
        for index in range(len(self.blocks) - 1, -1, -1):
            block = self.blocks[index]
            asked = model_id is None or block.head.partition(" · ")[0] == words.short(model_id)
            if block.live and block.turn_id == turn_id and asked and not block.text:
                del self.blocks[index]
                self._touch(index)

    def _fell_back(self, event: FellBack) -> None:
        self._drop_silent(event.turn_id, event.from_model)
        if event.to_model is not None:  # else the end of the turn says it
            self.mark(words.fell_back(event), Tone.WARN)

    def _doubted(self, event: SecondLook) -> None:
        index = self._find(event.attempt_id)
        if index is not None:
            block = self.blocks[index]
            block.live = False
            block.head = words.head(event.from_model, event.locality, timings=event.timings, usage=event.usage, demo=self._demo)
            self._touch(index)
        self.mark(words.second_look(event), Tone.WARN)

    def _ended(self, event: Ended) -> None:
        if event.ending != "complete":
            self._drop_silent(event.turn_id, None)
        index = None if event.attempt_id is None else self._find(event.attempt_id)
        if index is not None:
            block = self.blocks[index]
            block.live, block.whole = False, event.ending == "complete"
            if event.model_id and event.locality:
                block.head = words.head(
                    event.model_id,
                    event.locality,
                    timings=event.timings,
                    usage=event.usage,
                    cost=event.cost,
                    hidden=block.hidden,
                    demo=self._demo,
                )
                block.tone = tone_of(event.locality)
            self._touch(index)
        for note in words.notes(event, self._other_key):
            what, _, why = note.partition(": ")
            # why nobody answered is said once, below
            self.mark(f"▪ {what if why and why in event.text else note}", Tone.MUTED)
        if mark := words.ended(event):
            failed = event.ending in {"failed", "unrouted"}
            self.mark(mark + offline.to_go_on(event), Tone.ERROR if failed else Tone.WARN)
        elif event.ending == "complete" and index is not None and not self.blocks[index].text.strip():
            self.mark("▪ the answer came back empty", Tone.WARN)
        offered = words.offered(self.decisions.get(event.turn_id), self._other_key)
        if offered and event.ending == "complete" and event.other is None:
            self.mark(f"▪ {offered}", Tone.MUTED)

    def _find(self, attempt_id: str) -> int | None:
        for index in range(len(self.blocks) - 1, -1, -1):
            if self.blocks[index].attempt_id == attempt_id:
                return index
        return None

    def _add(self, block: Block) -> None:
        self.blocks.append(block)
        self._touch(len(self.blocks) - 1)

    def _touch(self, index: int) -> None:
        self._changed = index if self._changed is None else min(self._changed, index)

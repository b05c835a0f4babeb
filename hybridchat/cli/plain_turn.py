"""Tells the events of one turn on a terminal that only goes forward."""

from __future__ import annotations

from hybridchat.cli import sentences
from hybridchat.cli.spoken import Spoken
from hybridchat.cli.teletype import Teletype
from hybridchat.conversation import Ending
from hybridchat.events import Ended, Event, FellBack, HandedOver, Said, SecondLook, Thought, Waiting
from hybridchat.facts import Locality
from hybridchat.render import offline, words


class Teller:
    """One turn, event by event: marks on lines of their own, the answer sentence by sentence behind its label.

    With `bell` the end of an answer rings.
    """

    def __init__(self, tty: Teletype, *, demo: bool, bell: bool) -> None:
        self._tty, self._demo, self._bell = tty, demo, bell
        self._label = ""
        self._spoken = Spoken()
        self._thinking = False
        self._last_model = ""
        self._last_word: FellBack | None = None

    def tell(self, event: Event) -> None:
        if not isinstance(event, Said):
            self._tty.say(self._spoken.rest())
        match event:
            case HandedOver():
                self._handed_over(event)
            case Thought() if not self._thinking:
                self._thinking = True
                self._tty.line("(thinking …)")
            case Waiting():
                self._tty.line(f"{offline.waiting(event)}; Ctrl+C stops the wait")
            case Said(text=text):
                self._say(text)
            case FellBack():
                if event.to_model is None:
                    # why is said once, at the end
                    self._last_word = event
                else:
                    self._tty.line(words.fell_back(event))
            case SecondLook():
                self._tty.end_line()
                self._tty.line(words.second_look(event))
            case Ended():
                self._end(event)
            case _:
                pass

    def _handed_over(self, event: HandedOver) -> None:
        # a second try at the same model moves nothing, but sends once more
        again = event.model_id == self._last_model
        marks = words.handed_over(event)
        for mark in marks if not again else [f"▪ {words.left(event)}"] if event.locality is not Locality.ON_DEVICE else []:
            self._tty.line(mark.replace("▪ ", "Left this machine: ", 1) if mark.endswith(words.left(event)) else mark)
        if event.loads:
            self._tty.line(f"({words.loading(event.load_s)} …)")
        self._last_model, self._thinking = event.model_id, False
        self._label = sentences.label(event.model_id, event.locality)

    def _say(self, text: str) -> None:
        if self._label:
            text = text.lstrip("\n")
            if not text:
                return
            self._tty.begin(self._label)
            self._label = ""
        self._tty.say(self._spoken.take(text))

    def _end(self, ended: Ended) -> None:
        self._tty.end_line()
        if self._last_word is not None and self._last_word.error.rstrip(".") not in ended.text:
            self._tty.line(words.fell_back(self._last_word))
        if mark := words.ended(ended):
            self._tty.line(sentences.without_keys(mark, commands=True) + offline.to_go_on(ended))
        for note in words.notes(ended, "/other"):
            # why a second try was needed is why there is no answer: said once is enough
            if ended.ending is not Ending.FAILED or note.partition(": ")[2].rstrip(".") not in ended.text:
                self._tty.line(f"({note})")
        answered = ended.ending not in {Ending.FAILED, Ending.UNROUTED}
        if answered and ended.model_id is not None and ended.locality is not None and ended.timings.total_s is not None:
            head = words.head(
                ended.model_id, ended.locality, timings=ended.timings, usage=ended.usage, cost=ended.cost, demo=self._demo
            )
            self._tty.line(f"({head})")
        if self._bell:
            self._tty.bell()
        self._tty.line()

"""F2: the models there are, what runs now and what fits; hold one, pull, delete and unload those of this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from hybridchat.facts import Model, Snapshot
from hybridchat.providers.base import ProviderError
from hybridchat.render import models as told
from hybridchat.render.text import one_line
from hybridchat.render.words import size
from hybridchat.stock import NotOursError, Stock
from hybridchat.tui.gauges import Shown
from hybridchat.tui.keymap import bind, line
from hybridchat.tui.model_rows import in_order, of_name, row, with_running
from hybridchat.tui.sheet import Sheet, room
from hybridchat.tui.widgets import Field, List

if TYPE_CHECKING:  # the screen hands its own in
    from hybridchat.tui.pulling import Pulling

AUTO = ""
"""What the picker returns for "choose for each message"; closing it without a choice returns None."""
TICK = 0.25
"""Seconds between two looks at the figures of a pull."""
SOON = 1.0
"""Seconds after a change until the server is asked once more."""
Seen = tuple[Sequence[Model], Snapshot]


class Models(Sheet[str]):
    """Returns the chosen model's id, `AUTO`, or `None` when left.

    `see` gives the models and the gauges of this moment; without a `pulling` nothing can be pulled, deleted or unloaded.
    """

    DEFAULT_CSS = """
    Models #about, Models #pulled { height: auto; max-height: 2; color: $muted; }
    Models #about { margin-top: 1; }
    Models Input { display: none; height: 1; min-height: 1; width: 100%; border: none; padding: 0; background: $panel; }
    Models Input:focus { border: none; background: $panel; background-tint: 0%; }
    Models.-naming Input { display: block; }
    Models #pulled { display: none; }
    Models.-pulling #pulled { display: block; }
    """
    HEADING: ClassVar[str] = "Models"
    KEYS: ClassVar[str] = "{list-choose} hold · ● held · ▪ ability 1–4 · {close} close"
    KEEPING: ClassVar[str] = (
        "{list-choose} hold · {models-pull} pull · {models-unload} unload · {models-delete} delete · ▪ ability 1–4"
        " · {close} close"
    )
    NAMING: ClassVar[str] = "{field-done} pull it: Ollama fetches it, only the name goes out · {close} do not"
    COMING: ClassVar[str] = "{models-give-up} give the pull up · {list-choose} hold · {close} close, the pull goes on"
    BINDINGS: ClassVar[list[BindingType]] = [
        # first of all: the letters that follow at once are the name, and have to find the field focused
        bind("models-pull", "pull", priority=True),
        bind("models-unload", "unload"),
        bind("models-delete", "delete"),
        bind("models-give-up", "give_up"),
    ]

    def __init__(
        self, see: Callable[[], Seen], pinned: str | None, *, demo: bool = False, pulling: Pulling | None = None
    ) -> None:
        super().__init__()
        self._see, self._pinned, self._demo, self._pulling = see, pinned, demo, pulling
        self._models: list[Model] = []
        self._chatting = 0
        """How many of them, the first, can be asked; the others make embeddings only."""
        self._doomed = ""
        """Model that the next press of the key deletes."""
        self._tall = (0, False)
        """Rows of the line about a model, and whether there is one about a pull: the list has what they leave."""
        self._take()

    @property
    def _stock(self) -> Stock | None:
        return self._pulling.stock if self._pulling is not None else None

    def _take(self) -> None:
        models, snapshot = self._see()
        self._snapshot = with_running(snapshot, self._stock)
        self._models = in_order(models)
        self._chatting = len(self._models)
        self._models += in_order(self._stock.embedders) if self._stock is not None else ()

    def inside(self) -> Iterable[Widget]:
        yield List(*self._options())
        if self._stock is not None:
            yield Shown(id="about")
            yield Field(placeholder="name of a model, as in llama3.2", select_on_focus=False)
            yield Shown(id="pulled")

    def _options(self) -> list[Option]:
        wide = max((len(m.name) for m in self._models[: self._chatting or None]), default=0)
        cells = room(self.app.size.width) - 1
        choose = Content.assemble(("  " if self._pinned else "● ", "$foreground"), "choose for each message")
        return [
            Option(choose, id="auto"),
            *(Option(self._row(m, wide, cells, chats=n < self._chatting), id=f"m{n}") for n, m in enumerate(self._models)),
        ]

    def _row(self, model: Model, wide: int, cells: int, *, chats: bool) -> Content:
        held = model.id == self._pinned
        return row(model, self._snapshot, wide=wide, room=cells, pinned=held, demo=self._demo, chats=chats)

    def on_mount(self) -> None:
        picker = self.query_one(OptionList)
        picker.focus()
        picker.highlighted = next((n + 1 for n, m in enumerate(self._models) if m.id == self._pinned), 0)
        if self._pulling is not None and self._stock is not None:
            self._pulling.on_end = self._anew
            self.set_interval(TICK, self._tick)
            self._tick()
            self._keys()
            # what runs, and how large it is, is asked for while what is known stands there
            self.run_worker(self._looked(self._stock), group="look")

    def on_unmount(self) -> None:
        if self._pulling is not None:
            self._pulling.on_end = lambda: None

    async def _looked(self, stock: Stock) -> None:
        await stock.look()
        self._anew()

    def _anew(self) -> None:
        """Shows what there is by now; the same model stays marked."""
        if not self.query(OptionList):
            return  # left meanwhile
        before = self._marked
        self._take()
        picker = self.query_one(OptionList)
        at = picker.highlighted
        picker.clear_options()
        picker.add_options(self._options())
        ids = [m.id for m in self._models]
        picker.highlighted = ids.index(before.id) + 1 if before and before.id in ids else min(at or 0, len(ids))
        self._tick()
        self._keys()

    redraw = _anew

    @property
    def _marked(self) -> Model | None:
        at = self.query_one(OptionList).highlighted
        return self._models[at - 1] if at is not None and 0 < at <= len(self._models) else None

    # -- the lines below the list -------------------------------------------------------------------

    def _keys(self) -> None:
        """Brings the line of keys up to date with what goes on, and the list to the rows that are left."""
        coming = self._pulling is not None and self._pulling.running
        if self._stock is None:
            self.fit()
            return
        self.set_class(coming, "-pulling")
        naming = self.has_class("-naming")
        keys = self.NAMING if naming else self.COMING if coming else self.KEEPING
        self.say_keys(keys)
        self.fit(1 + self._rows(self._about()) + naming + coming + self._rows(line(self.app, keys)) - 1)

    def _rows(self, text: str) -> int:
        return min(2, 1 + cell_len(text) // (room(self.app.size.width) + 1))

    def fit(self, beside: int = 0) -> None:
        if self._stock is None:
            super().fit(beside)
        elif not beside:
            self._keys()
        else:
            self.query_one(OptionList).styles.max_height = max(1, self.app.size.height * 92 // 100 - 8 - beside)

    def _about(self) -> str:
        stock, model = self._stock, self._marked
        if stock is None:
            return ""
        if self.has_class("-naming"):
            return of_name(self.query_one(Input).value, self._snapshot.device)
        if model is None:
            return told.memory(self._snapshot.device)
        if model.id == self._doomed:
            return f"Delete {model.name} from the disk ({size(model.size_bytes)})? Once more deletes it."
        about = told.about(model, stock.running().get(model.id), self._snapshot.device)
        return about if model in self._models[: self._chatting] else f"{told.EMBEDS} · {about}"

    def _tick(self) -> None:
        if self._pulling is None or self._stock is None:
            return
        width = room(self.app.size.width)
        about = one_line(self._about(), 2 * width)
        self.query_one("#about", Shown).say(Content(about), layout=True)
        if (self._rows(about), self._pulling.running) != self._tall:
            self._tall = self._rows(about), self._pulling.running
            self._keys()
        self.query_one("#pulled", Shown).say(self._pulling.line(width), layout=True)

    def on_option_list_option_highlighted(self) -> None:
        if (model := self._marked) is None or model.id != self._doomed:
            self._doomed = ""
        self._tick()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        chosen = event.option_index
        if chosen > self._chatting:
            self.notify(f"{self._models[chosen - 1].name} makes embeddings only: it cannot answer.", timeout=3)
            return
        self.dismiss(AUTO if chosen == 0 else self._models[chosen - 1].id)

    # -- keys --------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a name is written, letters are letters."""
        if action in {"pull", "unload", "delete", "give_up"}:
            return self._stock is not None and not self.has_class("-naming")
        return super().check_action(action, parameters)

    def action_pull(self) -> None:
        if self._pulling is None or self._stock is None:
            return
        if self._pulling.running:
            self.notify("One pull at a time.", timeout=3)
            return
        suggested = self._stock.suggestion
        there = {m.name for m in self._models}
        self.add_class("-naming")
        field = self.query_one(Input)
        field.value = suggested.name if suggested is not None and suggested.name not in there else ""
        field.cursor_position = len(field.value)
        field.focus()
        self._keys()
        self._tick()

    on_input_changed = _tick

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._pulling is not None and (said := self._pulling.start(event.value, told=True)):
            self.notify(said, timeout=4)
        else:
            self._named()

    def _named(self) -> None:
        self.remove_class("-naming")
        self.query_one(OptionList).focus()
        self._tick()
        self._keys()

    def action_leave(self) -> None:
        if self.has_class("-naming"):
            self._named()
        else:
            super().action_leave()

    def action_give_up(self) -> None:
        if self._pulling is not None:
            self._pulling.give_up()

    def action_unload(self) -> None:
        model = self._kept()
        if model is not None and self._stock is not None:
            self.run_worker(self._change(self._stock, model, delete=False), group="change")

    def action_delete(self) -> None:
        model = self._kept()
        if model is None or self._stock is None:
            return
        if self._doomed != model.id:
            self._doomed = model.id
            self._tick()
            return
        self._doomed = ""
        self.run_worker(self._change(self._stock, model, delete=True), group="change")

    def _kept(self) -> Model | None:
        model = self._marked
        if model is not None and self._stock is not None and not self._stock.keeps(model):
            self.notify(f"{model.name} is not kept on this machine.", timeout=3)
            return None
        return model

    async def _change(self, stock: Stock, model: Model, *, delete: bool) -> None:
        try:
            await (stock.delete(model) if delete else stock.unload(model))
        except (ProviderError, NotOursError) as error:
            self.notify(str(error), severity="warning", timeout=6)
        else:
            self.notify(f"{model.name} is {'deleted' if delete else 'out of memory'}.", timeout=3)
            # a server says of a model that it runs until it is really out
            self.set_timer(SOON, lambda: self.run_worker(self._looked(stock), group="look"))
        self._anew()

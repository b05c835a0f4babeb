"""The panel of gauges when the keyboard is in it: a bar beside one row, and below all of them what is known of that one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content

from hybridchat.bindings import BINDINGS
from hybridchat.facts import Decision, Snapshot
from hybridchat.tui import messages
from hybridchat.tui.gauges import SPARKS, History, Places, Shown, endpoints
from hybridchat.tui.keymap import bind, keys_of

if TYPE_CHECKING:
    from hybridchat.render.meters import LinkLimits, MachineLimits

PARTS = ("machine", "network", "why")
BAR = "▌"
WIDE = 35
"""Cells of a row of what is told."""
_MINE = tuple(bound.id for bound in BINDINGS.values() if bound.where == "gauges")


def rows(snapshot: Snapshot, also: Places) -> tuple[tuple[str, str], ...]:
    """What the keyboard can stand on, from above: the part it is in, and the gauge, the host, the budget or the reason."""
    device = [("machine", name) for name in SPARKS if name in snapshot.device.gauges]
    network = [("network", host) for host in {**endpoints(snapshot.models), **also}]
    spent = snapshot.budget.spent or snapshot.budget.reserved
    return (*device, *network, *([("network", "budget")] if spent else []), ("why", ""))


def told(
    name: str,
    snapshot: Snapshot,
    limits: tuple[MachineLimits | None, LinkLimits | None],
    history: History,
    also: Places,
) -> Content:
    """A gauge, the way to a host or the budget by `name`: its figure, its limits, its last samples, and what it decides."""
    from hybridchat.render.meters import Limits, meters  # imported here: for who looks at one

    found = [m for m in meters(snapshot, Limits(*limits), history.values, also) if m.key == name]
    out = []
    for meter in found[:1]:
        said = meter.group if meter.group.startswith("way to") else f"{meter.name} {meter.value}"
        out = [Content.styled(said, "$foreground bold"), *(Content.styled(line, "$muted") for line in meter.lines)]
    return Content("\n").join(out)


def reasons(decision: Decision | None) -> Content:
    """Each model with its place, what removed it or how it scored."""
    if decision is None:
        return Content.styled("With the first message: who answers, and why not another one.", "$muted")
    from hybridchat.routing.explain import table  # imported here, as above
    from hybridchat.tui.why import facts, story

    told = [story(decision, row, WIDE) for row in table(decision)]
    return Content("\n").join([*told, Content.styled(facts(decision), "$muted")])


class Watched(Vertical, can_focus=True):
    """Holds the parts of the panel. In a window without room for it, it lies over the messages while it has the focus."""

    DEFAULT_CSS = """
    Watched .told { dock: bottom; height: auto; max-height: 70%; border-top: solid $faint; padding: 0 0 0 1; display: none; }
    Watched:focus .told { display: block; }
    """
    # a click opens the view instead
    FOCUS_ON_CLICK = False
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("gauge-above", "step(-1)"),
        bind("gauge-below", "step(1)"),
        bind("gauge-open", "open"),
        bind("gauges-messages", "screen.wanted('transcript')"),
        bind("gauges-writing", "leave"),
    ]

    def __init__(self, parts: Mapping[str, Shown]) -> None:
        super().__init__(*(parts[name] for name in PARTS), id="panel")
        self._parts = {name: parts[name] for name in PARTS}
        self._told: Shown | None = None
        self._rows: tuple[tuple[str, str], ...] = ()
        self._at = ("", "")

    @property
    def at(self) -> tuple[str, str]:
        """The part and the name of what the keyboard stands on; empty while it is elsewhere."""
        return self._at if self.has_focus else ("", "")

    def enter(self) -> None:
        """Puts the keyboard here."""
        if not self.display:
            self.styles.display = "block"
            self.add_class("-over")
        if self._told is None:
            self._told = Shown(classes="told")
            self.mount(self._told)
        self.focus()

    def on_focus(self) -> None:
        self.post_message(messages.Moved())

    def on_blur(self) -> None:
        if self.has_class("-over"):
            self.remove_class("-over")
            self.styles.clear_rule("display")
            self.refresh(layout=True)
        for part in self._parts.values():
            part.display = True
            part.remove_class("-here")
        self.post_message(messages.Moved())

    def offer(self, found: Sequence[tuple[str, str]]) -> None:
        """What there is to stand on by now."""
        self._rows = tuple(found)
        if self._at not in self._rows:
            self._at = self._rows[0]

    def marked(self, part: str, text: Content) -> Content:
        """The text of a part with the bar beside the row that the keyboard stands on."""
        here, name = self.at
        self._parts[part].set_class(here == part, "-here")
        if here != part or part == "why":
            return text
        at = 1 + [row for row in self._rows if row[0] == part].index((part, name))
        lines = text.split("\n")
        return Content("\n").join(
            Content.assemble((BAR, "$local") if n == at else " ", line) for n, line in enumerate(lines)
        )  # fmt: skip

    def tell(self, text: Content) -> None:
        """Shows below what is known of the row; where all does not fit beside it, only the part of the row stays above."""
        if self._told is None or not self.has_focus:
            return
        self._told.say(text, layout=True)
        width = max(1, self.size.width - 2)
        need = sum(len(part.said.wrap(width)) + 1 for part in self._parts.values()) + len(text.wrap(width)) + 1
        cramped = need > self.size.height
        for name, part in self._parts.items():
            part.display = not cramped or name == self._at[0]

    # -- keys -------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        if event.is_printable and event.character and event.key not in keys_of(self.app).meanings(*_MINE):
            event.stop()
            self.post_message(messages.Typed(event.character))

    def action_step(self, by: int) -> None:
        if self._at in self._rows:
            self._at = self._rows[(self._rows.index(self._at) + by) % len(self._rows)]
            self.post_message(messages.Moved())

    def action_leave(self) -> None:
        self.post_message(messages.Left())

    async def action_open(self) -> None:
        """All of it, in a view of its own."""
        await self.run_action(f"screen.do('{'why' if self._at[0] == 'why' else 'gauges'}')")

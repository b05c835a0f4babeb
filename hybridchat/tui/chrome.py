"""Everything around the conversation: header, gauges, preview, key hints. Holds what is shown, decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from hybridchat.bindings import Keys
from hybridchat.facts import Decision, Mode, Snapshot
from hybridchat.tui import gauges, lines, watched
from hybridchat.tui.gauges import Shown
from hybridchat.tui.leader import bar
from hybridchat.tui.ports import Preview

if TYPE_CHECKING:
    from hybridchat.conversation import Session
    from hybridchat.render.meters import LinkLimits, MachineLimits

_OPENS = {"machine": "gauges", "network": "gauges", "status": "gauges", "why": "why"}


class Chrome:
    """Writes the one-line parts of a screen; a line that would not change is not written."""

    def __init__(
        self, screen: Screen[None], *, demo: bool, names_hidden: Callable[[], bool], keys: Keys, profile: str = ""
    ) -> None:  # fmt: skip
        self.parts: dict[str, Shown] = {
            n: Shown(id=n) for n in ("top", "banner", "status", "edge", "next", "preview", "keys", "leader", *watched.PARTS)
        }
        self.panel = watched.Watched(self.parts)
        self._screen = screen
        self._demo, self._profile, self._private = demo, profile, False
        self._names_hidden = names_hidden
        self._keys = keys
        self._other_key, self._local_key = keys.word("other"), keys.word("local")
        self.history = gauges.History()
        self._more = False
        self._banners: dict[str, str] = {}

    def opens(self, widget: Widget | None) -> str:
        """The command that shows in full what stands in a part of the screen; empty where there is none."""
        found = {self.parts[name]: command for name, command in _OPENS.items()}
        return found.get(widget, "") if isinstance(widget, Shown) else ""

    @property
    def _width(self) -> int:
        """Cells across; the screen itself knows only once it is laid out, and the first paint should not be blank."""
        return self._screen.size.width or self._screen.app.size.width

    def top(self, session: Session | None, mode: Mode, strategy: str, *, private: bool = False) -> None:
        title, self._private = session.title if session else "", private
        text = lines.mode_text(mode, strategy, session.pin if session else None, private=private)
        self.parts["top"].say(lines.top(title, text, self._width, demo=self._demo, profile=self._profile))
        self.edge()

    def edge(self, *, more: bool | None = None) -> None:
        """The line above the composer; `more` says whether the conversation goes on below."""
        self._more = self._more if more is None else more
        end = self._keys.word("write-end").replace("end", "End")
        self.parts["edge"].say(lines.edge(self._width, more=self._more, private=self._private, key=end))

    def banner(self, name: str, text: str) -> None:
        """Shows or, with an empty text, takes away one banner; each has a name of its own."""
        self._banners[name] = text
        said = " · ".join(filter(None, self._banners.values()))
        self.parts["banner"].display = bool(said)
        self.parts["banner"].say(Content(said), layout=True)

    def look(
        self,
        snapshot: Snapshot,
        decision: Decision | None,
        also: gauges.Places,
        limits: tuple[MachineLimits | None, LinkLimits | None],
    ) -> None:
        """Brings the gauges up to date; `also` are hosts that could be asked, `limits` where the samplers draw their lines."""
        snapshot = self.history.take(snapshot)
        self.banner("offline", "Offline: only models on this machine can answer." if gauges.offline(snapshot) else "")
        self.parts["status"].say(gauges.line(snapshot, self._width - 2, also))
        if self.panel.display:
            # three parts, so that a moving figure does not have the whole panel drawn again
            texts = gauges.panel(snapshot, self.history, decision, self._other_key, also)
            self.panel.offer(watched.rows(snapshot, also))
            for name, text in zip(watched.PARTS, texts, strict=True):
                before = self.parts[name].size.height
                self.parts[name].say(self.panel.marked(name, text), layout=before != len(text.plain.split("\n")))
            part, name = self.panel.at
            if part:
                told = watched.told(name, snapshot, limits, self.history, also) if name else watched.reasons(decision)
                self.panel.tell(told)

    def preview(self, value: Preview | None, loading: str = "", *, beside: str = "", refused: str = "") -> None:
        """Says where the draft would go; `beside` is what goes along, `refused` why a file of it cannot."""
        if refused:
            self.parts["preview"].say(Content.assemble(("✗ ", "$error"), (refused, "$muted")), layout=True)
            return
        keys = {"other_key": self._other_key, "local_key": self._local_key}
        named, width = self._names_hidden(), self._width - 2
        said = lines.preview(value, names_hidden=named, loading=loading, beside=beside, width=width, keys=self._keys, **keys)
        self.parts["preview"].say(said, layout=True)

    def following(self, texts: Sequence[str], *, resting: bool, first: str = "") -> None:
        """Shows above the composer what is sent next, below the line `first`; `resting`: only when the user says so."""
        said = lines.following(texts, self._width - 2, self._keys, resting=resting)
        above = Content.styled(first, "$warn").truncate(self._width - 2, ellipsis=True)
        self.parts["next"].display = bool(texts or first)
        self.parts["next"].say(Content("\n").join([part for part in (above, said) if part]), layout=True)

    def looking(self, share: float) -> None:
        """Says, where the preview will be, how much of a long draft is looked through."""
        self.parts["preview"].say(lines.looking(share), layout=True)

    def commands(self, draft: str) -> bool:
        """Lists the commands that `draft` may become, where the preview is; `False` when it is none."""
        found = lines.commands(draft, self._width - 2)
        if found is not None:
            self.parts["preview"].say(found, layout=True)
        return found is not None

    def hints(self, *, running: bool, place: str, armed: bool, asking: bool) -> None:
        text = lines.hints(self._width, self._keys, running=running, place=place, armed=armed, asking=asking)
        self.parts["keys"].say(text)
        if self.parts["leader"].display:
            self.lead(on=True)

    def below(self) -> Iterable[Shown]:
        """The parts under the composer."""
        return self.parts["preview"], self.parts["keys"], self.parts["leader"]

    def lead(self, *, on: bool) -> None:
        """Shows what each letter after Ctrl+X does, instead of the key hints."""
        if on:
            self.parts["leader"].say(bar(self._width - 2, self._keys.word("leader")), layout=True)
        self.parts["leader"].display = on
        self.parts["keys"].display = not on

"""The one-line parts of the chat screen as text: header, preview under the composer, key hints, first words. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content

from hybridchat.bindings import Keys, here
from hybridchat.commands import COMMANDS, matching
from hybridchat.facts import Mode
from hybridchat.render.staying import staying
from hybridchat.render.text import one_line
from hybridchat.render.words import NAMES_STAY, plural, short
from hybridchat.tui.keymap import spoken, with_keys
from hybridchat.tui.ports import Found, Preview

_DEFAULT = here()
DEMO = "DEMO · canned text, no model"


def mode_text(mode: Mode, strategy: str, pin: str | None, *, private: bool = False) -> Content:
    """The lock: `LOCAL ONLY` and `◌ PRIVATE` stand on a ground of their own, so they differ in shape too."""
    held = Content.styled(f" · held: {short(pin)}", "$muted") if pin else Content("")
    if private:
        return Content.assemble((" ◌ PRIVATE ", "$warn reverse bold"), (" nothing leaves, nothing is saved", "$local"))
    if mode is Mode.ONLY_LOCAL:
        return Content.assemble((" LOCAL ONLY ", "$local reverse bold"), (" nothing leaves", "$local"), held)
    if mode is Mode.ONLY_CLOUD:
        return Content.assemble(("⇡ CLOUD", "$cloud bold"), held)
    preference = {Mode.PREFER_LOCAL: "local preferred", Mode.PREFER_CLOUD: "cloud preferred"}
    return Content.assemble(
        ("AUTO", "$foreground bold"), (f" · {preference.get(mode, strategy.replace('-', ' '))}", "$muted"), held
    )


def top(title: str, mode: Content, width: int, *, demo: bool, profile: str = "") -> Content:
    """`hybridchat ─ title ───── AUTO · local first`; what does not fit goes, the mode last."""
    labels = [Content.styled(f" {said} ", "$warn reverse") for said in (DEMO, "DEMO")] if demo else [Content("")]
    for label in labels:
        need = mode.cell_length + (label.cell_length + 1 if demo else 0)
        if width >= need + 16:
            return _whole_top(title, label, mode, width, profile if width >= need + 18 + len(profile) else "")
    # where the lock itself would not fit, the label gives way
    said = Content.assemble(" ", labels[-1], " ", mode) if demo and width > 20 else Content.assemble(" ", mode)
    return said.truncate(width)


def _whole_top(title: str, label: Content, mode: Content, width: int, profile: str) -> Content:
    room = width - mode.cell_length - 20 - (label.cell_length + 5 if label else 0) - (len(profile) + 1 if profile else 0)
    said = one_line(title, room) if room >= 8 and title else ""
    name = Content.assemble(("hybridchat", "bold"), (f" {profile}" if profile else "", "$warn"))
    left = Content.assemble(" ", name, *((" ─ ", "$faint"), said) if said else ())
    if label:
        left = Content.assemble(left, (" ─ ", "$faint"), label)
    fill = "─" * (width - left.cell_length - mode.cell_length - 3)
    return Content.assemble(left, (f" {fill} ", "$faint"), mode)


def edge(width: int, *, more: bool, private: bool = False, key: str = "End") -> Content:
    """The line above the composer; with `more` it says that the conversation goes on below what is seen. A private one's is
    broken: what is typed under it is kept nowhere."""
    line = "┄" if private else "─"
    said = f" ↓ more ({key}) " if key else " ↓ more "
    if not more or width < cell_len(said) + 4:
        return Content(line * width)
    return Content.assemble(line * (width - cell_len(said) - 2), (said, "$warn"), line * 2)


def commands(draft: str, width: int) -> Content | None:
    """The commands that a draft such as `/re` may become; `None` when it is none."""
    found = matching(draft)
    if not found:
        return None
    if len(found) == 1:
        return Content.assemble((found[0].usage, "$local"), (f"  {found[0].help}", "$muted"))
    shown = Content.styled(found[0].usage, "$local")
    for one in found[1:]:
        if shown.cell_length + 2 + len(one.usage) > width:
            return Content.assemble(shown, (" …", "$muted"))
        shown = Content.assemble(shown, "  ", (one.usage, "$local"))
    return shown


def looking(share: float) -> Content:
    """`looking through the text · 40 %`, while a long draft is searched for what is personal."""
    return Content.styled(f"looking through the text · {int(100 * share)} %", "$muted")


def preview(
    value: Preview | None,
    *,
    names_hidden: bool,
    keys: Keys = _DEFAULT,
    other_key: str = "^o",
    local_key: str = "f3",
    loading: str = "",
    beside: str = "",
    width: int = 1000,
) -> Content:
    """`→ llama3.2 (looks easy) · with a.py, 2 kB, about 600 tokens · loading 6 s · 2 personal items stay here`.

    Of a route that does not fit into `width` cells first the extras go, then the reason, and last what is told of privacy.
    """
    if value is None:
        return Content("")
    chosen = value.decision.chosen
    if chosen is None:
        return Content.assemble(("✗ ", "$error"), (with_keys(keys, value.sentence), "$muted"))
    name, why = f"→ {chosen.name}", f" ({value.decision.reason})" if value.decision.reason else ""
    if not chosen.on_device and (stays := staying(value.decision, local_key)):
        name, why = f"→ still {short(chosen.id)}", stays.removeprefix(f"still {short(chosen.id)}")
    head = Content.styled(name, "$local" if chosen.on_device else "$cloud")
    tail = [(3, Content.styled(value.think, "$muted"))]
    if chosen.on_device:
        tail += _stays(value, loading, other_key)
    else:
        tail += _leaves(value, names_hidden=names_hidden)
    said = [(1, Content.styled(beside, "$foreground"))]
    return _route(head, why, [part for part in said if part[1]], [part for part in tail if part[1]], width)


def _stays(value: Preview, loading: str, other_key: str) -> list[tuple[int, Content]]:
    count = sum(value.hidden.values())
    here = f"{plural(count, 'personal item')} {'stays' if count == 1 else 'stay'} here" if count else ""
    offer = f"{other_key} asks {short(value.decision.offer)}" if value.decision.offer else ""
    return [(3, Content.styled(loading, "$muted")), (1, Content.styled(here, "$local")), (2, Content.styled(offer, "$muted"))]


def _leaves(value: Preview, *, names_hidden: bool) -> list[tuple[int, Content]]:
    count = sum(value.hidden.values())
    return [
        (1 if count else 3, Content.styled(f"{plural(count, 'item')} hidden", "$foreground")),
        (2, Content.styled("asks first" if value.asks else "", "$muted")),
        (1, Content.styled("" if names_hidden else NAMES_STAY, "$warn")),
    ]


LEAST = 18
"""Cells below which a reason that is cut says nothing."""


def _route(head: Content, why: str, beside: list[tuple[int, Content]], tail: list[tuple[int, Content]], width: int) -> Content:
    """One row: parts of a higher number go first; the reason, which stands beside the first part, is cut before it goes."""
    dot = Content.styled(" · ", "$muted")

    def row(reason: str, least: int) -> Content:
        front = [part for rank, part in beside if rank <= least]
        # the reason, which may be long, must not push what goes along out of a narrow line
        first = dot.join([head, *front]) + Content.styled(reason, "$muted")
        return dot.join([first, *(part for rank, part in tail if rank <= least)])

    for least in (3, 2):
        if (said := row(why, least)).cell_length <= width:
            return said
    room = width - row("", 2).cell_length
    if room >= LEAST:
        return row(Content(why).truncate(room, ellipsis=True).plain, 2)
    for least in (2, 1):
        if (said := row("", least)).cell_length <= width:
            return said
    room = width - dot.join([head, *(part for rank, part in tail if rank == 1)]).cell_length - len(" · ")
    beside = [(1, part.truncate(room, ellipsis=True)) for _, part in beside if room >= LEAST]
    return row("", 1).truncate(width, ellipsis=True)


def hints(
    width: int,
    keys: Keys,
    *,
    running: bool = False,
    place: str = "",
    armed: bool = False,
    asking: bool = False,
) -> Content:
    """Key hints, whole ones only, most needed first; each names a key that arrives here. `place` is where the keyboard is:
    `messages`, `gauges`, else the composer."""
    if armed:
        return Content.styled(f"press {keys.word('interrupt')} again to quit", "$warn")
    if place == "gauges":
        moving = f"{keys.word('gauge-above')} {keys.word('gauge-below')}".strip()
        names = {"gauge-open": "in full", "gauges-writing": "back to writing", "gauges-messages": "messages"}
        items = [(moving, "figure"), *((keys.word(name), word) for name, word in names.items())]
    elif place == "messages":
        names = {
            "message-copy": "copy", "to-writing": "back to writing", "message-end": "newest", "message-edit": "edit",
            "message-code": "code", "message-link": "link", "message-thinking": "thoughts", "to-gauges": "gauges",
        }  # fmt: skip
        moving = f"{keys.word('message-up')} {keys.word('message-down')}".strip()
        items = [(moving, "message"), *((keys.word(name), word) for name, word in names.items())]
    else:
        labels = {c.name: c.label for c in COMMANDS if c.label} | {"newline": "line", "send": "send"}
        order = ["help", "model", "local", "cloud", "auto", "sessions", "why", "other", "newline", "new", "send"]
        items = [(keys.word(name), labels[name]) for name in [*(["stop"] if running else []), *order]]
        if asking:
            items.insert(0, (keys.word("stop"), "back to the question"))
    items = [item for item in items if item[0]]
    shown: list[Content] = []
    used = 0
    for key, word in items:
        cells = cell_len(f"{key} {word}") + (3 if shown else 0)
        if used + cells > width - 2:
            break
        used += cells
        shown.append(Content.assemble((key, "$foreground"), (f" {word}", "$muted")))
    return Content.styled(" · ", "$faint").join(shown)


SENDS_NEXT = "{send} in an empty composer sends · {write-up} takes back"
FOLLOWING = 3
"""Rows of messages that wait; more are counted."""


def following(texts: Sequence[str], width: int, keys: Keys, *, resting: bool = False) -> Content:
    """`next: …`, several numbered, and how to send them while they rest."""
    if not texts:
        return Content("")
    rows: list[Content] = []
    for n, text in enumerate(texts[:FOLLOWING], 1):
        label = f"next {n}: " if len(texts) > 1 else "next: "
        rows.append(Content.assemble((label, "$local"), (one_line(text, max(8, width - len(label))), "$foreground")))
    more = f"{len(texts) - FOLLOWING} more" if len(texts) > FOLLOWING else ""
    how = spoken(keys, SENDS_NEXT) if resting else ""
    if said := " · ".join(filter(None, (more, how))):
        rows.append(Content.styled(said, "$muted").truncate(width, ellipsis=True))
    return Content("\n").join(rows)


PROMISE = "It answers on this machine, asks before anything leaves, and shows the exact bytes that did."


def first_words(found: Sequence[Found]) -> str:
    """The first screen: what is there, what is missing and the command that mends it, then the promise."""
    rows = []
    for item in found:
        rows.append(f"{'✓' if item.ok else '✗'} {item.text}")
        if item.fix:
            rows.append(f"    {item.fix}")
    return "\n".join([*rows, *([""] if rows else []), PROMISE])

"""A conversation in the list as text: title, tags, when, who answered last, how much; where words were found. Pure."""

from __future__ import annotations

from datetime import datetime

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from hybridchat.render.text import one_line, written
from hybridchat.render.words import plural, short
from hybridchat.sessions.listing import Listed
from hybridchat.sessions.search import Hit

MODEL, NAME = 14, 30
"""Cells for who answered last, at least and at most; without room for a title beside it, that goes first."""
TITLE = 36
"""Cells that a title has before who answered is left out."""
LOW = 24
"""Cells that a title has before anything else beside it is left out."""
COUNT = 11


def when(then: float, now: float) -> str:
    """`14:05` today, `Tue 14:05` this week, else the date; local time."""
    moment = datetime.fromtimestamp(then).astimezone()
    age = now - then
    if age < 86_400 and moment.day == datetime.fromtimestamp(now).astimezone().day:
        return f"{moment:%H:%M}"
    return f"{moment:%a %H:%M}" if age < 6 * 86_400 else f"{moment:%Y-%m-%d}"


def row(one: Listed, now: float, cells: int, *, current: bool = False, origin: str = "") -> Content:
    """One line of at most `cells`, and a second one where words were found.

    `origin` begins with how the conversation came here: `imported from …`, `merged from …`.
    """
    session = one.session
    told = " · ".join(filter(None, (origin.partition(" ")[0], "archived" if session.archived else "")))
    aside = [f"{when(session.updated, now):<11}", f"{plural(session.turns, 'turn'):<{COUNT}}"]
    if (model := min(NAME, cells - 2 - 11 - COUNT - TITLE)) >= MODEL:
        aside.insert(1, f"{one_line(short(one.model_id), model - 2) if one.model_id else '':<{model}}")
    elif cells - 2 - 11 - COUNT < LOW:
        aside = aside[:1] if cells - 2 - 11 >= 12 else []
    wide = max(8, cells - 4 - sum(map(cell_len, aside)))
    line = Content.assemble(
        ("● " if current else "▲ " if session.on_top else "  ", "$local" if current else "$warn"),
        _title(session.title, session.tags, told, wide),
        ("  " + "".join(aside).rstrip(), "$muted"),
    )
    return line if one.hit is None else Content("\n").join([line, _found(one.hit, one.hits, cells)])


def _title(title: str, tags: tuple[str, ...], told: str, wide: int) -> Content:
    """Title, then tags and what there is to tell as far as there is room; exactly `wide` cells."""
    behind = " ".join(f"#{tag}" for tag in tags)
    behind = " · ".join(filter(None, (told, behind)))
    room = max(wide // 2, wide - cell_len(behind) - 2) if behind else wide
    said = one_line(title or "untitled", 200)
    said = said if cell_len(said) <= room else set_cell_size(said, room - 1).rstrip() + "…"
    left = wide - cell_len(said)
    if behind and cell_len(behind) + 2 > left:
        behind = set_cell_size(behind, left - 3).rstrip() + "…" if left > 6 else ""
    gap = " " * (left - cell_len(behind)) if not behind else "  "
    filled = " " * (left - cell_len(behind) - len(gap))
    return Content.assemble((said, "$foreground"), gap, (behind, "$muted"), filled)


def _found(hit: Hit, hits: int, cells: int) -> Content:
    """`    …the words, marked… (12 places)`, cut so that the first mark stays in sight."""
    more = f"  {hits:,} places" if hits > 1 and cells >= 40 else ""
    room = max(8, cells - 4 - len(more))
    first, last = hit.marks[0] if hit.marks else (0, 0)
    start = max(0, min(first - room // 3, last - room + 1)) if last > room - 2 else 0
    text = Content("…" if start else "")
    at = start + bool(start)
    for a, b in hit.marks:
        if a < at:
            continue
        text = Content.assemble(
            text, (written(hit.snippet[at:a]), "$muted"), (written(hit.snippet[a:b]), "$foreground bold underline")
        )
        at = b
    text = Content.assemble(text, (written(hit.snippet[at:]), "$muted")).truncate(room, ellipsis=True)
    return Content.assemble("    ", text, (more, "$muted"))

"""The day's budget as a person sets it: asked for once, before money is first spent, and remembered whatever the answer was."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from hybridchat.facts import in_dollars

if TYPE_CHECKING:
    from collections.abc import Callable

    from hybridchat.sessions.spend import Spent

KEY = "budget-asked"
MOST = 1_000_000.0
"""US dollars; the configuration takes no more."""
NONE = frozenset({"", "none", "no", "off"})


def amount(text: str) -> float | None:
    """US dollars a day in what was typed (`5`, `$2.50`, `2,50`); `None` for none. Raises `ValueError` with a sentence."""
    typed = text.strip().removeprefix("$").removesuffix("$").strip().lower()
    if typed in NONE:
        return None
    try:
        dollars = float(typed.replace(",", ".") if typed.count(",") == 1 and "." not in typed else typed)
    except ValueError:
        dollars = math.nan
    if not 0 <= dollars <= MOST:  # also refuses what is no number
        raise ValueError(f"{text.strip()[:20]} is no amount. Write dollars a day, as in 5 or 2.50.")
    return dollars


class Till(Protocol):
    """Where the day's limit (US dollars; `None`: none holds) and what of it is gone are looked up."""

    daily_limit: float | None
    spent: Spent


class Memory(Protocol):
    """What a store remembers by name."""

    def remember(self, key: str, value: str) -> None: ...
    def recall(self, key: str) -> str | None: ...


class Purse:
    """The budget of one program. `question` and `told` read the store and `set` writes a file: call them off the event loop."""

    def __init__(self, till: Till, store: Memory, config_file: Path | None, look: Callable[[], Spent] | None = None) -> None:
        """`look` says what of the day's money is gone by now; without it `till` knows."""
        self._till, self._store, self._file, self._look = till, store, config_file, look
        self._asked = False

    def question(self, usd: float | None, *, spent: bool = False) -> str:
        """What to ask when a call is about to cost `usd` (US dollars), or did (`spent`).

        Empty where a budget is set, where the question was answered before, and for what costs nothing or nobody knows what.
        """
        if self._till.daily_limit is not None or not usd or self._asked or self._store.recall(KEY) is not None:
            return ""
        told = "under $0.001" if usd < 0.001 else f"about {in_dollars(usd)}"
        return f"No daily budget is set. {f'That answer cost {told}' if spent else f'This costs {told}'}."

    def asked(self) -> None:
        """Remembers that the question was put: it comes once."""
        self._asked = True
        self._store.remember(KEY, "yes")

    def set(self, text: str) -> str:
        """Takes the answer; the sentence to show. Raises `ValueError` as `amount` does."""
        dollars = amount(text)
        self.asked()
        had = self._till.daily_limit is not None
        self._till.daily_limit = dollars
        said = "No daily budget holds." if dollars is None else f"The daily budget is {in_dollars(dollars)}."
        if dollars is None and not had:
            return f"{said} /budget AMOUNT sets one."
        return f"{said} {self._written(dollars)}"

    def _written(self, dollars: float | None) -> str:
        if self._file is None:
            return "It holds for this run."
        # imported here: 22 ms, once in a while
        from hybridchat.config.errors import ConfigError
        from hybridchat.config.template import set_value

        try:
            set_value(self._file, "limits.daily_budget", dollars)
        except (ConfigError, OSError) as error:
            return f"That holds for this run only: {error}"
        return f"It is kept in {self._file}, where you can change it."

    def told(self) -> str:
        """What is set, and what of it is gone, in other windows too."""
        if self._look is not None:
            self._till.spent = self._look()
        limit, spent = self._till.daily_limit, self._till.spent
        used = spent.usd + spent.reserved
        calls = f"{spent.unpriced} {'message' if spent.unpriced == 1 else 'messages'} without a known price"
        if limit is not None:
            more = f", and {calls}" if spent.unpriced else ""
            gone = f"{in_dollars(used)} of today's {in_dollars(limit)} spent{more}"
            return f"{gone}. /budget AMOUNT changes it, /budget none lifts it."
        known = f"{in_dollars(used)} spent today" if used else "" if spent.unpriced else "nothing spent today"
        told = ", and ".join(part for part in (known, f"{calls}{'' if known else ' today'}" if spent.unpriced else "") if part)
        return f"No daily budget is set; {told}. /budget AMOUNT sets one."

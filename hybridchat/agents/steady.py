"""Hysteresis: a level that rises fast and falls slowly. Pure; times are epoch seconds carried by the samples."""

from __future__ import annotations

from dataclasses import dataclass, replace

WINDOW = 3
DWELL_S = 30.0
DWELL_MAX_S = 240.0
RELAPSE_S = 60.0
RETURN, RETURN_STRAINED = 2.0, 8.0
"""Dwells that a careful level waits, after the last failed sample, before it leaves 2: for 0 and for 1. Chosen by us: a link that
is good and bad in turn never shows a minute of nothing but good, one that is merely slow shows four without a failure."""


@dataclass(frozen=True, slots=True)
class Steady:
    """A confirmed level: 0 good, 1 strained, 2 failing; `None` before anything is known.

    `since` is when the level was entered, or last came back after a better sample; `eased` when it last went down; `dwell` how
    many seconds after `since` the level is kept at least. `careful`: coming back from 2 takes a longer time without any failure,
    counted from the last one; `strained` and `failed` are when a sample was last rough, and held 2.
    """

    level: int | None = None
    since: float = 0.0
    eased: float | None = None
    dwell: float = DWELL_S
    enters: tuple[int, ...] = ()
    holds: tuple[int, ...] = ()
    careful: bool = False
    strained: float | None = None
    failed: float | None = None

    def step(self, at: float, enter: int, hold: int, *, rough: bool | None = None) -> Steady:
        """The level after one more sample.

        `enter` is the level the sample reaches, `hold` the level it is still bad enough to keep (never below `enter`); `rough`
        says whether it was strained by itself, where those two also remember others. Worse
        on 2 of 3 samples; better when 3 in a row hold less and the level has lasted `dwell` seconds. A relapse within a minute
        of easing doubles the dwell (30 s up to 240 s), so a link that comes and goes settles instead of flapping; a careful
        one counts as relapsed for as long as it waited.
        """
        held = max(enter, hold)
        now = replace(
            self,
            enters=(*self.enters, enter)[-WINDOW:],
            holds=(*self.holds, held)[-WINDOW:],
            strained=at if (held >= 1 if rough is None else rough) else _earlier(self.strained, at),
            failed=at if held >= 2 else _earlier(self.failed, at),
            # here and above: a clock set back must not keep a level for hours
            since=min(self.since, at),
            eased=self.eased if self.eased is None or self.eased <= at else None,
        )
        reached = _confirmed(now.enters)
        if now.level is None:
            return now if reached is None else replace(now, level=reached, since=at)
        if reached is not None and reached > now.level:
            return replace(now, level=reached, since=at, dwell=_dwell_after_worsening(now, at))
        if self.holds and self.holds[-1] < now.level <= now.holds[-1]:
            # it had begun to ease and fell back: the dwell starts again, a careful one as after a relapse
            longer = self.careful and now.level == 2
            return replace(now, since=at, dwell=min(now.dwell * 2, DWELL_MAX_S) if longer else now.dwell)
        if len(now.holds) == WINDOW and max(now.holds) < now.level and at - now.since >= now.dwell and _may_return(now, at):
            return replace(now, level=max(now.holds), since=at, eased=at)
        return now


def _may_return(state: Steady, at: float) -> bool:
    if not state.careful or state.level != 2:
        return True
    good, through = (at if since is None else at - since for since in (state.strained, state.failed))
    return good >= RETURN * state.dwell or through >= RETURN_STRAINED * state.dwell


def _earlier(since: float | None, at: float) -> float | None:
    return None if since is None else min(since, at)


def _dwell_after_worsening(before: Steady, at: float) -> float:
    relapse = max(RELAPSE_S, RETURN_STRAINED * before.dwell) if before.careful else RELAPSE_S
    if before.eased is not None and at - before.eased < relapse:
        return min(before.dwell * 2, DWELL_MAX_S)
    return DWELL_S if before.level == 0 else before.dwell


def _confirmed(enters: tuple[int, ...]) -> int | None:
    """The worst level that 2 of the last 3 samples reach; a first good sample is believed at once, a first bad one is not."""
    if len(enters) >= 2:
        return sorted(enters)[-2]
    return 0 if enters == (0,) else None

"""Where each block of a conversation lies, in rows; estimates until a block is rendered, then exact. No widget here."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from hybridchat.render.palette import Palette
from hybridchat.tui.paint import BlockPainter, estimate
from hybridchat.tui.strips import Written
from hybridchat.tui.thread import Block

KEPT = 400
"""Blocks whose strips are kept (about 17 MB per 500); farther ones are rendered again when scrolled to."""


@dataclass(slots=True)
class _Laid:
    """What is known of a block's rows: an estimate first, then exact, with or without its strips."""

    height: int
    exact: bool = False
    strips: list[Written] | None = None
    painter: BlockPainter | None = None


class Rows:
    """The rows of `blocks` at one width. Blocks are rendered when asked for, once."""

    def __init__(self, blocks: list[Block], palette: Palette) -> None:
        self.width = 1
        self.palette = palette
        self._blocks = blocks
        self._laid: list[_Laid] = []
        self._kept: dict[int, _Laid] = {}
        """Those with strips, by `id`, the one rendered last at the end: however far somebody scrolls, `KEPT` of them."""
        self._starts: list[int] = [0]

    def __len__(self) -> int:
        return len(self._laid)

    @property
    def total(self) -> int:
        """Rows of everything."""
        return self._starts[-1]

    @property
    def exact(self) -> int:
        """How many blocks are measured, not estimated."""
        return sum(laid.exact for laid in self._laid)

    @property
    def settled(self) -> bool:
        """Whether the newest `KEPT` blocks are measured; those farther up are when they are seen."""
        return all(laid.exact for laid in self._laid[-KEPT:])

    def start(self, index: int) -> int:
        return self._starts[index]

    def height(self, index: int) -> int:
        return self._laid[index].height

    def block_at(self, row: int) -> int:
        """Index of the block that row lies in, the nearest one outside."""
        return max(0, min(len(self._laid) - 1, bisect_right(self._starts, row) - 1))

    def changed(self, first: int) -> None:
        """Blocks from `first` on are different from what was rendered."""
        for index in range(first, len(self._blocks)):
            height = estimate(self._blocks[index], self.width)
            if index >= len(self._laid):
                self._laid.append(_Laid(height))
                continue
            laid = self._laid[index]
            laid.exact, laid.strips = False, None
            if laid.painter is None or laid.painter.block is not self._blocks[index]:
                laid.height, laid.painter = height, None
        del self._laid[len(self._blocks) :]
        self._add_up(first)

    def insert(self, count: int) -> int:
        """The first `count` blocks are new, the others as before; how many rows they take, roughly."""
        self._laid[:0] = [_Laid(estimate(block, self.width)) for block in self._blocks[:count]]
        before = self.total
        self._add_up(0)
        return self.total - before

    def resize(self, width: int) -> None:
        """Another width: everything is an estimate again."""
        self.width = width
        self._laid.clear()
        self._kept.clear()
        self.changed(0)

    def recolour(self, palette: Palette) -> None:
        """Other colours: heights stay, strips go."""
        self.palette = palette
        for laid in self._laid:
            laid.strips = laid.painter = None

    def _add_up(self, first: int) -> None:
        del self._starts[first + 1 :]
        total = self._starts[first] if first < len(self._starts) else 0
        for laid in self._laid[first:]:
            total += laid.height
            self._starts.append(total)

    def strips(self, index: int) -> list[Written]:
        """The block's strips, rendered now if need be; `measure` afterwards when its height was an estimate."""
        laid = self._laid[index]
        if laid.strips is None:
            block = self._blocks[index]
            painter = laid.painter or BlockPainter(block, self.width, self.palette)
            laid.strips = painter.strips()
            laid.painter = painter if block.live else None
            laid.height, laid.exact = len(laid.strips), True
            self._keep(laid)
        return laid.strips

    def _keep(self, laid: _Laid) -> None:
        self._kept.pop(id(laid), None)
        self._kept[id(laid)] = laid
        if len(self._kept) > KEPT:
            old = self._kept.pop(next(iter(self._kept)))
            old.strips = None
            old.painter = None

    def again(self, index: int) -> None:
        """One block is to be rendered again; those below it move along."""
        laid = self._laid[index]
        laid.strips = laid.painter = None
        self.measure(index)

    def row(self, row: int) -> Written | None:
        """One row; `None` outside."""
        if not self._laid or not 0 <= row < self.total:
            return None
        index = self.block_at(row)
        strips, within = self.strips(index), row - self._starts[index]
        return strips[within] if within < len(strips) else None

    def measure(self, index: int) -> None:
        """Makes one block exact."""
        self.strips(index)
        self._add_up(index)

    def measure_end(self, height: int) -> None:
        """Makes the last `height` rows exact."""
        index = len(self._laid)
        while index > 0 and height > 0:
            index -= 1
            height -= len(self.strips(index))
        self._add_up(index)

    def measure_view(self, top: int, height: int) -> None:
        """Makes the rows from `top` on exact."""
        first = index = self.block_at(top)
        y = self._starts[index] if self._laid else 0
        while index < len(self._laid) and y < top + height:
            y += len(self.strips(index))
            index += 1
        self._add_up(first)

    def settle(self, enough: Callable[[], bool]) -> bool:
        """Measures estimated ones of the newest `KEPT` blocks, the newest first, until `enough()`; `False` when none was left."""
        lowest: int | None = None
        for index in range(len(self._laid) - 1, max(-1, len(self._laid) - 1 - KEPT), -1):
            laid = self._laid[index]
            if laid.exact:
                continue
            self.strips(index)
            lowest = index
            if enough():
                break
        if lowest is not None:
            self._add_up(lowest)
        return lowest is not None

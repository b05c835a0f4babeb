"""Weighted ridge regression, dense and sparse, in numpy alone. Deterministic: no randomness, a fixed order of sums."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Sparse:
    """A matrix in rows: `column` and `value` of each entry, `row` its row; `shape` is (rows, columns)."""

    row: Ints
    column: Ints
    value: Floats
    shape: tuple[int, int]

    def times(self, weights: Floats) -> Floats:
        return np.bincount(self.row, self.value * weights[self.column], self.shape[0]).astype(np.float64)

    def transposed_times(self, values: Floats) -> Floats:
        return np.bincount(self.column, self.value * values[self.row], self.shape[1]).astype(np.float64)

    def rows(self, mask: Mask) -> Sparse:
        """The rows of `mask`, numbered anew."""
        keep, numbers = mask[self.row], np.cumsum(mask) - 1
        return Sparse(numbers[self.row[keep]], self.column[keep], self.value[keep], (int(mask.sum()), self.shape[1]))


def solve_dense(x: Floats, y: Floats, weights: Floats, alpha: float) -> Floats:
    """Coefficients that minimise sum(weights * (y - x b)²) + alpha |b|²."""
    gram = np.einsum("ni,nj->ij", x * weights[:, None], x)
    return np.linalg.solve(gram + alpha * np.eye(x.shape[1]), np.einsum("ni,n->i", x, weights * y))


def solve_sparse(x: Sparse, y: Floats, weights: Floats, alpha: float, *, rounds: int = 300, tolerance: float = 1e-10) -> Floats:
    """The same for a sparse `x`, beside an intercept; conjugate gradients.

    Ends after `rounds`, or when the residual is below `tolerance` of its start.
    """

    def centred(values: Floats) -> Floats:
        """Takes away what the intercept explains."""
        return values - np.sum(weights * values) / np.sum(weights)

    def normal(b: Floats) -> Floats:
        return x.transposed_times(weights * centred(x.times(b))) + alpha * b

    scale = np.bincount(x.column, x.value**2 * weights[x.row], x.shape[1]) + alpha
    b = np.zeros(x.shape[1])
    residual = x.transposed_times(weights * centred(y))
    start = np.sqrt(np.sum(residual**2))
    step = residual / scale
    direction, size = step.copy(), np.sum(residual * step)
    for _ in range(rounds):
        pushed = normal(direction)
        length = size / np.sum(direction * pushed)
        b += length * direction
        residual -= length * pushed
        if np.sqrt(np.sum(residual**2)) <= tolerance * start:
            break
        step = residual / scale
        before, size = size, np.sum(residual * step)
        direction = step + size / before * direction
    return b

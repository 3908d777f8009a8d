"""Kernel ridge over a set of rows that come, go and change their labels, its inverse kept.

Inputs do not change when labels do. So with G = (K + ridge I)^-1, T the one-hot labels with a
column of ones behind them, and G T at hand, another label costs one column of G, a new row one row
of K and a product with G, a row that leaves an outer product. All of it is exact, in float64; no
row is factorised twice. Predictions are those of `kernels.kernel_ridge`.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..kernels.kernel_ridge import Shape, inverted, kernel, onehot


class Support:
    """At most `room` rows of F inputs, K classes; `rows` (n,) says which they are, in slots."""

    def __init__(self, shape: Shape, inputs: int, classes: int, room: int) -> None:
        self.shape, self.classes, self.count = shape, classes, 0
        self._rows = torch.empty(room, dtype=torch.int64)
        self._x = torch.empty(room, inputs, dtype=torch.float64)
        self._targets = torch.empty(room, classes + 1, dtype=torch.float64)
        self._solved = torch.empty(room, classes + 1, dtype=torch.float64)
        self._inverse = torch.empty(room, room, dtype=torch.float64)

    @property
    def rows(self) -> Tensor:
        return self._rows[: self.count]

    @property
    def room(self) -> int:
        """Rows that may still join."""
        return len(self._rows) - self.count

    def add(self, rows: Tensor, x: Tensor, labels: Tensor) -> None:
        """New rows (b,), no more than there is room for, with inputs (b, F) float64."""
        n, end = self.count, self.count + len(rows)
        near = kernel(self._x[:n], x, self.shape.scale)
        self._rows[n:end], self._x[n:end] = rows, x
        self._targets[n:end] = self._target(labels)
        moved = self._inverse[:n, :n] @ near
        corner = inverted(kernel(x, x, self.shape.scale) - near.T @ moved, self.shape.ridge)
        side = moved @ corner
        missed = near.T @ self._solved[:n] - self._targets[n:end]
        self._solved[:n] += side @ missed
        self._solved[n:end] = -corner @ missed
        self._inverse[:n, :n].addmm_(side, moved.T)
        self._inverse[:n, n:end], self._inverse[n:end, :n] = -side, -side.T
        self._inverse[n:end, n:end] = corner
        self.count = end

    def remove(self, slot: int) -> int:
        """One row less; the last one takes its slot. The number of the row that has it now."""
        n, last = self.count, self.count - 1
        g = self._inverse[:n, slot].clone()
        self._solved[:n] -= torch.outer(g / g[slot], self._solved[slot])
        self._inverse[:n, :n].addr_(g, g, alpha=-1 / float(g[slot]))
        self._inverse[slot, :n] = self._inverse[last, :n]
        self._inverse[:n, slot] = self._inverse[:n, last].clone()
        for kept in (self._rows, self._x, self._targets, self._solved):
            kept[slot] = kept[last]
        self.count = last
        return int(self._rows[slot])

    def relabel(self, slots: Tensor, labels: Tensor) -> None:
        """Other labels (b,) in the slots (b,)."""
        wanted = self._target(labels)
        self._solved[: self.count].addmm_(
            self._inverse[: self.count, slots], wanted - self._targets[slots])
        self._targets[slots] = wanted

    def left_out(self) -> Tensor:
        """(n, K) float64: what the others say of each row."""
        n, mean = self.count, self._mean()
        diagonal = self._inverse[:n, :n].diagonal()[:, None]
        return self._targets[:n, :-1] - self._weights(mean) / diagonal

    def say(self, x: Tensor) -> Tensor:
        """(M, F) inputs of other rows to (M, K): what these rows say of them, as float32 where `x`
        is."""
        mean = self._mean()
        near = kernel(x, self._x[: self.count].to(x.dtype), self.shape.scale)
        return near @ self._weights(mean).to(x.dtype) + mean.to(x.dtype)

    def _mean(self) -> Tensor:
        return self._targets[: self.count, :-1].mean(dim=0)

    def _weights(self, mean: Tensor) -> Tensor:
        solved = self._solved[: self.count]
        return solved[:, :-1] - solved[:, -1:] * mean

    def _target(self, labels: Tensor) -> Tensor:
        return torch.cat([onehot(labels, self.classes),
                          torch.ones(len(labels), 1, dtype=torch.float64)], dim=1)

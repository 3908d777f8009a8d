"""`lsw`: one weight a row, learned with the head (LSW, Hoang et al., Eqs. 1 and 2, Algorithm 1).

The look-ahead step on the weighted batch is the real step, and each weight of the batch moves
against its gradient of the trusted loss after it. How a weight keeps what it has learned:

latent   u moves by the gradient with respect to a, and a = sigmoid(u - 0.5); u starts at 0.5
chain    the same, with the sigmoid's slope a (1 - a) as a factor
literal  a = sigmoid(a - gradient - 0.5), as Algorithm 1 is printed: each visit takes a three
         quarters of the way back to 0.5, so that it forgets

`latent` is the default: it alone explains the start at 0.5, the shift and weights near 0 and 1.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..kernels.lookahead import by_weight
from ..kernels.trusted import Trusted
from ..protocols import TopLayer
from .options import Options
from .passes import Moment, weigh
from .weights import Scale, Weights

START = 0.5
SHIFT = 0.5

Move = Callable[[Tensor, Tensor, float], tuple[Tensor, Tensor]]
"""Latent values u, what is subtracted (eta_a times the gradient by a), the bound: to u and a."""


def weight_of(latent: Tensor) -> Tensor:
    """sigmoid(u - 0.5), in (0, 1)."""
    return torch.sigmoid(latent - SHIFT)


def latent(u: Tensor, change: Tensor, bound: float) -> tuple[Tensor, Tensor]:
    moved = (u - change).clamp(-bound, bound)
    return moved, weight_of(moved)


def chain(u: Tensor, change: Tensor, bound: float) -> tuple[Tensor, Tensor]:
    slope = weight_of(u) * (1 - weight_of(u))
    return latent(u, change * slope, bound)


def literal(u: Tensor, change: Tensor, bound: float) -> tuple[Tensor, Tensor]:
    moved = weight_of(u - change)
    return moved, moved


class Trust:
    """The weights of C rows, as a `passes.Rule`."""

    def __init__(self, rows: int, options: Options, move: Move, like: torch.dtype) -> None:
        self.options, self.move = options, move
        self.u = torch.full((rows,), START, dtype=like)
        self.a = weight_of(self.u)

    def step(self, at: Moment) -> Tensor:
        own = self.a[at.at]
        head = at.step(own)
        if at.epoch >= self.options.delay:
            gradient = by_weight(at.trusted_gradient(head), at.features, at.residuals, own, at.rate)
            self.u[at.at], self.a[at.at] = self.move(
                self.u[at.at], self.options.weight_rate * gradient, self.options.bound)
        return head

    def weights(self, losses: Tensor) -> Tensor:
        return self.a


class Lsw:
    def __init__(self, options: Options, move: Move = latent) -> None:
        self.options, self.move = options, move

    def __call__(
        self, top: TopLayer, trusted: Trusted, candidates: Tensor | None = None
    ) -> Weights:
        return weigh(top, trusted, candidates, self.options,
                     lambda rows: Trust(rows, self.options, self.move, top.features.dtype),
                     Scale.TRUST)

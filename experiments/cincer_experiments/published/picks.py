"""The counter-example of one run: the known rows as any strategy of `cincer.counterexample` sees
them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from cincer.errors import InvalidInput
from cincer.kernels.held_out import held_out
from cincer.kernels.kernel_ridge import neighbours_doubt
from cincer.kernels.newton import Rows, curvature
from cincer.kernels.solve import Inverse, at_hand
from cincer.protocols import CounterExample, Suspect
from cincer.types import Position

DAMPING = 0.1
"""Added to the Fisher matrix's diagonal: the head of a network trained for all its epochs has no
penalty of its own to take it from."""


@dataclass(frozen=True)
class Seen:
    """`protocols.TopLayer` of one run, its inverse formed when first asked for; `x` (n, F) inputs,
    `confirmed` (n,) whether a person has seen the label. With leading dimensions (A, B), and `x`
    (A, n, F), the known rows of many runs side by side, of which only the arrays can be asked."""

    features: Tensor
    probs: Tensor
    labels: Tensor
    damping: float
    x: Tensor
    confirmed: Tensor
    learning: Tensor
    weights: Tensor
    whole: Callable[[Tensor], Tensor] | None = None

    @property
    def positions(self) -> Tensor:
        return torch.arange(len(self.labels))

    @cached_property
    def inverse(self) -> Inverse:
        rows = Rows(self.features, self.labels, self.weights, self.probs.shape[1])
        return curvature(rows, self.probs, self.damping, tolerance=1e-6)

    def solve(self, gradient: Tensor) -> Tensor:
        return self.inverse.solve(gradient)

    def solve_near(self, gradient: Tensor) -> Tensor:
        return at_hand(self.inverse).solve(gradient)

    def jacobians(self, positions: Tensor) -> Tensor:
        if self.whole is None:
            raise InvalidInput("the network is not at hand, only its last layer")
        return self.whole(positions)

    def inputs(self, rows: Tensor) -> Tensor:
        return self.x[rows]

    def neighbours_doubt(self, rows: Tensor) -> Tensor:
        return neighbours_doubt(self, rows)

    def held_out(self, rows: Tensor) -> Tensor:
        share = self.weights[rows] / self.weights.sum()
        return held_out(self.probs[rows], self.labels[rows], share,
                        self.inverse.leverage(self.features[rows]))


def suspect(row: int, features: Tensor, probs: Tensor, given: int) -> Suspect:
    """The arrival in row `row`: features (D+1,), probs (K,)."""
    return Suspect(Position(row), features, probs, given, int(probs.argmax()))


def pick(
    strategy: CounterExample, about: Suspect, top: Seen, again: bool
) -> int | None:
    """The first of `ranked`; None if there is none."""
    return next(iter(ranked(strategy, about, top, again)), None)


def ranked(
    strategy: CounterExample, about: Suspect, top: Seen, again: bool, limit: int = 1
) -> list[int]:
    """Up to `limit` rows to show beside the suspect, the strongest first: known, not the suspect,
    labelled as predicted, and, unless `again`, not confirmed by a person before."""
    allowed = (top.labels == about.predicted) & (top.weights > 0)
    if not again:
        allowed &= ~top.confirmed
    candidates = torch.nonzero(allowed)[:, 0]
    candidates = candidates[candidates != about.position]
    if not len(candidates):
        return []
    return [int(row) for row in strategy(about, top, candidates, limit).positions]

"""The top-layer cache: the known examples as the head sees them, and the inverse Fisher.

Counter-example strategies, relabel suggestions and sample weights are all computed from it.
Rows are in order of entry; a row of weight 0 has left the training set.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ..errors import InvalidInput
from .held_out import held_out
from .kernel_ridge import neighbours_doubt
from .newton import Rows, curvature
from .solve import Inverse, at_hand


@dataclass(frozen=True, slots=True)
class Top:
    """See `protocols.TopLayer`. `weights` (N,) are the rows' weights in the Fisher matrix;
    `whole` and `given` answer `jacobians` and `inputs`, from positions; `doubted` answers
    `neighbours_doubt`, from row numbers."""

    features: Tensor
    probs: Tensor
    labels: Tensor
    positions: Tensor
    weights: Tensor
    inverse: Inverse
    damping: float
    learning: Tensor | None = None
    whole: Callable[[Tensor], Tensor] | None = None
    given: Callable[[Tensor], Tensor] | None = None
    doubted: Callable[[Tensor], Tensor] | None = None

    def solve(self, gradient: Tensor) -> Tensor:
        return self.inverse.solve(gradient)

    def solve_near(self, gradient: Tensor) -> Tensor:
        return at_hand(self.inverse).solve(gradient)

    def held_out(self, rows: Tensor) -> Tensor:
        """By approximate leave-one-out, with the damping as the head's penalty."""
        share = self.weights[rows] / self.weights.double().sum().clamp(min=1e-300)
        return held_out(self.probs[rows], self.labels[rows], share,
                        self.inverse.leverage(self.features[rows]))

    def inputs(self, rows: Tensor) -> Tensor:
        if self.given is None:
            return self.features[rows, :-1]
        return self.given(self.positions[rows]).flatten(1)

    def neighbours_doubt(self, rows: Tensor) -> Tensor:
        return neighbours_doubt(self, rows) if self.doubted is None else self.doubted(rows)

    def jacobians(self, positions: Tensor) -> Tensor:
        if self.whole is None:
            raise InvalidInput("the network is not at hand, only its last layer: use top_fisher")
        return self.whole(positions)


def top_layer(
    features: Tensor, probs: Tensor, labels: Tensor, positions: Tensor | None = None, *,
    damping: float, weights: Tensor | None = None,
) -> Top:
    """The cache of (N, P) `features` under `probs` (N, K), its inverse formed here and now."""
    rows = Rows(features, labels, weights, probs.shape[1])
    every = torch.arange(len(labels)) if positions is None else positions
    ones = features.new_ones(len(labels)) if weights is None else weights
    return Top(features, probs, labels, every, ones, curvature(rows, probs, damping),
               damping)

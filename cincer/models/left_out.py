"""The live head as it would be without some known examples. The head itself stays as it is.

Below `INTERACTIVE` numbers every refit runs to its optimum, in float64 whatever the features are.
Above, it takes a bounded number of steps with the factor at hand, and says how far it came.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..kernels.left_out import Without, bounded_fit, refit_without
from .live_head import LiveHead

INTERACTIVE = 30_000_000
"""Rows x columns x classes up to which a refit goes all the way (46,000 examples of 64 features
and 10 classes)."""

PASSES = 3
"""How often a bounded refit looks at all rows."""


class LeavingOut:
    """Refits of `head` from its optimum over all known rows, which is found first: the head itself
    may be a step behind. `prob`: p(label | features) at that optimum, for `features` (P,)."""

    def __init__(self, head: LiveHead, features: Tensor, label: int) -> None:
        known, self._l2 = head.known, head.l2
        large = known.count * known.columns * known.classes > INTERACTIVE
        self._passes = PASSES if large else None
        self._rows = head.all_rows(exact=not large)
        self._features, self._label = features.double(), label
        inverse = head.curvature.step_inverse(known.probs, self._l2)
        self._base = bounded_fit(self._rows, self._l2, head.weights, inverse, self._passes)
        self.prob = self._prob(self._base.weights)

    def without(self, left: Tensor) -> tuple[float, Without]:
        """p(label | features) under the head without the rows `left` (M,), and that refit."""
        found = refit_without(self._rows, self._l2, self._base, left, max_passes=self._passes)
        return self._prob(found.weights), found

    def _prob(self, weights: Tensor) -> float:
        return float(torch.softmax(weights @ self._features, dim=0)[self._label])

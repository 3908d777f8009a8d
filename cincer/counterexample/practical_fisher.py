"""Practical Fisher (Teso et al. 2021): the identity in the Fisher matrix's place.

Score = -grad(t)' grad(k) on the top layer: two products of small vectors a candidate, no solve.
"""

from __future__ import annotations

from torch import Tensor

from ..kernels.influence import conflict
from ..protocols import Ranking, Suspect, TopLayer
from .ranking import best
from .top_fisher import gradient


class PracticalFisher:
    """Higher = the two examples pull the head harder in opposite directions."""

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        scores = conflict(gradient(suspect), top.features, top.probs, top.labels, candidates)
        return best(top, candidates, scores, limit)

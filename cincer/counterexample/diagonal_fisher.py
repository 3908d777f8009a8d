"""Diagonal Fisher: Top Fisher with all but the diagonal of the Fisher matrix left out.

Score = -sum_j grad(t)_j grad(k)_j / (F_jj + damping).
"""

from __future__ import annotations

from torch import Tensor

from ..kernels.approximate import diagonal
from ..kernels.influence import conflict
from ..protocols import Ranking, Suspect, TopLayer
from .ranking import best
from .top_fisher import gradient


class DiagonalFisher:
    """In the unit of `top_fisher`; exact where the features are uncorrelated and the classes
    rare."""

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        solved = gradient(suspect) / (diagonal(top.features, top.probs, top.weights) + top.damping)
        scores = conflict(solved, top.features, top.probs, top.labels, candidates)
        return best(top, candidates, scores, limit)

"""K-FAC: Top Fisher with the Fisher matrix as one Kronecker product (Martens and Grosse 2015).

A (K, K) and a (D+1, D+1) eigenproblem instead of a system of K (D+1).
"""

from __future__ import annotations

from torch import Tensor

from ..kernels.fisher import kronecker_parts
from ..kernels.influence import conflict
from ..kernels.solve import Kronecker
from ..protocols import Ranking, Suspect, TopLayer
from .ranking import best
from .top_fisher import gradient


class KFac:
    """In the unit of `top_fisher`; exact where all rows have one p."""

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        parts = kronecker_parts(top.features, top.probs, top.weights)
        solved = Kronecker(*parts, top.damping).solve(gradient(suspect))
        scores = conflict(solved, top.features, top.probs, top.labels, candidates)
        return best(top, candidates, scores, limit)

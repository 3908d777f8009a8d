"""Block Fisher: Top Fisher with the blocks between different classes left out.

One (D+1, D+1) system a class instead of one of K (D+1).
"""

from __future__ import annotations

from torch import Tensor

from ..kernels.approximate import solve_blocks
from ..kernels.influence import conflict
from ..protocols import Ranking, Suspect, TopLayer
from .ranking import best
from .top_fisher import gradient


class BlockFisher:
    """In the unit of `top_fisher`."""

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        solved = solve_blocks(
            gradient(suspect), top.features, top.probs, top.weights, top.damping)
        scores = conflict(solved, top.features, top.probs, top.labels, candidates)
        return best(top, candidates, scores, limit)

"""Full Fisher (Teso et al. 2021): Eq. 14 with gradients and Fisher matrix of all parameters.

Exact, for small models: the derivatives of every known example are formed anew for each query.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..kernels.head import residuals
from ..kernels.whole import check_size, solve_whole
from ..protocols import Ranking, Suspect, TopLayer
from .ranking import best


class FullFisher:
    """In the unit of `top_fisher`, to which it is equal where the head is all there is. Raises
    `InvalidInput` for a network or a number of rows that is too large."""

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        here = top.jacobians(torch.tensor([int(suspect.position)]))[0].double()
        check_size(len(top.labels), *here.shape)
        known = top.jacobians(top.positions)
        residual = suspect.probs.double().clone()
        residual[suspect.given] -= 1
        solved = solve_whole(residual @ here, known, top.probs, top.weights, top.damping)
        own = residuals(top.probs[candidates].double(), top.labels[candidates])
        scores = -torch.einsum("mk,mkq,q->m", own, known[candidates].double(), solved)
        return best(top, candidates, scores, limit)

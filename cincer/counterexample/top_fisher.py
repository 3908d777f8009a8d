"""Top Fisher (Teso et al. 2021, Eq. 14): argmax_k -grad(t)' F^-1 grad(k).

F is the damped Fisher matrix of the top layer over all known examples. One solve a query, then one
pass over the candidates' features.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..kernels.influence import conflict
from ..protocols import Ranking, Suspect, TopLayer
from .ranking import best


class TopFisher:
    """Scores are in nats per unit weight: score * p(given | t) / S is, to first order, by how much
    p(given | t) rises if k is dropped from a training set of total weight S."""

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        solved = top.solve(gradient(suspect))
        scores = conflict(solved, top.features, top.probs, top.labels, candidates)
        return best(top, candidates, scores, limit)


def gradient(suspect: Suspect) -> Tensor:
    """(K, P) float64: the gradient of the suspect's cross-entropy under its given label."""
    residual = suspect.probs.double().clone()
    residual[suspect.given] -= 1
    return torch.outer(residual, suspect.features.double())

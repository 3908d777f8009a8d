"""Relative influence (Barshan, Brunet and Dziugaite 2020): influence for one's own weight.

Score = -grad(t)' F^-1 grad(k) / sqrt(grad(k)' F^-1 grad(k)). Candidates that would move every
prediction, outliers first of all, lose their lead over those that concern the suspect.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..kernels.head import chunks, gradients
from ..kernels.influence import conflict
from ..protocols import Ranking, Suspect, TopLayer
from .ranking import best
from .top_fisher import gradient

PIECE = 128


class RelativeInfluence:
    """Scores are at most the square root of the suspect's own influence, in size."""

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        solved = top.solve(gradient(suspect))
        scores = conflict(solved, top.features, top.probs, top.labels, candidates)
        own = self_influence(top, candidates).clamp(min=1e-30).sqrt()
        return best(top, candidates, scores / own.to(scores.dtype), limit)


def self_influence(top: TopLayer, rows: Tensor) -> Tensor:
    """(M,) float64 grad(k)' F^-1 grad(k) >= 0 of the rows (M,): one solve each."""
    found = torch.empty(len(rows), dtype=torch.float64)
    for part in chunks(len(rows), PIECE):
        here = rows[part]
        g = gradients(top.features[here].double(), top.probs[here].double(), top.labels[here])
        found[part] = (top.solve(g) * g).sum(dim=(1, 2))
    return found

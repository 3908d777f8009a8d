"""The candidate whose label would be believed least by a model that has not learned it.

Score = log((1 - q) / q), q the probability of the candidate's own label by `TopLayer.held_out`:
for the live head approximate leave-one-out. Unlike the loss, it does not forgive what the model
has memorised. The suspect plays no part.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..protocols import Ranking, Suspect, TopLayer
from .ranking import best


class LeaveOneOut:
    """Log odds in nats that the label is wrong, as the model sees it; higher = more likely."""

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        return best(top, candidates, doubt(top, candidates), limit)


def doubt(top: TopLayer, rows: Tensor) -> Tensor:
    """(M,) float64 log odds against the labels of `rows` (M,), from -14 to 14."""
    if not len(rows):
        return torch.empty(0, dtype=torch.float64)
    own = top.held_out(rows).double().gather(1, top.labels[rows][:, None])[:, 0]
    return -torch.logit(own, eps=1e-6)

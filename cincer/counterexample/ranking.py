"""The best few of scored candidates: what every strategy ends with."""

from __future__ import annotations

import torch
from torch import Tensor

from ..protocols import Ranking, TopLayer


def best(top: TopLayer, candidates: Tensor, scores: Tensor, limit: int) -> Ranking:
    """The `limit` highest `scores` (M,) of the rows `candidates` (M,), best first."""
    if limit >= 1 and len(scores) > 1 and limit < len(scores):
        scores, order = torch.topk(scores, limit)
    else:
        scores, order = torch.sort(scores, descending=True, stable=True)
        scores, order = scores[:limit], order[:limit]
    return Ranking(top.positions[candidates[order]], scores)

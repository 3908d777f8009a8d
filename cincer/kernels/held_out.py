"""Leave-one-out probabilities of a few rows, through whatever inverse of the head's Hessian is at
hand.

The formula of `leave_one_out`, for the rows that are asked about. What is known of the head is its
probabilities alone: logits may be shifted by a constant, so log p stands for them.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .head import residuals


def held_out(probs: Tensor, labels: Tensor, weights: Tensor, leverage: Tensor) -> Tensor:
    """The probabilities of each row under the head fitted without it, to first order: (M, K)
    float64. `probs` (M, K), `labels` (M,); `weights` (M,) as shares of the weight of all rows;
    `leverage` (M, K, K), see `solve.Inverse`."""
    p = probs.double()
    moving = leverage * weights.double()[:, None, None]
    curve = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
    system = torch.eye(p.shape[1], dtype=torch.float64) - moving @ curve
    moved: Tensor = torch.linalg.solve(system, moving @ residuals(p, labels)[:, :, None])
    return torch.softmax(p.clamp(min=1e-30).log() + moved[:, :, 0], dim=1)

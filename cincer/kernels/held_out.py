"""Leave-one-out probabilities of a few rows, through any damped inverse of the head's Hessian.

The formula of `leave_one_out`, for the rows that are asked about: K solves a row. What is known of
the head is its probabilities alone: logits may be shifted by a constant, so log p stands for them.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from .head import chunks, residuals

PIECE = 32
"""Rows whose K solves are done at a time."""


def held_out(
    features: Tensor, probs: Tensor, labels: Tensor, weights: Tensor, total: float,
    solve: Callable[[Tensor], Tensor],
) -> Tensor:
    """(M, P), (M, K), (M,), (M,) to (M, K) float64: the probabilities of each row under the head
    fitted without it, to first order. `total`: the weight of all rows the head is fitted to."""
    found = torch.empty(probs.shape, dtype=torch.float64)
    for part in chunks(len(probs), PIECE):
        p, scale = probs[part].double(), weights[part].double()[:, None, None] / max(total, 1e-300)
        leverage = _leverage(features[part].double(), probs.shape[1], solve) * scale
        curve = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
        system = torch.eye(probs.shape[1], dtype=torch.float64) - leverage @ curve
        moved: Tensor = torch.linalg.solve(
            system, leverage @ residuals(p, labels[part])[:, :, None])
        found[part] = torch.softmax(p.clamp(min=1e-30).log() + moved[:, :, 0], dim=1)
    return found


def _leverage(x: Tensor, classes: int, solve: Callable[[Tensor], Tensor]) -> Tensor:
    """X_i H^-1 X_i': (m, P) to (m, K, K)."""
    one = torch.eye(classes, dtype=torch.float64)
    sides = one[None, :, :, None] * x[:, None, None, :]
    solved = solve(sides.reshape(-1, classes, x.shape[1])).view(sides.shape)
    return torch.einsum("mklp,mp->mkl", solved, x)

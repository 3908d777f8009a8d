"""The Fisher matrix with parts left out: its diagonal, its class blocks.

F_kk = (1/S) sum_i w_i p_ik (1 - p_ik) x_i x_i'. Compared with the whole in `tests/kernels`.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .fisher import class_block
from .head import chunks, total_weight


def diagonal(features: Tensor, probs: Tensor, row_weights: Tensor | None = None) -> Tensor:
    """(K, P) float64: the diagonal of F."""
    sums = torch.zeros(probs.shape[1], features.shape[1], dtype=torch.float64)
    for part in chunks(len(features)):
        p, x = probs[part], features[part]
        spread = p * (1 - p)
        if row_weights is not None:
            spread = spread * row_weights[part, None]
        sums += (spread.T @ (x * x)).double()
    return sums / max(total_weight(features, row_weights), 1e-300)


def solve_blocks(
    gradient: Tensor, features: Tensor, probs: Tensor, row_weights: Tensor | None, damping: float
) -> Tensor:
    """(K, P) float64: each class's block of F, damped, inverted on its row of `gradient` (K, P)."""
    found = torch.empty_like(gradient, dtype=torch.float64)
    for k in range(len(gradient)):
        block = class_block(features, probs[:, k], row_weights)
        block.diagonal().add_(damping)
        column = gradient[k].double()[:, None]
        found[k] = torch.cholesky_solve(column, torch.linalg.cholesky(block))[:, 0]
    return found

"""LiSSA: the inverse Hessian by a stochastic recursion (Agarwal, Bullins and Hazan 2017).

v <- v + (g - (F_j + damping I) v) / scale, where F_j is the Fisher matrix of a few rows drawn at
random; on the mean, v tends to (F + damping I)^-1 g. The scale bounds the curvature of any row, so
that the recursion contracts; the steps of its second half are averaged.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .fisher import product

DEPTH = 1000
BATCH = 16


def lissa(
    gradient: Tensor, features: Tensor, probs: Tensor, row_weights: Tensor, damping: float,
    source: torch.Generator, *, depth: int = DEPTH, batch: int = BATCH,
) -> Tensor:
    """(K, P) float64, about (F + damping I)^-1 `gradient`; rows are drawn by their weights (N,).
    The mean of the recursion's second half, in which it has settled."""
    target = gradient.double()
    scale = _bound(features, row_weights) + damping
    found, settled = target / scale, torch.zeros_like(target)
    drawn = torch.multinomial(
        row_weights.double(), depth * batch, replacement=True, generator=source).view(depth, batch)
    for step, rows in enumerate(drawn):
        curved = product(found, features[rows], probs[rows]) + damping * found
        found = found + (target - curved) / scale
        if step >= depth // 2:
            settled += found
    return settled / (depth - depth // 2)


def _bound(features: Tensor, row_weights: Tensor) -> float:
    """Half the largest squared length of a row that counts: diag p - p p' has no eigenvalue above
    1/2."""
    squares = (features.double() ** 2).sum(dim=1)[row_weights > 0]
    return 0.5 * float(squares.max()) if len(squares) else 1.0

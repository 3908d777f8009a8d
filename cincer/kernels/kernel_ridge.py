"""What its neighbours say of each row: kernel ridge on one-hot labels, each row left out.

With K the Gaussian kernel of the inputs, G = (K + ridge I)^-1 and Y the centred one-hot labels, the
prediction for row i without row i is Y_i - (G Y)_i / G_ii, exactly. Width and ridge are those with
the least squared error left out. No network is asked, so none can have learned a label by heart.
"""

from __future__ import annotations

import torch
from torch import Tensor

WIDTHS = (0.25, 0.5, 1.0)
"""Squared width of the kernel, in medians of the squared distances."""

RIDGES = (0.1, 0.3, 1.0)
FLOOR = 1e-3
"""Least probability of a class before the rows are scaled to sum to 1."""


def neighbours_say(inputs: Tensor, labels: Tensor, classes: int) -> Tensor:
    """(N, F) and (N,) to (N, K) float64: predictions for each row from all the others, rows sum to
    1. Three eigenproblems of N rows: for hundreds of rows, not for thousands."""
    targets = torch.nn.functional.one_hot(labels, classes).double()
    mean = targets.mean(dim=0)
    best, least = mean.expand_as(targets), float("inf")
    for values, vectors in _kernels(inputs.double()):
        for ridge in RIDGES:
            found = _left_out(values, vectors, ridge, targets - mean) + mean
            error = float(((found - targets) ** 2).sum())
            if error < least:
                best, least = found, error
    floored = best.clamp(min=FLOOR)
    return floored / floored.sum(dim=1, keepdim=True)


def _kernels(x: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Eigenvalues and eigenvectors of the kernel at each width; none where all rows are alike."""
    squares = (x * x).sum(dim=1)
    far = (squares[:, None] + squares - 2 * x @ x.T).clamp(min=0)
    apart = far[far > 1e-12 * squares.max().clamp(min=1e-300)]
    if len(x) < 3 or not len(apart):
        return []
    found = []
    for width in WIDTHS:
        values, vectors = torch.linalg.eigh(torch.exp(-far / (width * apart.median())))
        found.append((values.clamp(min=0), vectors))
    return found


def _left_out(values: Tensor, vectors: Tensor, ridge: float, targets: Tensor) -> Tensor:
    scaled = vectors / (values + ridge)
    diagonal = (scaled * vectors).sum(dim=1, keepdim=True)
    return targets - (scaled @ (vectors.T @ targets)) / diagonal

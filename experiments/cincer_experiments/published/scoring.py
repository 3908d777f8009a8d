"""Weighted F1 of a whole grid."""

from __future__ import annotations

import torch
from torch import Tensor


def weighted_f1(true: Tensor, predicted: Tensor, classes: int) -> Tensor:
    """(M,) true and (A, B, M) predicted classes to (A, B) float64 in [0, 1], as
    `cincer.kernels.metrics.weighted_f1`."""
    runs = predicted.flatten(0, 1)
    cells = classes * classes
    codes = torch.arange(len(runs))[:, None] * cells + true[None] * classes + runs
    table = torch.bincount(codes.flatten(), minlength=len(runs) * cells).double()
    table = table.view(len(runs), classes, classes)
    support, claimed = table.sum(dim=2), table.sum(dim=1)
    f1 = 2 * table.diagonal(dim1=1, dim2=2) / (support + claimed).clamp(min=1)
    return ((f1 * support).sum(dim=1) / support.sum(dim=1)).view(predicted.shape[:2])

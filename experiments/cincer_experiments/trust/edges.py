"""Images by their edges: histograms of the directions in which brightness changes, cell by cell.

Fixed, without any label: after Dalal and Triggs (2005), with cells that overlap by half. For square
images of one channel of at least 8 x 8; other inputs stay as they are.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from cincer.kernels.head import chunks

DIRECTIONS = 8
SMALLEST = 8
CELLS = 8
"""Cells along a side, about."""


def edges(x: Tensor) -> Tensor:
    """(N, F) inputs to (N, G): rows of length 1, square roots of shares of brightness change."""
    side = math.isqrt(x.shape[1])
    if side * side != x.shape[1] or side < SMALLEST:
        return x
    return torch.cat([_histograms(x[part].reshape(-1, 1, side, side))
                      for part in chunks(len(x), 2048)])


def _histograms(images: Tensor) -> Tensor:
    padded = torch.nn.functional.pad(images, (1, 1, 1, 1), mode="replicate")
    across = padded[:, :, 1:-1, 2:] - padded[:, :, 1:-1, :-2]
    down = padded[:, :, 2:, 1:-1] - padded[:, :, :-2, 1:-1]
    size = torch.sqrt(across.square() + down.square())
    turn = torch.atan2(down, across) * (DIRECTIONS / (2 * math.pi))
    bins = torch.arange(DIRECTIONS).reshape(1, -1, 1, 1)
    apart = torch.remainder(turn - bins, DIRECTIONS)
    near = (1 - torch.minimum(apart, DIRECTIONS - apart)).clamp(min=0) * size
    step = max(1, images.shape[-1] // (CELLS + 1))
    cells = torch.nn.functional.avg_pool2d(near, 2 * step, step).flatten(1)
    return (cells / cells.sum(dim=1, keepdim=True).clamp(min=1e-12)).sqrt()

"""Mixup as FSR uses it: each row stays the greater part of its mixture.

The share kept is max(a, 1 - a), a = u^(1/shape) / 2 with u uniform: in [1/2, 1], cheap to draw, in
the place of a Beta law (which it only resembles).
"""

from __future__ import annotations

import torch
from torch import Tensor


def mix(
    inputs: Tensor, labels: Tensor, classes: int, shape: float | None, source: torch.Generator
) -> tuple[Tensor, Tensor]:
    """(B, F...) inputs and labels (B,) to mixed inputs and soft labels (B, K), rows sum to 1;
    without a `shape` nothing is mixed."""
    hard = torch.nn.functional.one_hot(labels, classes).to(inputs.dtype)
    if shape is None:
        return inputs, hard
    kept = kept_shares(len(labels), shape, source).to(inputs.dtype)
    other = torch.randperm(len(labels), generator=source)
    wide = kept.view(-1, *[1] * (inputs.dim() - 1))
    narrow = kept[:, None]
    return (wide * inputs + (1 - wide) * inputs[other],
            narrow * hard + (1 - narrow) * hard[other])


def kept_shares(count: int, shape: float, source: torch.Generator) -> Tensor:
    """(count,) float64 in [1/2, 1]."""
    half = torch.rand(count, generator=source, dtype=torch.float64) ** (1 / shape) / 2
    return torch.maximum(half, 1 - half)

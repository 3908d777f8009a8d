"""The trusted set: examples whose labels a person vouched for, as the head sees them.

Relabelling and reweighting strategies are given it beside the top-layer cache.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ..errors import InvalidInput
from ..protocols import TopLayer
from .head import gradients, probabilities


@dataclass(frozen=True, slots=True)
class Trusted:
    """M trusted examples: `features` (M, P), `probs` (M, K), `labels` (M,) int64, `positions` (M,)
    int64 in the column store (-1: held outside it), `weights` (M,) >= 0, what each counts."""

    features: Tensor
    probs: Tensor
    labels: Tensor
    positions: Tensor
    weights: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def effective_size(self) -> float:
        """(sum w)^2 / sum w^2: how many equally weighted examples say as much; 0 without any."""
        w = self.weights.double()
        total = float(w.sum())
        return total * total / float((w * w).sum()) if total > 0 else 0.0

    @property
    def shares(self) -> Tensor:
        """(M,) float64: the weights, summing to 1 (or to 0)."""
        w = self.weights.double()
        return w / w.sum().clamp(min=1e-300)

    def gradient(self) -> Tensor:
        """(K, P) float64: of the mean trusted loss by the head's weights."""
        residual = self.probs.double().scatter_add(
            1, self.labels[:, None], -torch.ones(len(self), 1, dtype=torch.float64))
        return (residual * self.shares[:, None]).T @ self.features.double()

    def gradients(self) -> Tensor:
        """(M, K, P) float64: of each trusted loss alone."""
        return gradients(self.features.double(), self.probs.double(), self.labels)


def trusted(
    features: Tensor, labels: Tensor, head: Tensor, *, positions: Tensor | None = None,
    weights: Tensor | None = None,
) -> Trusted:
    """The trusted set of (M, P) `features` under the weights `head` (K, P); by default from outside
    the column store, each counting 1."""
    outside = torch.full((len(labels),), -1, dtype=torch.int64)
    return Trusted(
        features, probabilities(head, features), labels,
        outside if positions is None else positions,
        features.new_ones(len(labels)) if weights is None else weights)


def is_trusted(top: TopLayer, trusted: Trusted) -> Tensor:
    """(N,) bool: which rows of `top` are in the trusted set."""
    return torch.isin(top.positions, trusted.positions[trusted.positions >= 0])


def eligible(top: TopLayer, trusted: Trusted, candidates: Tensor | None) -> Tensor:
    """(C,) int64 row numbers, ascending: the candidates that are neither trusted nor gone."""
    free = (top.weights > 0) & ~is_trusted(top, trusted)
    if candidates is not None:
        if len(candidates) and not (int(candidates.min()) >= 0
                                    and int(candidates.max()) < len(free)):
            raise InvalidInput(f"candidates must be row numbers 0 to {len(free) - 1}")
        chosen = torch.zeros_like(free)
        chosen[candidates] = True
        free &= chosen
    return torch.nonzero(free)[:, 0]


def refusal(top: TopLayer, trusted: Trusted, least: int) -> str:
    """Why nothing can be said from fewer than `least` effective trusted examples; empty if
    something can."""
    if top.probs.shape[1] < 2:
        return "there is only one class"
    size = trusted.effective_size
    if size == 0:
        return "no trusted labels yet"
    if size < least:
        return f"not enough trusted labels yet: {size:.0f} of {least}"
    return ""

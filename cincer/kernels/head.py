"""The head: softmax regression on fixed features, `p = softmax(W [h; 1])`.

Objective: J(W) = (1/S) sum_i w_i CE_i + (l2/2) |W|^2 with S = sum_i w_i. The penalty covers every
entry of W, the bias column too: adding one vector to all K rows of W leaves p unchanged, so only a
penalty on all of W makes J strictly convex.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

CHUNK = 8192
"""Rows worked on at a time: the chunk and its products stay in the processor's cache."""


def with_bias(features: Tensor) -> Tensor:
    """(..., N, D) to (..., N, D+1): a trailing column of ones."""
    return torch.cat([features, features.new_ones(*features.shape[:-1], 1)], dim=-1)


def chunks(rows: int, size: int = CHUNK) -> Iterator[slice]:
    """Slices that cover `rows` rows in order."""
    return (slice(start, min(start + size, rows)) for start in range(0, rows, size))


def probabilities(weights: Tensor, features: Tensor) -> Tensor:
    """(K, P) and (N, P) to (N, K), rows sum to 1, in the features' dtype."""
    transposed = weights.to(features.dtype).T
    found = features.new_empty(len(features), len(weights))
    for part in chunks(len(features)):
        found[part] = torch.softmax(features[part] @ transposed, dim=1)
    return found


def total_weight(features: Tensor, row_weights: Tensor | None) -> float:
    """S: the sum of the row weights; without weights every row counts 1."""
    return float(len(features)) if row_weights is None else float(row_weights.double().sum())


@dataclass(frozen=True, slots=True)
class Evaluation:
    """J at one W: `loss` in nats, `gradient` (K, P) float64, `probs` (N, K)."""

    loss: float
    gradient: Tensor
    probs: Tensor


def evaluate(
    weights: Tensor, features: Tensor, labels: Tensor, row_weights: Tensor | None, l2: float
) -> Evaluation:
    """J, its gradient and the probabilities in one pass over (N, P) `features`.

    `weights` (K, P) float64, `labels` (N,) int64, `row_weights` (N,) >= 0 or None for ones. With no
    rows (or no weight) only the penalty is left.
    """
    probs = features.new_empty(len(features), len(weights))
    sums = torch.zeros_like(weights, dtype=torch.float64)
    loss = 0.0
    transposed = weights.to(features.dtype).T.contiguous()
    for part in chunks(len(features)):
        w = None if row_weights is None else row_weights[part]
        loss += _accumulate(transposed, features[part], labels[part], w, probs[part], sums)
    total = max(total_weight(features, row_weights), 1e-300)
    exact = weights.double()
    penalty = 0.5 * l2 * float((exact * exact).sum())
    return Evaluation(loss / total + penalty, sums / total + l2 * exact, probs)


def _accumulate(
    transposed: Tensor, features: Tensor, labels: Tensor, row_weights: Tensor | None,
    probs: Tensor, sums: Tensor,
) -> float:
    """One chunk: fills `probs`, adds to the gradient `sums`, returns the summed loss."""
    log_probs = torch.log_softmax(features @ transposed, dim=1)
    torch.exp(log_probs, out=probs)
    column = labels[:, None]
    losses = -log_probs.gather(1, column)[:, 0]
    residual = probs.scatter_add(1, column, probs.new_full(column.shape, -1.0))
    if row_weights is not None:
        losses = losses * row_weights
        residual *= row_weights[:, None]
    sums += (residual.T @ features).double()
    return float(losses.double().sum())


def own_losses(probs: Tensor, labels: Tensor) -> Tensor:
    """(N,) float64 nats: -log p(label); probabilities below 1e-12 count as 1e-12."""
    return -probs.double().gather(1, labels[:, None])[:, 0].clamp(min=1e-12).log()


def residuals(probs: Tensor, labels: Tensor) -> Tensor:
    """(..., N, K): p - onehot(y). The gradient of row i is outer(residual_i, feature_i)."""
    column = labels[..., None]
    return probs.scatter_add(-1, column, probs.new_full(column.shape, -1.0))


def gradients(features: Tensor, probs: Tensor, labels: Tensor) -> Tensor:
    """(N, K, P): the cross-entropy's gradient for each row, no penalty."""
    return residuals(probs, labels)[:, :, None] * features[:, None, :]

"""What a refit is watched for: each row's loss before it is learned, and who has learned enough."""

from __future__ import annotations

import torch
from torch import Tensor

from cincer.models.early_stop import EarlyStop

SMALLEST = 1e-6
"""Probability below which a loss is not told apart."""


class Watch:
    """Runs (A, B) that learn `labels` (A, B, n) of `weights` (None for ones); `going` (A, B): who
    has not stopped."""

    def __init__(self, labels: Tensor, weights: Tensor | None, stop_at: float | None) -> None:
        def zeros(*shape: int) -> Tensor:
            return torch.zeros(shape, device=labels.device)

        self.going = torch.ones(labels.shape[:2], dtype=torch.bool, device=labels.device)
        self._weights = zeros(*labels.shape) + 1 if weights is None else weights
        self._early = None if stop_at is None else EarlyStop(
            stop_at, tuple(labels.shape[:2]), labels.device)
        self._epochs = zeros(*labels.shape[:2])
        self._losses, self._hits = zeros(*labels.shape), zeros(*labels.shape)

    def batch(self, order: Tensor, probs: Tensor, targets: Tensor) -> None:
        """Before a step on the rows `order` (A, m): `probs` and one-hot `targets` (A, B, m, K)."""
        where = order[:, None].expand(targets.shape[:3])
        own = (probs * targets).sum(dim=3).clamp(min=SMALLEST)
        losses = own.log().neg()
        if self._early is not None:
            losses = losses * self.going[..., None]
            hits = probs.argmax(dim=3) == targets.argmax(dim=3)
            self._hits.scatter_(2, where, hits.float())
        self._losses.scatter_add_(2, where, losses)

    def epoch(self) -> Tensor:
        """After an epoch: (A, B) the runs that stop with it."""
        self._epochs += self.going
        if self._early is None:
            return torch.zeros_like(self.going)
        hit = (self._hits * self._weights).sum(dim=2) / self._weights.sum(dim=2).clamp(min=1)
        stopping = self._early.after(hit) & self.going
        self.going &= ~stopping
        return stopping

    def mean_loss(self) -> Tensor:
        """(A, B, n) the mean over each run's epochs, in nats."""
        return self._losses / self._epochs.clamp(min=1)[..., None]

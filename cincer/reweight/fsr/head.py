"""FSR on fixed features: everything in closed form, no automatic differentiation.

Features are scaled to a mean squared length of 1, so that one step size serves all; the head's
penalty is carried over. A pass takes `steps` steps at most: the scores speak while the head learns.
Once it has converged no label's loss falls any more, and they are noise.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ...kernels.head import chunks, residuals
from .batch import Batch, Probes, judge
from .progress import Progress

SPEED = 2.0
"""Times `rate`: softmax regression on features of length 1 takes longer steps than a network."""

MOST_DECAY = 2.0
"""The most penalty, on scaled features, that steps of this size bear."""


def train_head(
    features: Tensor, labels: Tensor, progress: Progress, beside: Tensor, l2: float,
    ended: Callable[[Tensor], None] = lambda head: None,
) -> Tensor:
    """The head (K, P) learned from rows (N, P) with `labels` (N,), from zeros; fills `progress`.

    `beside` (V, P): the verified examples' features; `l2`: the head's penalty. `ended(head)` is
    called after each pass.
    """
    told = progress.options
    scale = 1 / math.sqrt(max(float(features.double().square().sum(dim=1).mean()), 1e-300))
    pool = torch.cat([features, beside.to(features.dtype)]) * scale
    run = _Run(pool, labels, progress, min(l2 * scale**2, MOST_DECAY))
    head = pool.new_zeros(progress.classes, pool.shape[1])
    buffer = torch.zeros_like(head)
    size = max(told.batch, math.ceil(len(labels) / told.steps))
    for epoch in range(told.epochs):
        weighing = progress.begin(epoch)
        order = torch.randperm(len(labels), generator=progress.source)
        for part in chunks(len(labels), size):
            rate = cosine(SPEED * told.rate, epoch + part.start / len(labels), told.epochs)
            head, buffer = run.step(head, buffer, order[part], rate, weighing)
        progress.end()
        ended(head * scale)
    return head * scale


def cosine(rate: float, at: float, whole: float) -> float:
    """From `rate` at 0 to 0 at `whole`."""
    return rate * 0.5 * (1 + math.cos(math.pi * at / whole))


class _Run:
    """What does not change from step to step."""

    def __init__(self, pool: Tensor, labels: Tensor, progress: Progress, decay: float) -> None:
        self.pool, self.labels, self.progress, self.decay = pool, labels, progress, decay

    def step(
        self, head: Tensor, buffer: Tensor, rows: Tensor, rate: float, weighing: bool
    ) -> tuple[Tensor, Tensor]:
        """One batch: its rows are judged, and the head moves by what they count."""
        x, y, told = self.pool[rows], self.labels[rows], self.progress.options
        logs = torch.log_softmax(x @ head.T, dim=1)
        off = residuals(logs.exp(), y)
        batch = Batch(rows, y, x, off, x, -logs.gather(1, y[:, None])[:, 0])
        weights = judge(batch, head, buffer, told.look(rate, SPEED * told.rate), self.decay,
                        self.progress, self._probes() if weighing else None)
        gradient = (off * weights[:, None]).T @ x + self.decay * head
        buffer = told.momentum * buffer + gradient
        return head - rate * buffer, buffer

    def _probes(self) -> Probes:
        entries, labels = self.progress.draw()
        return Probes(entries, self.pool[entries], labels)

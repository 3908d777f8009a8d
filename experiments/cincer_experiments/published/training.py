"""All epochs of a whole grid: Adam, batches of 32, cross-entropy, no early stop.

The published code's early stop never fires, and its optimiser's moments live on from one refit to
the next; `carry` keeps them, without it each refit starts with a fresh Adam.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .convolutional import Convolutional
from .draws import epochs
from .nets import Nets

BATCH = 32
SMALLEST = 1e-6
"""Probability below which a loss is not told apart."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How a refit is done."""

    epochs: int = 100
    carry: bool = False
    seed: int = 1


def refit(
    nets: Nets | Convolutional, x: Tensor, labels: Tensor, repeats: Sequence[int], arrival: int,
    schedule: Schedule, weights: Tensor | None = None,
) -> Tensor:
    """Trains every network from its initial weights on inputs (A, n, F), labels (A, B, n).
    `repeats` (A) and `arrival` name the draws. The mean over the epochs of each row's
    loss just before the step that learned from it, (A, B, n) in nats. `weights` (A, B, n): what
    each row counts, None for ones."""
    nets.reset() if schedule.carry else nets.restart()
    targets = torch.nn.functional.one_hot(labels, nets.grid.classes).float()
    drawn = epochs(schedule.seed, repeats, arrival, x.shape[1], nets.hidden, schedule.epochs)
    seen = torch.zeros(labels.shape)
    for order, kept in drawn:
        rows = _ordered(x, order)
        wanted = _ordered(targets.transpose(1, 2), order).transpose(1, 2)
        counts = None if weights is None else _ordered(
            weights.transpose(1, 2), order).transpose(1, 2)
        for start in range(0, x.shape[1], BATCH):
            part = slice(start, start + BATCH)
            probs = nets.step(
                rows[:, part], wanted[:, :, part], None if kept is None else kept[:, part],
                None if counts is None else counts[:, :, part])
            _gather(seen, order[:, part], probs, wanted[:, :, part])
    return seen.div_(max(schedule.epochs, 1))


def _ordered(values: Tensor, order: Tensor) -> Tensor:
    """(A, n, ...) values in the order (A, n) of each repeat."""
    return values[torch.arange(len(order))[:, None], order]


def _gather(seen: Tensor, order: Tensor, probs: Tensor, targets: Tensor) -> None:
    """Adds each row's loss to `seen` (A, B, n), where it belongs."""
    own = (probs * targets).sum(dim=3).clamp(min=SMALLEST)
    seen.scatter_add_(2, order[:, None].expand_as(own), own.log().neg())

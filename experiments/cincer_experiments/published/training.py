"""All epochs of a whole grid: Adam, batches of 32, cross-entropy.

The published code's early stop never fires, and its optimiser's moments live on from one refit to
the next; `carry` keeps them, without it each refit starts with a fresh Adam. With `stop_at` a run
stops early as the paper means it (`cincer.models.early_stop`), and stays as it is while others go
on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from cincer.errors import InvalidInput

from .convolutional import Convolutional
from .draws import epochs
from .nets import Nets
from .watch import Watch

BATCH = 32


@dataclass(frozen=True, slots=True)
class Schedule:
    """How a refit is done. `stop_at`: the accuracy that ends it early, None for none."""

    epochs: int = 100
    carry: bool = False
    seed: int = 1
    stop_at: float | None = None

    def __post_init__(self) -> None:
        if self.carry and self.stop_at is not None:
            raise InvalidInput("an optimiser that is carried over cannot stop early: the runs of a "
                               "grid share its count of steps")


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
    watch = Watch(labels, weights, schedule.stop_at)
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
            watch.batch(order[:, part], probs, wanted[:, :, part])
        nets.hold(watch.epoch())
        if not bool(watch.going.any()):
            break
    nets.release()
    return watch.mean_loss()


def _ordered(values: Tensor, order: Tensor) -> Tensor:
    """(A, n, ...) values in the order (A, n) of each repeat."""
    return values[torch.arange(len(order))[:, None], order]

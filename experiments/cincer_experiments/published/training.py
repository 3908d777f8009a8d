"""All epochs of a whole grid: Adam, batches of 32, cross-entropy.

The published code's early stop never fires, and its optimiser's moments live on from one refit to
the next; `carry` keeps them, without it each refit starts with a fresh Adam. With `stop_at` a run
stops early as the paper means it (`cincer.models.early_stop`), and stays as it is while others go
on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

from cincer.errors import InvalidInput

from .convolutional import Convolutional
from .draws import epochs
from .joined import Joined
from .nets import Nets
from .watch import Watch

BATCH = 32

Networks: TypeAlias = Nets | Convolutional | Joined


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
    nets: Networks, x: Tensor, labels: Tensor, repeats: Sequence[int], arrival: int,
    schedule: Schedule, weights: Tensor | None = None,
) -> Tensor:
    """Trains every network from its initial weights on inputs (A, n, F), labels (A, B, n).
    `repeats` (A) and `arrival` name the draws. The mean over the epochs of each row's
    loss just before the step that learned from it, (A, B, n) in nats. `weights` (A, B, n): what
    each row counts, None for ones. Computed where the networks are; drawn, given and returned in
    the processor's memory."""
    nets.reset() if schedule.carry else nets.restart()
    x, labels = x.to(nets.device), labels.to(nets.device)
    weights = None if weights is None else weights.to(nets.device)
    targets = torch.nn.functional.one_hot(labels, nets.grid.classes).float()
    drawn = epochs(schedule.seed, repeats, arrival, x.shape[1], nets.hidden, schedule.epochs)
    watch = Watch(labels, weights, schedule.stop_at)
    for at_hand in drawn:
        order, kept = (None if each is None else each.to(nets.device) for each in at_hand)
        assert order is not None
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
        stopping = watch.epoch()
        if schedule.stop_at is not None:
            nets.hold(stopping)
            if not bool(watch.going.any()):
                break
    nets.release()
    return watch.mean_loss().cpu()


def _ordered(values: Tensor, order: Tensor) -> Tensor:
    """(A, n, ...) values in the order (A, n) of each repeat."""
    return values[torch.arange(len(order), device=order.device)[:, None], order]

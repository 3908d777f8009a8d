"""One batch of FSR, on the head alone: its rows are scored, and weighed.

Unless `released`, a row does not speak for itself: its meta-margin is that of the step which the
other rows take, and as a probe it is no reward of its own. And the look-ahead is the step that the
optimiser would take now, whose size falls with the rate; in the released code it stays what it was.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ...kernels.probing import ahead, reward, reward_each
from .options import FsrOptions
from .progress import Progress
from .weighing import weigh


@dataclass(frozen=True, slots=True)
class Batch:
    """B rows as the head (K, P) sees them before the step.

    rows      (B,) int64
    labels    (B,) int64
    features  (B, P) of the view that is learned (mixed, if rows are mixed), and
    residual  (B, K) of its loss at the logits
    plain     (B, P) features of the rows as they are, and
    losses    (B,) nats: of their labels
    """

    rows: Tensor
    labels: Tensor
    features: Tensor
    residual: Tensor
    plain: Tensor
    losses: Tensor


@dataclass(frozen=True, slots=True)
class Probes:
    """(M,) numbers of the pool, (M, P) features, (M,) labels."""

    entries: Tensor
    features: Tensor
    labels: Tensor


def judge(
    batch: Batch, head: Tensor, buffer: Tensor | None, step: float, decay: float,
    progress: Progress, probes: Probes | None,
) -> Tensor:
    """(B,) weights, 1/B each without probes; notes scores and weights in `progress`. `buffer`
    (K, P): the optimiser's; `step`: of the look-ahead; `decay`: the optimiser's."""
    told = progress.options
    after = ahead(head, batch.features, batch.residual, step, momentum=told.look_momentum,
                  buffer=buffer, decay=decay)
    progress.scores.saw(batch.rows, batch.losses - _later(batch, after, step, told))
    if probes is None:
        return batch.features.new_full((len(batch.rows),), 1 / len(batch.rows))
    weights = weigh(_brought(batch, after, step, decay, probes, told), clip=told.clip,
                    released=told.released)
    progress.weighed(batch.rows, weights)
    return weights


def _later(batch: Batch, after: Tensor, step: float, told: FsrOptions) -> Tensor:
    """(B,) nats: the losses at the head `after`, less the row's own part in it."""
    logits = batch.plain @ after.T
    if not told.released:
        near = (batch.features * batch.plain).sum(dim=1, keepdim=True)
        logits = logits + step / len(batch.rows) * near * batch.residual
    return torch.nn.functional.cross_entropy(logits, batch.labels, reduction="none")


def _brought(
    batch: Batch, after: Tensor, step: float, decay: float, probes: Probes, told: FsrOptions
) -> Tensor:
    """(B,): what each row brings to the probes (the released code: to their penalty, too)."""
    found = reward(after, probes.features, probes.labels, batch.features, batch.residual, step,
                   decay if told.released else 0.0)
    if told.released:
        return found
    itself = (batch.rows[:, None] == probes.entries[None, :]).sum(dim=1) / len(probes.entries)
    return found - itself * reward_each(after, batch.plain, batch.labels, batch.features,
                                        batch.residual, step)

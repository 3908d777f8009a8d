"""RDIA-LS (Kong et al. 2022, section 3.4): small losses are learned, the others unlearned.

L = gamma mean of -log(1 - p_m) over the high losses + (1 - gamma) mean cross-entropy of the kept.
"""

from __future__ import annotations

from torch import Tensor

from .batch import (
    LossOptions,
    Moment,
    Step,
    as_mask,
    cross_entropy,
    mean,
    small_first,
    unlearning,
)


class RdiaLs:
    """As the paper prints it."""

    networks = 1

    def __init__(self, options: LossOptions) -> None:
        self.options = options

    def __call__(self, logits: tuple[Tensor, ...], labels: Tensor, at: Moment) -> Step:
        losses = cross_entropy(logits[0], labels)
        kept, high = small_first(losses, at.keep_fraction)
        gamma = self.options.relabel_loss_weight if at.epoch >= self.options.warm_up else 0.0
        loss = (1 - gamma) * mean(losses[kept])
        if gamma:
            loss = loss + gamma * mean(unlearning(logits[0][high], labels[high]))
        return Step((loss,), as_mask(kept, len(labels)))

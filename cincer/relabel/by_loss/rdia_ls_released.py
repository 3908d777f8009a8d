"""RDIA-LS as its released code computes it, which differs from the paper:

* the cross-entropy is applied to probabilities, so that the softmax is taken twice;
* gamma counts the rows kept and 1 - gamma the unlearned ones;
* the highest half of the noise rate is left alone, only the band between is unlearned;
* the unlearning loss, a mean, is divided by the batch size once more (its constant is left out
  here: it has no gradient);
* during the warm-up the loss is divided by the number kept twice.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .batch import (
    LossOptions,
    Moment,
    Step,
    as_mask,
    count_kept,
    cross_entropy,
    mean,
    order_of,
    unlearning,
)


class RdiaLsReleased:
    """For reproducing its Table 6; `RdiaLs` is the method."""

    networks = 1

    def __init__(self, options: LossOptions) -> None:
        self.options = options

    def __call__(self, logits: tuple[Tensor, ...], labels: Tensor, at: Moment) -> Step:
        rows = len(labels)
        losses = cross_entropy(torch.softmax(logits[0], dim=1), labels)
        order = order_of(losses)
        number = count_kept(rows, at.keep_fraction)
        top = count_kept(rows, 1 - at.noise_rate / 2)
        kept, band = order[:number], order[number:max(top, number)]
        learned = mean(losses[kept])
        if at.epoch < self.options.warm_up:
            return Step((learned / number,), as_mask(kept, rows))
        gamma = self.options.relabel_loss_weight
        unlearned = mean(unlearning(logits[0][band], labels[band])) / rows
        return Step((gamma * learned + (1 - gamma) * unlearned,), as_mask(kept, rows))

"""SIGUA on small losses (Han et al. 2020): small losses are learned, and on the smallest of the
high ones the loss is raised a little."""

from __future__ import annotations

from torch import Tensor

from .batch import LossOptions, Moment, Step, as_mask, cross_entropy, small_first


class Sigua:
    networks = 1

    def __init__(self, options: LossOptions) -> None:
        self.options = options

    def __call__(self, logits: tuple[Tensor, ...], labels: Tensor, at: Moment) -> Step:
        losses = cross_entropy(logits[0], labels)
        kept, high = small_first(losses, at.keep_fraction)
        raised = high[:int(self.options.ascent_share * len(high))]
        total = losses[kept].sum() - self.options.ascent_scale * losses[raised].sum()
        return Step((total / len(kept),), as_mask(kept, len(labels)))

"""Self-teaching: only the small losses of each batch are learned."""

from __future__ import annotations

from torch import Tensor

from .batch import Moment, Step, as_mask, cross_entropy, mean, small_first


class SelfTeaching:
    networks = 1

    def __call__(self, logits: tuple[Tensor, ...], labels: Tensor, at: Moment) -> Step:
        losses = cross_entropy(logits[0], labels)
        kept, _ = small_first(losses, at.keep_fraction)
        return Step((mean(losses[kept]),), as_mask(kept, len(labels)))

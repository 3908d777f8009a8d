"""Self-teaching: only the small losses of each batch are learned."""

from __future__ import annotations

from torch import Tensor

from .batch import Moment, Step, as_mask, count_kept, cross_entropy, mean, order_of


class SelfTeaching:
    networks = 1

    def __call__(self, logits: tuple[Tensor, ...], labels: Tensor, at: Moment) -> Step:
        losses = cross_entropy(logits[0], labels)
        kept = order_of(losses)[:count_kept(len(labels), at.keep_fraction)]
        return Step((mean(losses[kept]),), as_mask(kept, len(labels)))

"""Co-teaching (Han et al. 2018): each of two networks learns the small losses of the other."""

from __future__ import annotations

from torch import Tensor

from .batch import Moment, Step, as_mask, cross_entropy, mean, small_first


class CoTeaching:
    networks = 2

    def __call__(self, logits: tuple[Tensor, ...], labels: Tensor, at: Moment) -> Step:
        one, two = (cross_entropy(each, labels) for each in logits)
        (by_one, _), (by_two, _) = (small_first(each, at.keep_fraction) for each in (one, two))
        return Step((mean(one[by_two]), mean(two[by_one])), as_mask(by_two, len(labels)))

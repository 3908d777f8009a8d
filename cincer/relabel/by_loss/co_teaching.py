"""Co-teaching (Han et al. 2018): each of two networks learns the small losses of the other."""

from __future__ import annotations

from torch import Tensor

from .batch import Moment, Step, as_mask, count_kept, cross_entropy, mean, order_of


class CoTeaching:
    networks = 2

    def __call__(self, logits: tuple[Tensor, ...], labels: Tensor, at: Moment) -> Step:
        one, two = (cross_entropy(each, labels) for each in logits)
        number = count_kept(len(labels), at.keep_fraction)
        by_one, by_two = order_of(one)[:number], order_of(two)[:number]
        return Step((mean(one[by_two]), mean(two[by_one])), as_mask(by_two, len(labels)))

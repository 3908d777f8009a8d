"""FSR's dictionary: of each class the rows of lowest score, from which probes are drawn; and
anchors, the same for classes of which people have verified too little.

Classes are those of the labels as given, so a class whose labels are mostly wrong fills its share
with wrong ones: what verified examples mend.
"""

from __future__ import annotations

import torch
from torch import Tensor

ENOUGH_VERIFIED = 10
"""Verified examples of a class that need no anchors beside them."""


def lowest(scores: Tensor, labels: Tensor, counts: Tensor) -> Tensor:
    """Row numbers of the `counts[c]` lowest scores of each class c, all of a class that has fewer;
    classes in order, lowest score first, of equal scores the earlier row first. `scores` (N,),
    `labels` (N,) int64 below K, `counts` (K,) int64."""
    order = torch.argsort(scores, stable=True)
    order = order[torch.argsort(labels[order], stable=True)]
    own = labels[order]
    return order[_rank(own) < counts[own]]


def _rank(classes: Tensor) -> Tensor:
    """(M,) ascending classes to the place of each entry within its class, from 0."""
    at = torch.arange(len(classes))
    return at - torch.searchsorted(classes, classes)


def share(capacity: int, labels: Tensor, classes: int) -> Tensor:
    """(K,) int64: what each class has of `capacity`, equal for all that occur in `labels`, at least
    1; 0 for the others."""
    there = torch.bincount(labels, minlength=classes) > 0
    return there * max(capacity // max(int(there.sum()), 1), 1)


def anchors(
    scores: Tensor, labels: Tensor, verified: Tensor, enough: int = ENOUGH_VERIFIED
) -> Tensor:
    """Row numbers that stand in for verified examples: of each class with fewer than `enough`, the
    rows of lowest score that make up for it. `scores` (N,) and `labels` (N,) of the rows that may
    be picked (nobody has spoken on them), `verified` (K,) int64: how many there are of a class."""
    return lowest(scores, labels, (enough - verified).clamp(min=0))


class Dictionary:
    """Entries of a pool, by class. Draws take each class equally often."""

    def __init__(self, entries: Tensor, labels: Tensor) -> None:
        """`entries` (M,) int64 numbers of the pool with their `labels` (M,)."""
        order = torch.argsort(labels, stable=True)
        self.entries, self.labels = entries[order], labels[order]
        self._classes, self._counts = torch.unique_consecutive(self.labels, return_counts=True)
        self._starts = self._counts.cumsum(0) - self._counts

    def __len__(self) -> int:
        return len(self.entries)

    def draw(self, count: int, source: torch.Generator) -> tuple[Tensor, Tensor]:
        """About `count` entries (each class an equal part, one at least) and their labels. Without
        replacement, but a class that is short is gone through again. Nothing of nothing."""
        if not len(self):
            return self.entries, self.labels
        mixed = torch.argsort(self.labels + torch.rand(
            len(self), generator=source, dtype=torch.float64))
        each = torch.arange(max(count // len(self._classes), 1))
        at = mixed[(self._starts[:, None] + each % self._counts[:, None]).flatten()]
        return self.entries[at], self.labels[at]

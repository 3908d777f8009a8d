"""Similar pairs as a table: what `similar` finds and the pages show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .board import Board, Standing
from .measures import Bools, Ints

HIGHLY_SIMILAR = 0.98
"""Similarity from which a pair is taken for duplicates. The paper names none; at this one 27 pairs
of the 70,000 digits of MNIST are marked, at 0.95 it would be 1,725, most of them ones."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """M pairs, most similar first, `first` < `second`, each once.

    first, second   (M,) int64 positions
    similarity      (M,) float32 at most 1: SSIM of images, cosine of the rest; 1 if equal
    exact           (M,) bool: equal number by number
    crosses_splits  (M,) bool: from different splits (such a pair leaks what is tested)
    two_labels      (M,) bool: with different labels (one of them is wrong)
    """

    first: Ints
    second: Ints
    similarity: NDArray[np.float32]
    exact: Bools
    crosses_splits: Bools
    two_labels: Bools

    def __len__(self) -> int:
        return len(self.first)

    def where(self, kept: Bools | Ints) -> Pairs:
        """Some of the pairs, by mask (M,) or number."""
        return Pairs(self.first[kept], self.second[kept], self.similarity[kept], self.exact[kept],
                     self.crosses_splits[kept], self.two_labels[kept])


def pairs(
    first: Ints, second: Ints, similarity: NDArray[np.float32], exact: Bools,
    given: Ints, source: NDArray[np.uint8],
) -> Pairs:
    """The table, sorted: exact ones first, then by similarity, then by position. `given`, `source`
    by position."""
    low, high = np.minimum(first, second), np.maximum(first, second)
    order = np.lexsort((high, low, -similarity, ~exact))
    low, high = low[order], high[order]
    return Pairs(low, high, similarity[order], exact[order], source[low] != source[high],
                 given[low] != given[high])


def now(table: Pairs, board: Board) -> Pairs:
    """The pairs of which neither is removed and one at least is open, with flags by the labels as
    they are now."""
    left, right = board.standing[table.first], board.standing[table.second]
    gone = (left == Standing.REMOVED) | (right == Standing.REMOVED)
    kept = np.flatnonzero(((left == Standing.OPEN) | (right == Standing.OPEN)) & ~gone)
    found = table.where(kept)
    labels = board.given[found.first] != board.given[found.second]
    return Pairs(found.first, found.second, found.similarity, found.exact, found.crosses_splits,
                 labels)


def of_items(table: Pairs, positions: Ints) -> Pairs:
    """The pairs that one at least of `positions` belongs to: a cell's strip."""
    return table.where(np.isin(table.first, positions) | np.isin(table.second, positions))

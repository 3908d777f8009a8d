"""Where the items of a cell lie on its page: computed at once, and kept while the cell empties.

The same cell, basis and seed give the same picture. Items that leave do not move the others; one
that comes is put where the item most like it is, until another seed is asked for.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..curate.measures import Ints
from ..curate.projection import in_unit_square, pca

Points = NDArray[np.float64]
RowsOf = Callable[[Ints], NDArray[np.float32]]
"""(N,) positions to (N, D): what is projected."""

KEPT = 64
"""Pictures kept, those seen last."""

MANY = 8_192
"""Items above which the axes are those of a sample of so many."""

NEW_SHARE = 0.2
"""Share of new items above which a picture is made anew."""

Key = tuple[int, int, str, int]
"""Given label, predicted class, basis, seed."""


class Projections:
    """Pictures by cell. Safe to share between threads."""

    def __init__(self, keep: int = KEPT) -> None:
        self._kept: OrderedDict[Key, tuple[Ints, Points]] = OrderedDict()
        self._keep, self._guard = keep, threading.Lock()

    def put(self, key: Key, where: Ints, points: Points) -> None:
        """A picture that was made elsewhere."""
        with self._guard:
            self._kept[key] = (where, points)
            self._kept.move_to_end(key)

    def points(self, key: Key, where: Ints, rows: RowsOf) -> Points:
        """(N, 2) in the unit square for the positions `where`."""
        with self._guard:
            known = self._kept.get(key)
        found = None if known is None else _taken_over(known, where, rows)
        if found is None:
            found = plane(where, rows, key[3])
        self.put(key, where, found)
        with self._guard:
            while len(self._kept) > self._keep:
                self._kept.popitem(last=False)
        return found


def plane(where: Ints, rows: RowsOf, seed: int) -> Points:
    """(N, 2): principal components of what is there now; of many items by the axes of a sample
    drawn by `seed`."""
    if len(where) <= MANY:
        return pca(rows(where), seed)
    sample = np.sort(np.random.default_rng(seed).choice(len(where), MANY, replace=False))
    some = rows(where[sample]).astype(np.float64)
    centre = some.mean(axis=0)
    _, axes = np.linalg.eigh((some - centre).T @ (some - centre))
    two = axes[:, ::-1][:, :2]
    parts = [(rows(where[at:at + MANY]) - centre) @ two for at in range(0, len(where), MANY)]
    return in_unit_square(np.concatenate(parts))


def _taken_over(known: tuple[Ints, Points], where: Ints, rows: RowsOf) -> Points | None:
    """The picture there was, without what left and with what came; None where too much came."""
    old, points = known
    order = np.argsort(old)
    at = np.clip(np.searchsorted(old, where, sorter=order), 0, max(len(old) - 1, 0))
    if not len(old):
        return None
    there = old[order[at]] == where
    if np.count_nonzero(~there) > NEW_SHARE * len(where):
        return None
    found = np.empty((len(where), 2))
    found[there] = points[order[at[there]]]
    if not there.all():
        found[~there] = points[_like(rows(old), rows(where[~there]))]
    return found


def _like(every: NDArray[np.float32], new: NDArray[np.float32]) -> Ints:
    """(M,): the row of `every` nearest to each of `new`."""
    squares = (every * every).sum(axis=1)
    return np.asarray((squares - 2 * new @ every.T).argmin(axis=1), dtype=np.int64)
